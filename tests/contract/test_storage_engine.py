"""The contract suite of storage engines. To add a catalogue, add a line to CATALOGUES.

Each catalogue runs alone and in an AutoStorage with every index of INDEXES; those in SLOW_TO_MAKE only alone and with
FAISS.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound, SearchUnavailable
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.storage.auto import AutoStorage
from dampipe.storage.base import StorageEngine
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.model_index import IndexFactory
from dampipe.storage.vectors.base import VectorStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.catalog import Catalog

D = 16
Make = Callable[[pytest.FixtureRequest, Path, ExitStack], Any]


def sql(url: str, stack: ExitStack) -> Catalog:
    catalog = Catalog(Database(url))
    stack.callback(catalog.close)
    catalog.set_up()
    return catalog


CATALOGUES: dict[str, Make] = {
    "memory": lambda request, folder, stack: MemoryStorage(),
    "sqlite": lambda request, folder, stack: sql(f"sqlite:///{folder / 'c.sqlite'}", stack),
    "postgres": lambda request, folder, stack: sql(request.getfixturevalue("postgres_url"), stack),
}
SLOW_TO_MAKE = {"sqlite", "postgres"}


def in_memory(folder: Path) -> IndexFactory:
    made: dict[str, VectorStorage] = {}
    return lambda model, dimension: made.setdefault(model, MemoryVectors(dimension))


INDEXES: dict[str, Callable[[Path], IndexFactory | None]] = {
    "no-index": lambda folder: None,
    "memory-vectors": in_memory,
    "faiss": lambda folder: lambda model, dimension: FaissVectors(folder / model, dimension, model),
}
SEARCHING = [
    f"{catalogue}+{index}"
    for catalogue in CATALOGUES
    for index in INDEXES
    if index == "faiss" or catalogue not in SLOW_TO_MAKE
]


@pytest.fixture
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    with ExitStack() as stack:

        def build(name: str) -> Any:
            catalogue, _, index = name.partition("+")
            engine = CATALOGUES[catalogue](request, tmp_path, stack)
            return AutoStorage(engine, INDEXES[index](tmp_path / "index")) if index else engine

        yield build


@pytest.fixture(params=[*CATALOGUES, "memory+no-index", "sqlite+faiss"])
def engine(request: pytest.FixtureRequest, build: Any) -> StorageEngine:
    made: StorageEngine = build(request.param)
    return made


@pytest.fixture(params=SEARCHING)
def searching(request: pytest.FixtureRequest, build: Any) -> AutoStorage:
    made: AutoStorage = build(request.param)
    return made


def sha1(name: str) -> str:
    return hashlib.sha1(name.encode()).hexdigest()


def file(folder: Path, name: str = "clip.mp4") -> Path:
    path = folder / "footage" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"four")
    return path


def axis(*numbers: int) -> NDArray[np.float32]:
    """One unit vector a number, each at right angles to the others."""
    return np.eye(D, dtype=np.float32)[list(numbers)]


def between(first: int, second: int, weight: float) -> NDArray[np.float32]:
    row = (1 - weight) * axis(first)[0] + weight * axis(second)[0]
    return np.asarray(row / np.linalg.norm(row), np.float32)


MEDIA = MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=12.5)


def test_a_video_that_was_added_can_be_had(engine: StorageEngine, tmp_path: Path) -> None:
    path = file(tmp_path)
    added = engine.add_video(path, sha1("a"), MEDIA)
    assert (added.sha1, added.size, added.name, added.paths) == (sha1("a"), 4, "clip.mp4", (str(path),))
    assert added.media == MEDIA
    assert added.added_at.tzinfo is not None
    assert engine.get_video(sha1("a")) == added


def test_adding_again_changes_nothing(engine: StorageEngine, tmp_path: Path) -> None:
    path = file(tmp_path)
    first = engine.add_video(path, sha1("a"), MEDIA)
    assert engine.add_video(path, sha1("a")) == first
    assert engine.list_videos() == [first]


def test_metadata_may_come_later(engine: StorageEngine, tmp_path: Path) -> None:
    path = file(tmp_path)
    assert engine.add_video(path, sha1("a")).media is None
    assert engine.add_video(path, sha1("a"), MEDIA).media == MEDIA


def test_the_same_content_twice_is_one_video_with_two_paths(engine: StorageEngine, tmp_path: Path) -> None:
    one, two = file(tmp_path, "one.mp4"), file(tmp_path, "two.mp4")
    engine.add_video(one, sha1("a"))
    video = engine.add_video(two, sha1("a"))
    assert set(video.paths) == {str(one), str(two)}
    assert engine.list_videos() == [video]


def test_a_name_that_is_no_utf8_is_shown(engine: StorageEngine, tmp_path: Path) -> None:
    video = engine.add_video(file(tmp_path, "caf\udce9.mp4"), sha1("a"))
    assert video.name == "caf\\xe9.mp4"
    assert video.paths[0].endswith("caf\\xe9.mp4")
    assert engine.get_video(sha1("a")) == video


def test_no_file_no_video(engine: StorageEngine, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.mp4", tmp_path):
        with pytest.raises(NotFound):
            engine.add_video(path, sha1("a"))
    assert engine.list_videos() == []


@pytest.mark.parametrize("wrong", ["", "abc", "g" * 40, "A" * 40, "a" * 41])
def test_what_is_no_sha1_is_refused(engine: StorageEngine, tmp_path: Path, wrong: str) -> None:
    with pytest.raises(InvalidInput):
        engine.add_video(file(tmp_path), wrong)


def test_the_beginning_of_a_sha1_is_enough_if_it_is_the_only_one(
    engine: StorageEngine, tmp_path: Path
) -> None:
    path = file(tmp_path)
    for digits in ("abcd0", "abcd1", "ef010"):
        engine.add_video(path, digits + "0" * 35)
    assert engine.get_video("ef01").sha1 == "ef010" + "0" * 35
    assert engine.get_video("abcd1").sha1 == "abcd1" + "0" * 35
    with pytest.raises(InvalidInput, match="abcd") as caught:
        engine.get_video("abcd")
    assert not isinstance(caught.value, NotFound)
    with pytest.raises(NotFound):
        engine.get_video("1234")
    for wrong in ("ef0", "", "%%%%", "____", "x' OR 1"):
        with pytest.raises(InvalidInput):
            engine.get_video(wrong)


def test_pages_of_videos_newest_first(engine: StorageEngine, tmp_path: Path) -> None:
    path = file(tmp_path)
    names = [sha1(str(n)) for n in range(7)]
    for name in names:
        engine.add_video(path, name)
    seen: list[str] = []
    after: str | None = None
    while page := engine.list_videos(limit=3, after=after):
        assert len(page) <= 3
        seen += [video.sha1 for video in page]
        after = seen[-1]
    assert seen == names[::-1]
    assert [video.sha1 for video in engine.list_videos()] == names[::-1]
    with pytest.raises(NotFound):
        engine.list_videos(after=sha1("never added"))


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_a_catalogue_alone_says_that_it_cannot_search(build: Any, catalogue: str, tmp_path: Path) -> None:
    alone: StorageEngine = build(catalogue)
    alone.add_video(file(tmp_path), sha1("a"))
    with pytest.raises(SearchUnavailable):
        alone.search_vector("m", axis(0)[0])
    with pytest.raises(SearchUnavailable):
        alone.add_vector(sha1("a"), "m", [0.0], axis(0))


def test_a_moment_that_was_added_is_found(searching: AutoStorage, tmp_path: Path) -> None:
    path = file(tmp_path)
    searching.add_video(path, sha1("a"), MEDIA)
    searching.add_vector(sha1("a"), "m", [1.5, 4.25, 9.0], axis(0, 1, 2))
    [best] = searching.search_vector("m", axis(1)[0], limit=1)
    assert (best.asset, best.path, best.time, best.name) == (sha1("a"), str(path), 4.25, "clip.mp4")
    assert best.duration == 12.5
    assert best.score == pytest.approx(1.0, abs=1e-3)
    assert len(searching.search_vector("m", axis(1)[0])) == 3


def test_the_index_changes_nothing_but_the_speed(searching: AutoStorage, tmp_path: Path, build: Any) -> None:
    rng, path = np.random.default_rng(3), file(tmp_path)
    for n in range(20):
        rows = rng.standard_normal((5, D)).astype(np.float32)
        searching.add_video(path, sha1(str(n)))
        searching.add_vector(sha1(str(n)), "m", range(5), rows / np.linalg.norm(rows, axis=1, keepdims=True))
        if n == 10 and searching.has_index:
            searching.advance("m")
    query = rng.standard_normal(D).astype(np.float32)
    before = searching.search_vector("m", query, limit=8)
    if searching.has_index:
        assert searching.advance("m") == searching.advance("m") >= 100
    after = searching.search_vector("m", query, limit=8)
    assert [(m.asset, m.time) for m in after] == [(m.asset, m.time) for m in before]
    assert [m.score for m in after] == pytest.approx([m.score for m in before], abs=2e-3)
    assert [m.score for m in after] == sorted((m.score for m in after), reverse=True)
    assert all(-1 <= m.score <= 1 for m in after)


def test_adding_vectors_again_replaces_them(searching: AutoStorage, tmp_path: Path) -> None:
    searching.add_video(file(tmp_path), sha1("a"))
    searching.add_vector(sha1("a"), "m", [1.0, 2.0], axis(0, 1))
    for advance_first in (True, False):
        if advance_first and searching.has_index:
            searching.advance("m")
        searching.add_vector(sha1("a"), "m", [7.0], axis(2))
        assert [m.time for m in searching.search_vector("m", axis(0)[0])] == [7.0]
    if searching.has_index:
        searching.advance("m")
    assert [m.time for m in searching.search_vector("m", axis(0)[0])] == [7.0]


def test_vectors_of_different_models_never_meet(searching: AutoStorage, tmp_path: Path) -> None:
    searching.add_video(file(tmp_path), sha1("a"))
    searching.add_vector(sha1("a"), "m", [1.0], axis(0))
    searching.add_vector(sha1("a"), "n", [2.0], axis(0)[:, :8])
    assert [m.time for m in searching.search_vector("m", axis(0)[0])] == [1.0]
    assert [m.time for m in searching.search_vector("n", axis(0)[0, :8])] == [2.0]
    assert searching.search_vector("never used", axis(0)[0]) == []


def test_near_duplicates_of_one_asset_do_not_crowd_out_the_others(
    searching: AutoStorage, tmp_path: Path
) -> None:
    path = file(tmp_path)
    for name in ("long", "other"):
        searching.add_video(path, sha1(name))
    many = np.stack([between(0, 1, n / 1000) for n in range(200)])
    searching.add_vector(sha1("long"), "m", range(200), many)
    searching.add_vector(sha1("other"), "m", [5.0], between(0, 1, 0.5)[None])
    found = searching.search_vector("m", axis(0)[0], limit=10)
    assert [m.asset for m in found] == [sha1("long")] * 3 + [sha1("other")]


@pytest.mark.parametrize(
    ("times", "rows"),
    [
        ([1.0], axis(0, 1)),
        ([1.0], axis(0)[0]),
        ([1.0], axis(0) * 3),
        ([1.0], axis(0) * np.nan),
        ([1.0], axis(0)[:, :5]),
    ],
)
def test_wrong_vectors_are_refused(searching: AutoStorage, tmp_path: Path, times: Any, rows: Any) -> None:
    searching.add_video(file(tmp_path), sha1("a"))
    searching.add_vector(sha1("a"), "m", [9.0], axis(3))
    with pytest.raises(InvalidInput):
        searching.add_vector(sha1("a"), "m", times, rows)
    assert [m.time for m in searching.search_vector("m", axis(3)[0])] == [9.0]


def test_wrong_queries_are_refused(searching: AutoStorage, tmp_path: Path) -> None:
    searching.add_video(file(tmp_path), sha1("a"))
    searching.add_vector(sha1("a"), "m", [9.0], axis(3))
    for query in (axis(0)[0, :5], axis(0)[0] * 0, axis(0)[0] * np.nan, axis(0, 1)):
        with pytest.raises(InvalidInput):
            searching.search_vector("m", query)
    assert searching.search_vector("m", axis(3)[0], limit=0) == []
    with pytest.raises(NotFound):
        searching.add_vector(sha1("never added"), "m", [9.0], axis(3))


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_vector_rows_have_ids_that_rise_and_are_never_used_twice(
    build: Any, catalogue: str, tmp_path: Path
) -> None:
    kept = build(catalogue)
    for name in "ab":
        kept.add_video(file(tmp_path), sha1(name))
    kept.add_vectors(sha1("a"), "m", [1.0, 2.0, 3.0], axis(0, 1, 2))
    kept.add_vectors(sha1("a"), "other", [1.0], axis(5))
    kept.add_vectors(sha1("b"), "m", [4.0], axis(3))
    ids, rows, owners = kept.vectors_after("m", 0, 100)
    assert rows.dtype == np.float32
    assert rows.tolist() == axis(0, 1, 2, 3).tolist()
    assert ids.dtype == np.int64
    assert (np.diff(ids) > 0).all()
    assert ids[0] > 0
    assert owners.dtype == np.uint32
    assert owners[0] == owners[1] == owners[2] != owners[3], "the number of the asset"
    assert owners.min() > 0
    known, numbers = kept.vector_owners("m", int(ids[2]))
    assert (known.tolist(), numbers.tolist()) == (ids[:3].tolist(), owners[:3].tolist())
    assert len(kept.vector_owners("m", 0)[0]) == len(kept.vector_owners("none", 2**60)[0]) == 0
    assert kept.vectors_after("m", int(ids[0]), 2)[0].tolist() == ids[1:3].tolist()
    assert kept.vector_ids("m", int(ids[2])).tolist() == ids[:3].tolist()
    assert kept.vector_count("m", int(ids[2])) == 3
    moments = kept.moments([int(ids[1]), 10**9])
    assert set(moments) == {int(ids[1])}
    assert (moments[int(ids[1])].time, moments[int(ids[1])].score) == (2.0, 0.0)
    assert len({m.shot for m in kept.moments(ids[:3].tolist()).values()}) == 3, "without shots, one a moment"
    kept.add_vectors(sha1("b"), "m", [5.0], axis(4))
    again, _, _ = kept.vectors_after("m", 0, 100)
    assert again[:3].tolist() == ids[:3].tolist()
    assert again[3] > ids[3]
    none, empty, nobody = kept.vectors_after("m", int(again[-1]), 10)
    assert (len(none), len(empty), len(nobody)) == (0, 0, 0)
