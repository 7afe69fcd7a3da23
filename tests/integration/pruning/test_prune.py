"""Prune deletes what is gone for good, and nothing else."""

import os
import random
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from dampipe.app.features import features
from dampipe.features.assets.lineage import absorb, locked_facts
from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.sweep import WorkspaceSweep
from dampipe.features.pruning.model import PruneRequest
from dampipe.features.pruning.queries import Pruner
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.errors import Busy, NotFound
from dampipe.kernel.ids import AssetId
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.fsspec import FsspecBlobs
from dampipe.storage.blobs.local import LocalBlobs
from tests.support.processed import ProcessedLibrary, library, lose, tree
from tests.support.scanning import grow

__all__ = ["library", "tree"]  # fixtures


def test_prune_forgets_what_is_missing_and_all_that_was_made_of_it(
    library: ProcessedLibrary, tree: Path
) -> None:
    lose(library, tree, 3)
    planned = library.pruning.plan(LOCAL, PruneRequest())
    assert (planned.locations, planned.assets, planned.vectors) == (3, 3, 6)
    assert (planned.derivatives, planned.bytes, len(planned.paths)) == (3, 300, 3)
    assert (library.catalog.totals.of(), len(list(library.blobs.keys()))) == ((8, 8), 8), "only a plan"
    assert library.pruning.prune(LOCAL, PruneRequest()) == planned
    assert (library.catalog.totals.of(), len(list(library.blobs.keys()))) == ((5, 5), 5)
    assert library.index.ids().tolist() == library.catalog.vector_ids("m", 2**31 - 1).tolist()
    assert len(library.index) == 10
    assert {row[0] for row in library.places().values()} == {LocationState.PRESENT}
    again = library.pruning.prune(LOCAL, PruneRequest())
    assert (again.locations, again.assets, again.bytes) == (0, 0, 0)


def test_the_last_vectors_leave_the_index_too(library: ProcessedLibrary, tree: Path) -> None:
    library.sources.remove(LOCAL, library.sources.reports(LOCAL)[0].name)
    assert library.pruning.prune(LOCAL, PruneRequest()).assets == 8
    assert len(library.index) == 0 and list(library.blobs.keys()) == []
    assert library.storage.search_vector("m", np.eye(8, dtype=np.float32)[0]) == []


def test_what_is_still_somewhere_is_kept(library: ProcessedLibrary, tree: Path) -> None:
    clip = sorted(tree.rglob("*.mp4"))[0]
    (tree / "copy.mp4").write_bytes(clip.read_bytes())
    library.scan(tree)
    library.hash_all()
    lose(library, tree, 1)
    done = library.pruning.prune(LOCAL, PruneRequest())
    assert (done.locations, done.assets) == (1, 0)
    assert len(list(library.blobs.keys())) == 8


def test_while_files_wait_for_their_hash_no_asset_is_forgotten(library: ProcessedLibrary, tree: Path) -> None:
    clip = sorted(tree.rglob("*.mp4"))[0]
    (tree / "elsewhere.mp4").write_bytes(clip.read_bytes())
    lose(library, tree, 1)
    for done in (library.pruning.plan(LOCAL, PruneRequest()), library.pruning.prune(LOCAL, PruneRequest())):
        assert (done.locations, done.assets, done.unidentified) == (1, 0, 1)
    library.hash_all()
    assert library.pruning.prune(LOCAL, PruneRequest()).assets == 0
    assert library.catalog.totals.of() == (8, 8)


