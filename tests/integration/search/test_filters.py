"""A filter holds inside the vector search: what it lets through is ranked as if nothing else were there."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from dampipe.features.assets.filters import FolderPattern
from dampipe.features.assets.tables import VERSION
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import NotFound
from dampipe.media.info import MediaKind
from dampipe.storage.vectors.faiss import FaissVectors
from tests.support.searching import Searching, media, sha1

RECORDED = datetime(2024, 5, 17, 10, 30, tzinfo=UTC)


@pytest.fixture
def mixed(library: Searching) -> Searching:
    """Everything is red, so that only the filter tells them apart."""
    red = ["red"]
    library.add("wedding/day1/a.mp4", red, media(camera="Canon EOS R5", recorded=RECORDED))
    library.add("wedding/day2/b.mov", red, media(codec="prores", size=(3840, 2160), duration=90.0))
    library.add("phone/c.mp4", red, media(codec="hevc", rotation=90, camera="Apple iPhone 15", duration=8.0))
    library.add("stills/d.jpg", red, media(MediaKind.STILL, size=(1000, 1000), codec="mjpeg", duration=None))
    library.add("sound/e.wav", [], media(MediaKind.AUDIO, duration=60.0))
    library.catalog.tags.add("best", [library.catalog.assets.find(sha1("phone/c.mp4")).id])
    library.catalog.tags.add("keep", [library.catalog.assets.find(sha1("phone/c.mp4")).id])
    library.catalog.tags.add("keep", [library.catalog.assets.find(sha1("stills/d.jpg")).id])
    library.storage.advance(library.embedder.fingerprint)
    return library


PICTURES = {"a.mp4", "b.mov", "c.mp4", "d.jpg"}

CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, PICTURES),
    ({"folder": ["wedding"]}, {"a.mp4", "b.mov"}),
    ({"folder": ["WEDDING/day2"]}, {"b.mov"}),
    ({"folder": ["day?"]}, {"a.mp4", "b.mov"}),
    ({"folder": ["phone", "day1"]}, {"a.mp4", "c.mp4"}),
    ({"since": "2024"}, {"a.mp4"}),
    ({"since": "2024-05-17", "until": "2024-05-17"}, {"a.mp4"}),
    ({"until": "2023"}, PICTURES - {"a.mp4"}),
    ({"since": "2020-06", "until": "2020-06"}, PICTURES - {"a.mp4"}),
    ({"camera": ["canon"]}, {"a.mp4"}),
    ({"camera": ["r5", "IPHONE"]}, {"a.mp4", "c.mp4"}),
    ({"duration": "20-40"}, {"a.mp4"}),
    ({"duration": "30+"}, {"a.mp4", "b.mov"}),
    ({"duration": "0:10-"}, {"c.mp4"}),
    ({"codec": ["HEVC", "prores"]}, {"b.mov", "c.mp4"}),
    ({"resolution": "4k"}, {"b.mov"}),
    ({"resolution": "1080p"}, {"a.mp4", "c.mp4"}),
    ({"resolution": "1000+"}, PICTURES),
    ({"resolution": "1079-"}, {"d.jpg"}),
    ({"orientation": ["portrait"]}, {"c.mp4"}),
    ({"orientation": ["square", "landscape"]}, {"a.mp4", "b.mov", "d.jpg"}),
    ({"tag": ["keep"]}, {"c.mp4", "d.jpg"}),
    ({"tag": ["keep", "best"]}, {"c.mp4"}),
    ({"kind": ["still"]}, {"d.jpg"}),
    ({"kind": ["still", "video"], "codec": ["mjpeg", "h264"]}, {"a.mp4", "d.jpg"}),
]


def test_each_filter(mixed: Searching) -> None:
    for given, expected in CASES:
        assert set(mixed.names("red", only="vision", **given)) == expected, given
    everything = mixed.names()
    assert everything == ["e.wav", "d.jpg", "c.mp4", "b.mov", "a.mp4"], "without a question: the newest first"
    assert mixed.names(kind=["audio"]) == ["e.wav"]
    assert mixed.names(offset=1, limit=2) == ["d.jpg", "c.mp4"]
    assert set(mixed.names("red", folder=[str(mixed.root / "wedding")])) == {"a.mp4", "b.mov"}
    assert mixed.names("red", folder=[str(mixed.root)], source=["footage"], limit=1) != []


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        ("/a/day [1]/x", "day [1]"),
        ("/a/Dreh\u00fcbung", "dreh\u00fcbung"),
        ("/a/Drehu\u0308bung/b", "/a/Dreh\u00fcbung"),
        ("/a/b/c", "./b/c/"),
        ("/a/b", "/"),
    ],
)
def test_a_folder_is_meant_by_its_name_however_it_is_spelt(folder: str, wanted: str) -> None:
    assert FolderPattern(wanted).matches(folder)
    assert not FolderPattern(wanted.strip("/.") or "other").matches("/a/day 1/elsewhere")


@pytest.mark.parametrize("given", [{"source": ["nope"]}, {"folder": ["nope"]}, {"tag": ["nope"]}])
def test_what_does_not_exist_is_an_error(here: Searching, given: Any) -> None:
    here.add("a/b.mp4", ["red"])
    with pytest.raises(NotFound, match="nope"):
        here.find("red", **given)


def test_of_several_files_one_that_counts_is_shown(here: Searching) -> None:
    asset = here.add("first/a.mp4", ["red"])
    copy = here.root / "second" / "b.mp4"
    copy.parent.mkdir()
    copy.write_bytes((here.root / "first" / "a.mp4").read_bytes())
    here.catalog.add_video(copy, asset)
    for words in ("", "red"):
        [hit] = here.find(words, folder=["first"]).hits
        assert hit.name == "a.mp4"
        found = here.find(words, folder=["second"])
        assert (found.hits[0].path, found.hits[0].name) == (str(copy), "b.mp4")
        assert [moment.path for moment in found.hits[0].moments] == [str(copy)] * bool(words)
        assert [cut.path for cut in here.clips.clips(LOCAL, found)] == [str(copy)]
    [hit] = here.find("red").hits
    assert hit.name == "a.mp4"


def passing(library: Searching, **filters: Any) -> AssetSet:
    """The assets that pass filters."""
    assets = library.filters.mask(library.filters.resolve(LOCAL, filters))
    assert isinstance(assets, AssetSet)
    return assets


def test_a_filter_that_keeps_one_per_cent_keeps_recall(here: Searching, tmp_path: Path) -> None:
    """Against the exact answer among those it lets through; they lie far from the nearest of all."""
    rng = np.random.default_rng(5)
    count, dimension, kept = 100, 32, 1
    rows = rng.normal(size=(count, 50, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    rows = rows.astype(np.float16).astype(np.float32)
    for number in range(count):
        name = f"f{number}.mp4"
        here.add(name, info=media(camera="rare" if number < kept else "common"))
        here.catalog.add_vectors(sha1(name), "m", [float(n) for n in range(50)], rows[number])
    here.storage._open_index = lambda model, dim: FaissVectors(tmp_path / "other", dim, model)
    here.storage.advance("m")
    mask = passing(here, camera=("rare",))
    assert len(mask) == kept
    found = 0
    for query in rng.normal(size=(20, dimension)).astype(np.float32):
        query /= np.linalg.norm(query)
        exact = np.argsort(-(rows[:kept].reshape(-1, dimension) @ query))[:10]
        moments = here.storage.search_moments(
            "m", query, lambda owners: len(owners) >= 10, per_asset=100, mask=mask
        )
        names = {(sha1(f"f{at // 50}.mp4"), float(at % 50)) for at in exact.tolist()}
        found += len(names & {(moment.asset, moment.time) for moment in moments[:10]})
    assert found >= 0.95 * 200


def _many(here: Searching, tmp_path: Path, common: int) -> None:
    """300 assets of four vectors in 32 dimensions, `common` of them of that camera; the others are the nearest."""
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(300, 4, 32)).astype(np.float32)
    rows[common:] += 2  # near the query of ones, far from its opposite
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    for number in range(300):
        name = f"f{number}.mp4"
        here.add(name, info=media(camera="common" if number < common else "rare"))
        here.catalog.add_vectors(sha1(name), "m", [0.0, 1.0, 2.0, 3.0], rows[number], [0, 1, 2, 3])
    here.storage._open_index = lambda model, dim: FaissVectors(tmp_path / "other", dim, model)
    here.storage.advance("m")


@pytest.mark.parametrize("common", [297, 270, 70, 3])
def test_what_a_filter_leaves_out_has_no_influence(here: Searching, tmp_path: Path, common: int) -> None:
    """The nearest of all do not pass: the result is that of a library in which there is nothing else."""
    _many(here, tmp_path, common)
    mask = passing(here, camera=("common",))
    assert len(mask) == common
    alone = here.catalog.vectors.numbers_of([sha1(f"f{number}.mp4") for number in range(common)])
    assert mask == alone
    rng = np.random.default_rng(7)
    rows = []
    for number in range(common):
        _, _, vectors = here.catalog.vectors.of(sha1(f"f{number}.mp4"), "m")
        rows.append(vectors)
    for query in [np.ones(32, np.float32), *rng.normal(size=(10, 32)).astype(np.float32)]:
        query /= np.linalg.norm(query)
        found = here.storage.search_moments(
            "m", query, lambda owners: len(owners) >= 50, per_asset=1, mask=mask
        )[:50]
        best = sorted(range(common), key=lambda number: -float((rows[number] @ query).max()))[:50]
        assert [one.asset for one in found] == [sha1(f"f{number}.mp4") for number in best]
        assert len(found) == min(50, common)


@pytest.fixture(params=["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of this process, as a worker or a person who searches has it."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_days_are_those_of_the_camera_s_clock_in_every_time_zone(here: Searching, zone: str) -> None:
    """A time without a zone, and the boundaries of a day, mean the same to every worker and everybody who searches."""
    times = {
        "first.jpg": "2024-05-17T00:00:00",
        "last.jpg": "2024-05-17T23:59:59.990000",
        "phone.mov": "2024-05-17T23:30:00-08:00",
        "utc.mp4": "2024-05-17T12:00:00+00:00",
        "before.jpg": "2024-05-16T23:59:59.999000",
        "after.mov": "2024-05-18T00:30:00+14:00",
    }
    for name, text in times.items():
        here.add(name, ["red"], media(recorded=datetime.fromisoformat(text)))
    here.storage.advance(here.embedder.fingerprint)

    def found(**given: str) -> set[str]:
        return set(here.names(**given))

    day = {"first.jpg", "last.jpg", "phone.mov", "utc.mp4"}
    assert found(since="2024-05-17", until="2024-05-17") == day
    assert found(since="2024-05-18") == {"after.mov"}
    assert found(until="2024-05-16") == {"before.jpg"}
    assert found(since="2024-05-17T23:00", until="2024-05-17T23:40") == {"phone.mov"}
    # With a time zone an instant is meant, where the zone of the recording is known.
    assert found(since="2024-05-18T07:30+00:00", until="2024-05-18T07:30+00:00") == {"phone.mov"}
    assert found(since="2024-05-17T10:30+00:00", until="2024-05-17T12:00+00:00") == {"after.mov", "utc.mp4"}


def test_bursts_are_stored_with_decimals_of_the_second(here: Searching) -> None:
    for number in (3, 1, 2):
        here.add(f"{number}.jpg", [], media(recorded=datetime(2024, 5, 17, 10, 0, 0, number * 100_000)))
    with here.catalog.database.read() as connection:
        rows = connection.execute(select(VERSION.c.name).order_by(VERSION.c.recorded_at)).scalars().all()
    assert rows == ["1.jpg", "2.jpg", "3.jpg"]
