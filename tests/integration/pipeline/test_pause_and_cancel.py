"""Scans are paused, resumed and cancelled, or only record files; nothing on hold is processed, nothing is lost."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from dampipe.features.scanning.errors import IS_OVER, NOT_FOUND, NOT_PAUSED
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.service import ScanService
from dampipe.features.scanning.walk import Walk
from dampipe.features.sources.places import ReachablePlaces
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.visibility import NoRights
from dampipe.storage.files.stores import FileStores
from tests.support.pipeline import Deployment

FILES = 40


class Here(Deployment):
    """A deployment whose walks may be disturbed."""

    def __init__(self, url: str, window: int = 8) -> None:
        super().__init__(url, window)
        catalog = self.catalog
        catalog.holding = ScanHolds(catalog.database, 7)
        self.control = ScanService(
            *(catalog.scans, catalog.holding, catalog.sources),
            *(lambda: self.plan, lambda: self.transport, NoRights(), FileStores()),
            ReachablePlaces(catalog.sources, NoRights()),
        )
        self.seen: list[str] = []
        self.disturb: dict[int, Callable[[], object]] = {}
        """Called when that many files were seen."""
        policy = ScanPolicy(self._is_clip, 0.0, write_interval=0.0, locations_changed=7)
        self.scanner = self.make_scanner(policy)

    def _is_clip(self, name: str) -> bool:
        if not name.endswith(".mp4"):
            return False
        self.seen.append(name)
        self.disturb.pop(len(self.seen), lambda: None)()
        return True

    def create(self, folder: Path, process: bool = True, priority: int = 0) -> int:
        return self.catalog.scans.create([str(folder)], process=process, priority=priority)

    def progress(self, scan: int) -> ScanProgress:
        return self.catalog.scans.progress(scan)

    def drain(self) -> None:
        """What workers do until nothing is left to do."""
        self.sweep.run()
        while self.transport.work(self.runner) or self.sweep.run()["started"]:
            pass

    def hashed(self) -> list[str]:
        return [name for stage, name in self.diary.calls if stage == "hash"]


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Here]:
    made = Here(catalogue_url)
    yield made
    made.catalog.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(FILES):
        path = tmp_path / "footage" / f"day{number // 5}" / f"clip{number:02}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    return tmp_path / "footage"


def test_a_paused_walk_stops_at_the_next_folder_and_goes_on_where_it_was(here: Here, folder: Path) -> None:
    scan = here.create(folder)
    here.disturb[12] = lambda: here.control.pause(LOCAL, scan)
    assert here.scanner.scan(scan)
    paused = here.progress(scan)
    assert (paused.state, paused.found, paused.on_hold, paused.over) == (ScanState.PAUSED, 10, 10, False)
    here.drain()
    assert here.hashed() == [], "nothing of it is started, not even what was in the broker"
    assert not here.scanner.scan(scan), "nobody walks it"
    here.seen.clear()
    resumed = here.control.resume(LOCAL, scan)
    assert (resumed.state, resumed.on_hold, resumed.active) == (ScanState.WALKING, 0, 10)
    assert ("scan", (scan,)) in here.transport.notices
    assert here.scanner.scan(scan)
    assert len(here.seen) <= FILES - 10 + 5
    here.drain()
    found = here.progress(scan)
    assert (found.state, found.found, found.new, found.done) == (ScanState.WALKED, FILES, FILES, FILES)
    assert here.everything_done_once(FILES)


def test_a_scan_that_is_walked_is_paused_too_and_other_footage_goes_on(here: Here, folder: Path) -> None:
    scan = here.create(folder)
    here.scanner.scan(scan)
    here.transport.work(here.runner, 6)
    assert here.control.pause(LOCAL, scan).state == ScanState.PAUSED
    before = set(here.hashed())
    (folder.parent / "other").mkdir()
    (folder.parent / "other" / "more.mp4").write_bytes(b"more")
    here.scan(folder.parent / "other")
    here.drain()
    assert set(here.hashed()) - before == {"more.mp4"}
    assert here.counts("hash")["on_hold"] == FILES - len(before)
    here.control.resume(LOCAL, scan)
    here.drain()
    assert here.progress(scan).state == ScanState.WALKED
    assert here.everything_done_once(FILES + 1)


def test_a_cancelled_scan_leaves_what_it_wrote_and_another_takes_it_up(here: Here, folder: Path) -> None:
    scan = here.create(folder)
    here.disturb[12] = lambda: here.control.cancel(LOCAL, scan)
    here.scanner.scan(scan)
    cancelled = here.progress(scan)
    assert (cancelled.state, cancelled.found, cancelled.on_hold) == (ScanState.CANCELLED, 10, 10)
    assert cancelled.over and here.catalog.totals.of()[1] == 10
    here.sweep.plan_missing()
    here.drain()
    assert here.hashed() == [] and not here.scanner.scan(scan)
    again = here.scan(folder)
    here.drain()
    found = here.progress(again)
    assert (found.found, found.new, found.unchanged, found.done) == (FILES, FILES - 10, 10, FILES)
    assert here.everything_done_once(FILES)
    with pytest.raises(InvalidInput, match="is cancelled"):
        here.control.pause(LOCAL, scan)


def test_files_are_recorded_without_being_processed(here: Here, folder: Path) -> None:
    recording = here.create(folder, process=False)
    here.scanner.scan(recording)
    here.drain()
    seen = here.progress(recording)
    assert (seen.state, seen.new, seen.on_hold, seen.over) == (ScanState.WALKED, FILES, FILES, True)
    assert (here.hashed(), here.transport.published) == ([], 0)
    here.control.pause(LOCAL, recording)
    assert here.control.resume(LOCAL, recording).on_hold == FILES, "they are still not to be processed"
    scan = here.scan(folder)
    here.drain()
    assert (here.progress(scan).unchanged, here.progress(scan).done) == (FILES, FILES)
    assert here.everything_done_once(FILES)


def test_files_moved_before_a_cancel_are_not_hashed(here: Here, folder: Path) -> None:
    here.scan(folder)
    here.drain()
    (folder / "day3").rename(folder / "first")
    (folder / "day4").rename(folder / "zzz")
    scan = here.create(folder)
    here.seen.clear()
    here.disturb[FILES - 2] = lambda: here.control.cancel(LOCAL, scan)  # day3 and day4 are not concluded upon
    here.scanner.scan(scan)
    assert here.progress(scan).moved == 0
    again = here.scan(folder)
    here.drain()
    assert (here.progress(again).moved, here.progress(again).missing) == (10, 0)
    assert here.everything_done_once(FILES)


def test_the_same_content_stays_wanted_by_the_other_scan(here: Here, folder: Path) -> None:
    copies = folder.parent / "copies"
    copies.mkdir()
    for number in range(5):
        (copies / f"copy{number}.mp4").write_bytes((folder / "day0" / f"clip{number:02}.mp4").read_bytes())
    first, second = here.scan(folder / "day0"), here.scan(copies)
    while any(state != "done" for state in here.counts("hash")):
        here.transport.work(here.runner, 1)
        here.sweep.run()
    here.control.pause(LOCAL, first)
    here.drain()
    assert here.progress(second).done == 5
    assert everything_done_once_each(here, 5)


def everything_done_once_each(here: Here, assets: int) -> bool:
    return all(here.counts(stage.name) == {"done": assets} for stage in here.plan.stages[1:])


def test_a_kill_while_runs_are_put_on_hold_leaves_the_rest_to_the_sweep(here: Here, folder: Path) -> None:
    scan = here.create(folder)
    here.scanner.scan(scan)
    engine = here.catalog.database.engine

    def kill(connection: object, cursor: object, statement: str, *_: object) -> None:
        nonlocal updates
        updates += statement.startswith("UPDATE run")
        if updates == 5:  # two of each transaction
            raise KeyboardInterrupt

    for request in (here.control.pause, here.control.resume):
        updates = 0
        event.listen(engine, "before_cursor_execute", kill)
        with pytest.raises(KeyboardInterrupt):
            request(LOCAL, scan)
        event.remove(engine, "before_cursor_execute", kill)
        partly = here.counts("hash").get("on_hold", 0)
        assert 0 < partly < FILES
        here.sweep.run()
        held = here.counts("hash").get("on_hold", 0)
        assert held == (FILES if request == here.control.pause else 0)
    here.drain()
    assert here.everything_done_once(FILES)


def test_a_walker_that_lost_its_scan_writes_nothing_more(here: Here, folder: Path) -> None:
    scan = here.create(folder)
    here.disturb[12] = lambda: here.catalog.scans.release(_owner(here, scan))
    other = Here(str(here.catalog.database.url.render_as_string(hide_password=False)))

    def taken_over() -> None:
        job = other.catalog.scans.claim(scan, "another", 60)
        assert job is not None
        hash_key, database = other.plan.key(other.plan.first), other.catalog.database
        Walk(job, database, other.catalog.sources, hash_key, ScanPolicy(_is_clip, 0.0)).run()

    here.disturb[13] = taken_over
    assert here.scanner.scan(scan)
    found = here.progress(scan)
    assert (found.found, found.new, found.state) == (FILES, FILES, ScanState.WALKING)
    other.catalog.close()


def _owner(here: Here, scan: int) -> str:
    return here.catalog.scans.owners()[0]


def _is_clip(name: str) -> bool:
    return name.endswith(".mp4")


def test_prioritised_and_new_footage_goes_first(here: Here, folder: Path) -> None:
    here.scan(folder)  # a backlog, of which the window took some
    under_way = set(_queued(here))
    here.scanner.scan(here.create(folder / "day1", priority=5))  # known, and now urgent
    (folder.parent / "new").mkdir()
    for number in range(3):
        (folder.parent / "new" / f"new{number}.mp4").write_bytes(b"new %d" % number)
    here.scan(folder.parent / "new")
    here.drain()
    hashed = [name for name in here.hashed() if name not in under_way]
    urgent = {f"clip{number:02}.mp4" for number in range(5, 10)}
    assert set(hashed[: len(urgent - under_way)]) == urgent - under_way
    rest = [name for name in hashed if name not in urgent]
    assert set(rest[:3]) == {"new0.mp4", "new1.mp4", "new2.mp4"}
    with here.catalog.database.read() as connection:
        raised = connection.execute(
            select(RUN.c.version_id).where(RUN.c.stage == "polish", RUN.c.priority == 5)
        )
        assert len(raised.all()) == 5, "what follows is urgent, too"


def _queued(here: Here) -> list[str]:
    with here.catalog.database.read() as connection:
        from dampipe.features.sources.tables import LOCATION

        rows = connection.execute(
            select(LOCATION.c.name)
            .join_from(RUN, LOCATION, LOCATION.c.id == RUN.c.location_id)
            .where(RUN.c.queued_at.is_not(None))
        )
        return list(rows.scalars())


def test_requests_that_do_not_fit_the_state_are_errors(here: Here, folder: Path) -> None:
    with pytest.raises(NotFound, match="there is no scan 99") as unknown:
        here.control.cancel(LOCAL, 99)
    assert (unknown.value.code, unknown.value.parameters) == (NOT_FOUND.code, {"scan": 99})
    scan = here.scan(folder / "day0")
    with pytest.raises(InvalidInput, match="is not paused") as running:
        here.control.resume(LOCAL, scan)
    assert running.value.code == NOT_PAUSED.code
    here.drain()
    with pytest.raises(InvalidInput, match="is over") as over:
        here.control.pause(LOCAL, scan)
    assert (over.value.code, over.value.parameters) == (IS_OVER.code, {"scan": scan, "state": "over"})
    assert [found.scan for found in here.control.latest(LOCAL)] == [scan]
    assert os.listdir(folder)