def test_an_asset_that_is_worked_on_is_left_for_the_next_prune(library: ProcessedLibrary, tree: Path) -> None:
    lose(library, tree, 2)
    with library.catalog.database.write() as connection:
        gone = [path for path, (state, *_) in library.places().items() if state == LocationState.MISSING]
        sha1 = library.places()[gone[0]][1]
        asset = connection.execute(VERSION.select().where(VERSION.c.sha1 == sha1)).one().id
        connection.execute(
            RUN.insert().values(
                stage="s", version="1", lane="main", state=RunState.RUNNING, version_id=asset, created_at=0,
                priority=0, wake_on_finish=False, attempts=1, not_before=0, lease_until=0, warnings="[]",
            )
        )  # fmt: skip
    assert (
        library.pruning.plan(LOCAL, PruneRequest()).assets
        == library.pruning.prune(LOCAL, PruneRequest()).assets
        == 1
    )
    with library.catalog.database.write() as connection:
        connection.execute(RUN.update().where(RUN.c.stage == "s").values(state=RunState.DONE))
    assert library.pruning.prune(LOCAL, PruneRequest()).assets == 1


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_prune_that_is_killed_is_finished_by_the_next(
    library: ProcessedLibrary, tree: Path, after: int
) -> None:
    lose(library, tree, 3)
    deleted: list[str] = []

    def delete(key: str) -> None:
        if len(deleted) == after:
            raise KeyboardInterrupt
        deleted.append(key)
        library.blobs.delete(key)

    with pytest.raises(KeyboardInterrupt):
        Pruner(library.catalog.database).prune(None, delete, lambda _: None)
    assert library.pruning.prune(LOCAL, PruneRequest()).assets == 3
    assert (library.catalog.totals.of(), len(list(library.blobs.keys()))) == ((5, 5), 5)


def test_prune_of_one_source_leaves_the_others(library: ProcessedLibrary, tree: Path, tmp_path: Path) -> None:
    grow(tmp_path / "other", 4, random.Random(2))
    library.scan(tmp_path / "other")
    library.process(tmp_path)
    lose(library, tree, 2)
    lose(library, tmp_path / "other", 1)
    done = library.pruning.prune(LOCAL, PruneRequest(source="other"))
    assert (done.locations, done.assets) == (1, 1)
    assert library.pruning.plan(LOCAL, PruneRequest()).locations == 2
    with pytest.raises(NotFound, match="no source 'nowhere'"):
        library.pruning.prune(LOCAL, PruneRequest(source="nowhere"))


def test_two_prunes_at_once_are_one(library: ProcessedLibrary, tree: Path) -> None:
    with advisory_lock(library.catalog.database, "prune"), pytest.raises(Busy, match="another prune"):
        library.pruning.prune(LOCAL, PruneRequest())
    library.pruning.prune(LOCAL, PruneRequest())


def leave(library: ProcessedLibrary, tmp_path: Path, key: str) -> str:
    (tmp_path / "left").write_bytes(b"x" * 50)
    library.blobs.put(key, tmp_path / "left")
    return key


def test_leftovers_go_only_when_asked_and_only_if_nothing_refers_to_them(
    library: ProcessedLibrary, tree: Path, tmp_path: Path
) -> None:
    """Earlier recipes' files go; what is in use, on its way, handed over or another catalogue's stays."""
    used = set(library.blobs.keys())
    idle, busy, waiting, held = (video.sha1 for video in library.catalog.list_videos(limit=4))
    left = {leave(library, tmp_path, f"{idle[:2]}/{idle}/old/{name}") for name in ("poster.jpg", "proxy.mp4")}
    strange = {
        leave(library, tmp_path, f"aa/{'a' * 40}/old/poster.jpg"),
        leave(library, tmp_path, f"{idle[:2]}/{idle}/readme.txt"),
        *(leave(library, tmp_path, f"{one[:2]}/{one}/new/proxy.json") for one in (busy, waiting, held)),
    }
    states = {busy: RunState.RUNNING, waiting: RunState.PENDING, held: RunState.ON_HOLD}
    with library.catalog.database.write() as connection:
        for sha1, state in states.items():
            asset = connection.execute(VERSION.select().where(VERSION.c.sha1 == sha1)).one().id
            connection.execute(
                RUN.insert().values(
                    stage="s", version="1", lane="main", state=state, version_id=asset, created_at=0,
                    priority=0, wake_on_finish=False, attempts=1, not_before=0, lease_until=0, warnings="[]",
                )
            )  # fmt: skip
    pruned, planned = (
        library.pruning.prune(LOCAL, PruneRequest()),
        library.pruning.plan(LOCAL, PruneRequest()),
    )
    assert pruned.leftovers == planned.leftovers == 0, "not asked for"
    planned = library.pruning.plan(LOCAL, PruneRequest(orphans=True))
    assert (planned.leftovers, planned.leftover_bytes, planned.derivatives) == (2, 100, 0)
    assert set(library.blobs.keys()) == used | left | strange, "only a plan"
    assert library.pruning.prune(LOCAL, PruneRequest(orphans=True)) == planned
    assert set(library.blobs.keys()) == used | strange
    with library.catalog.database.write() as connection:
        connection.execute(RUN.update().where(RUN.c.stage == "s").values(state=RunState.DONE))
    assert library.pruning.prune(LOCAL, PruneRequest(orphans=True)).leftovers == 3
    assert len(set(library.blobs.keys()) - used) == 2


