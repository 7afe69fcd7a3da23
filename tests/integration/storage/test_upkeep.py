"""Sources are named and forgotten; prune deletes what is gone for good, and nothing else is ever deleted."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dampipe.features.assets.tables import ASSET
from dampipe.features.pruning.model import PruneRequest
from dampipe.features.pruning.orphans import OrphanedBlobs
from dampipe.features.pruning.queries import Pruner
from dampipe.features.pruning.service import PruneService
from dampipe.features.search.index_admin import IndexService
from dampipe.features.search.model_service import ModelService
from dampipe.features.sources.errors import NAME_TAKEN
from dampipe.features.sources.folders import SourceFolders
from dampipe.features.sources.model import LocationState, Source, SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.errors import Busy, InvalidInput, NotFound, StorageFull
from dampipe.kernel.paths import printable
from dampipe.media.outputs import Derivative, DerivativeKind, Preview
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.pipeline import save_output
from tests.support.scanning import Scanning, grow


class Unnamed(ModelService):
    """The models of a catalogue, none of which has a name."""

    def __init__(self) -> None:
        """No model is opened."""

    def names(self) -> dict[str, str]:
        return {}


class Here(Scanning):
    """With derivatives and vectors for every asset."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.blobs = MemoryBlobs()
        self.index = MemoryVectors(8)
        self.storage = AutoStorage(self.catalog, lambda model, dimension: self.index)
        derivatives, database = DerivativeStore(self.blobs), self.catalog.database
        self.sources = SourceService(self.catalog.sources, SourceFolders(database))
        self.indexes = IndexService(self.catalog.models, Unnamed(), self.storage)
        self.pruning = PruneService(
            database,
            self.catalog.sources,
            Pruner(database),
            OrphanedBlobs(database),
            derivatives,
            self.catalog.models,
            self.storage,
        )

    def process(self, tmp_path: Path) -> None:
        """Hash what is new, and make one derivative of 100 bytes and two vectors of each asset."""
        self.hash_all()
        for number, video in enumerate(self.catalog.list_videos(limit=1000)):
            if video.derivatives:
                continue
            made = tmp_path / "poster.jpg"
            made.write_bytes(b"p" * 100)
            key = f"{video.sha1[:2]}/{video.sha1}/r/poster.jpg"
            size = self.blobs.put(key, made)
            poster = Derivative(
                kind=DerivativeKind.POSTER, key=key, recipe="r", media_type="image/jpeg", size=size
            )
            asset = self.catalog.assets.find(video.sha1).id
            save_output(self.catalog, asset, Preview(derivatives=(poster,)))
            rows = np.eye(8, dtype=np.float32)[[number % 8, (number + 1) % 8]]
            self.storage.add_vector(video.sha1, "m", [0.0, 1.0], rows)
        self.storage.advance("m")


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Here]:
    made = Here(catalogue_url)
    yield made
    made.close()


@pytest.fixture
def tree(here: Here, tmp_path: Path) -> Path:
    """Eight files, processed."""
    grow(tmp_path / "tree", 8, random.Random(1))
    here.scan(tmp_path / "tree")
    here.process(tmp_path)
    return tmp_path / "tree"


def add(here: Here, name: str, path: Path) -> Source:
    return here.sources.add(SourceRequest(name=name, path=str(path)))


def lose(here: Here, tree: Path, count: int) -> None:
    for path in sorted(tree.rglob("*.mp4"))[:count]:
        path.unlink()
    assert here.scan(tree).missing == count


def test_prune_forgets_what_is_missing_and_all_that_was_made_of_it(here: Here, tree: Path) -> None:
    lose(here, tree, 3)
    planned = here.pruning.plan(PruneRequest())
    assert (planned.locations, planned.assets, planned.vectors) == (3, 3, 6)
    assert (planned.derivatives, planned.bytes, len(planned.paths)) == (3, 300, 3)
    assert (here.catalog.assets.totals(), len(list(here.blobs.keys()))) == ((8, 8), 8), "only a plan"
    assert here.pruning.prune(PruneRequest()) == planned
    assert (here.catalog.assets.totals(), len(list(here.blobs.keys()))) == ((5, 5), 5)
    assert here.index.ids().tolist() == here.catalog.vector_ids("m", 2**31 - 1).tolist()
    assert len(here.index) == 10
    assert {row[0] for row in here.places().values()} == {LocationState.PRESENT}
    again = here.pruning.prune(PruneRequest())
    assert (again.locations, again.assets, again.bytes) == (0, 0, 0)


def test_the_last_vectors_leave_the_index_too(here: Here, tree: Path) -> None:
    here.sources.remove(here.sources.reports()[0].name)
    assert here.pruning.prune(PruneRequest()).assets == 8
    assert len(here.index) == 0 and list(here.blobs.keys()) == []
    assert here.storage.search_vector("m", np.eye(8, dtype=np.float32)[0]) == []


def test_what_is_still_somewhere_is_kept(here: Here, tree: Path) -> None:
    clip = sorted(tree.rglob("*.mp4"))[0]
    (tree / "copy.mp4").write_bytes(clip.read_bytes())
    here.scan(tree)
    here.hash_all()
    lose(here, tree, 1)
    done = here.pruning.prune(PruneRequest())
    assert (done.locations, done.assets) == (1, 0)
    assert len(list(here.blobs.keys())) == 8


def test_while_files_wait_for_their_hash_no_asset_is_forgotten(here: Here, tree: Path) -> None:
    clip = sorted(tree.rglob("*.mp4"))[0]
    (tree / "elsewhere.mp4").write_bytes(clip.read_bytes())
    lose(here, tree, 1)
    for done in (here.pruning.plan(PruneRequest()), here.pruning.prune(PruneRequest())):
        assert (done.locations, done.assets, done.unidentified) == (1, 0, 1)
    here.hash_all()
    assert here.pruning.prune(PruneRequest()).assets == 0
    assert here.catalog.assets.totals() == (8, 8)


def test_an_asset_that_is_worked_on_is_left_for_the_next_prune(here: Here, tree: Path) -> None:
    lose(here, tree, 2)
    with here.catalog.database.write() as connection:
        gone = [path for path, (state, *_) in here.places().items() if state == LocationState.MISSING]
        sha1 = here.places()[gone[0]][1]
        asset = connection.execute(ASSET.select().where(ASSET.c.sha1 == sha1)).one().id
        connection.execute(
            RUN.insert().values(
                stage="s", version="1", lane="main", state=RunState.RUNNING, asset_id=asset, created_at=0,
                priority=0, wake_on_finish=False, attempts=1, not_before=0, lease_until=0, warnings="[]",
            )
        )  # fmt: skip
    assert here.pruning.plan(PruneRequest()).assets == here.pruning.prune(PruneRequest()).assets == 1
    with here.catalog.database.write() as connection:
        connection.execute(RUN.update().where(RUN.c.stage == "s").values(state=RunState.DONE))
    assert here.pruning.prune(PruneRequest()).assets == 1


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_prune_that_is_killed_is_finished_by_the_next(here: Here, tree: Path, after: int) -> None:
    lose(here, tree, 3)
    deleted: list[str] = []

    def delete(key: str) -> None:
        if len(deleted) == after:
            raise KeyboardInterrupt
        deleted.append(key)
        here.blobs.delete(key)

    with pytest.raises(KeyboardInterrupt):
        Pruner(here.catalog.database).prune(None, delete, lambda _: None)
    assert here.pruning.prune(PruneRequest()).assets == 3
    assert (here.catalog.assets.totals(), len(list(here.blobs.keys()))) == ((5, 5), 5)


def test_prune_of_one_source_leaves_the_others(here: Here, tree: Path, tmp_path: Path) -> None:
    grow(tmp_path / "other", 4, random.Random(2))
    here.scan(tmp_path / "other")
    here.process(tmp_path)
    lose(here, tree, 2)
    lose(here, tmp_path / "other", 1)
    done = here.pruning.prune(PruneRequest(source="other"))
    assert (done.locations, done.assets) == (1, 1)
    assert here.pruning.plan(PruneRequest()).locations == 2
    with pytest.raises(NotFound, match="no source 'nowhere'"):
        here.pruning.prune(PruneRequest(source="nowhere"))


def test_two_prunes_at_once_are_one(here: Here, tree: Path) -> None:
    with advisory_lock(here.catalog.database, "prune"), pytest.raises(Busy, match="another prune"):
        here.pruning.prune(PruneRequest())
    here.pruning.prune(PruneRequest())


def leave(here: Here, tmp_path: Path, key: str) -> str:
    (tmp_path / "left").write_bytes(b"x" * 50)
    here.blobs.put(key, tmp_path / "left")
    return key