def test_work_folders_of_killed_workers_go_with_the_leftovers(
    library: ProcessedLibrary, tmp_path: Path
) -> None:
    left = tmp_path / "blobs" / ".tmp" / "tmpkilled"
    left.mkdir(parents=True)
    (left / "proxy.mp4").write_bytes(b"x")
    store = DerivativeStore(LocalBlobs(tmp_path / "blobs"))
    pruning = library.pruning
    pruning._derivatives = store
    assert pruning.plan(LOCAL, PruneRequest(orphans=True)).work_folders == 0, "a worker may be at it"
    for path in (left / "proxy.mp4", left):
        os.utime(path, (0, 0))
    assert pruning.prune(LOCAL, PruneRequest()).work_folders == 0 and left.exists()
    assert pruning.plan(LOCAL, PruneRequest(orphans=True)).work_folders == 1 and left.exists()
    assert pruning.prune(LOCAL, PruneRequest(orphans=True)).work_folders == 1 and not left.exists()


def test_every_sweep_looks_for_work_folders_once_an_hour(tmp_path: Path) -> None:
    assert "dampipe.features.derivatives.sweep:WorkspaceSweep" in [
        one for f in features() for one in f.sweeps
    ]
    sweep = WorkspaceSweep(DerivativeStore(LocalBlobs(tmp_path)))
    for expected in ({"work folders": 1}, {}):
        (tmp_path / ".tmp" / "tmpkilled").mkdir(parents=True)
        os.utime(tmp_path / ".tmp" / "tmpkilled", (0, 0))
        assert sweep() == expected
    sweep._next = 0.0
    assert sweep() == {"work folders": 1}


def test_unfinished_uploads_to_a_share_are_deleted(tmp_path: Path) -> None:
    store = FsspecBlobs(f"file://{tmp_path}/share", tmp_path / "cache")
    for name, age in (("new", 0.0), ("old", 30 * 86400.0)):
        path = tmp_path / "share" / ".tmp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age, time.time() - age))
    assert store.sweep(6 * 3600.0, dry_run=True) == 1
    assert store.sweep(6 * 3600.0) == 1
    assert [path.name for path in (tmp_path / "share" / ".tmp").iterdir()] == ["new"]


def stack(library: ProcessedLibrary, old: Path, new: Path) -> int:
    """Make the file `old` a superseded version of the asset of `new`; returns the asset's number."""
    database = library.catalog.database
    with database.write() as connection:
        rows = connection.execute(
            select(LOCATION.c.name, VERSION.c.asset_id).join_from(
                LOCATION, VERSION, VERSION.c.id == LOCATION.c.version_id
            )
        ).all()
        of = {row.name: AssetId(row.asset_id) for row in rows}
        facts = locked_facts(connection, list(of.values()))
        absorb(connection, facts[of[old.name]], facts[of[new.name]], time.time())
    return of[new.name]


@pytest.mark.parametrize("tagged", [False, True])
def test_a_version_without_a_file_goes_alone_unless_people_wrote_about_its_asset(
    library: ProcessedLibrary, tree: Path, tagged: bool
) -> None:
    old, new = sorted(tree.rglob("*.mp4"))[:2]
    asset = stack(library, old, new)
    if tagged:
        library.catalog.tags.add("interview", [asset])
    lose(library, tree, 1)
    done = library.pruning.prune(LOCAL, PruneRequest())
    gone = 0 if tagged else 1
    assert (done.assets, done.derivatives, done.annotated) == (0, gone, 1 if tagged else 0)
    assert len(library.catalog.assets.versions(asset)) == 2 - gone
    assert library.catalog.assets.current(asset).name == new.name
    assert library.catalog.totals.of() == (7, 8 - gone)
    if tagged:
        return
    lose(library, tree, 1)  # the next file is that of the version that is left
    assert library.pruning.prune(LOCAL, PruneRequest()).assets == 1