def test_leftovers_go_only_when_asked_and_only_if_nothing_refers_to_them(
    here: Here, tree: Path, tmp_path: Path
) -> None:
    """Earlier recipes' files go; what is in use, on its way, handed over or another catalogue's stays."""
    used = set(here.blobs.keys())
    idle, busy, waiting, held = (video.sha1 for video in here.catalog.list_videos(limit=4))
    left = {leave(here, tmp_path, f"{idle[:2]}/{idle}/old/{name}") for name in ("poster.jpg", "proxy.mp4")}
    strange = {
        leave(here, tmp_path, f"aa/{'a' * 40}/old/poster.jpg"),
        leave(here, tmp_path, f"{idle[:2]}/{idle}/readme.txt"),
        *(leave(here, tmp_path, f"{one[:2]}/{one}/new/proxy.json") for one in (busy, waiting, held)),
    }
    states = {busy: RunState.RUNNING, waiting: RunState.PENDING, held: RunState.ON_HOLD}
    with here.catalog.database.write() as connection:
        for sha1, state in states.items():
            asset = connection.execute(ASSET.select().where(ASSET.c.sha1 == sha1)).one().id
            connection.execute(
                RUN.insert().values(
                    stage="s", version="1", lane="main", state=state, asset_id=asset, created_at=0,
                    priority=0, wake_on_finish=False, attempts=1, not_before=0, lease_until=0, warnings="[]",
                )
            )  # fmt: skip
    assert here.pruning.prune(PruneRequest()).leftovers == here.pruning.plan(PruneRequest()).leftovers == 0, (
        "not asked for"
    )
    planned = here.pruning.plan(PruneRequest(orphans=True))
    assert (planned.leftovers, planned.leftover_bytes, planned.derivatives) == (2, 100, 0)
    assert set(here.blobs.keys()) == used | left | strange, "only a plan"
    assert here.pruning.prune(PruneRequest(orphans=True)) == planned
    assert set(here.blobs.keys()) == used | strange
    with here.catalog.database.write() as connection:
        connection.execute(RUN.update().where(RUN.c.stage == "s").values(state=RunState.DONE))
    assert here.pruning.prune(PruneRequest(orphans=True)).leftovers == 3
    assert len(set(here.blobs.keys()) - used) == 2


def test_sources_are_added_listed_and_removed(here: Here, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert add(here, "archive", tree).name == "archive", "the known root gets the name"
    add(here, "new", tmp_path / "empty")
    (tmp_path / "empty").rmdir()
    assert [(s.name, s.present, s.missing, s.reachable) for s in here.sources.reports()] == [
        ("archive", 8, 0, True),
        ("new", 0, 0, False),
    ]
    with pytest.raises(InvalidInput, match="another source 'archive'") as taken:
        add(here, "archive", tree / "day1")
    assert (taken.value.code, taken.value.parameters) == (NAME_TAKEN.code, {"name": "archive"})
    with pytest.raises(NotFound, match="no folder"):
        add(here, "x", tmp_path / "empty")
    for name in ("", " ", "a\nb", "-x", printable("\udce9") + "\udce9"):
        with pytest.raises(InvalidInput):
            add(here, name, tree)
    assert here.sources.remove("archive") == 8
    assert here.catalog.assets.totals() == (8, 0) and len(list(here.blobs.keys())) == 8
    here.scan(tree)
    here.hash_all()
    assert here.catalog.assets.totals() == (8, 8), "found again, by content"


def test_a_folder_of_a_source_that_becomes_one_of_its_own_keeps_its_files(here: Here, tree: Path) -> None:
    before = here.places()
    add(here, "first day", tree / "day1")
    assert here.places() == before
    assert {s.name: s.present for s in here.sources.reports()} == {"first day": 2, "tree": 6}
    for root in (tree, tree / "day1"):
        found = here.scan(root)
        assert (found.new, found.missing, found.unchanged) == (0, 0, found.found)


@pytest.mark.usefixtures("tree")
def test_an_index_that_is_empty_is_brought_up_and_a_sound_one_left_alone(here: Here) -> None:
    assert here.indexes.tend() == []
    here.index.clear()
    assert here.indexes.tend() == ["m"]
    assert len(here.index) == 16
    assert here.indexes.tend() == []


@pytest.mark.usefixtures("tree")
def test_an_index_that_cannot_be_brought_up_is_left_alone_for_a_while(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def full(*_: object) -> None:
        tried.append(1)
        raise StorageFull("no space left for the vector index")

    here.index.clear()
    with monkeypatch.context() as patched:
        patched.setattr(here.index, "add", full)
        assert here.indexes.tend() == here.indexes.tend() == []
    assert len(tried) == 1
    monkeypatch.setattr("dampipe.features.search.index_admin.monotonic", lambda: 1e12)
    assert here.indexes.tend() == ["m"]
