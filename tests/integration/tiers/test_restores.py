"""Restores: what they cost, whom storages are asked for, and what happens once files can be read."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.sources.costs import CostModel, RetrievalCost
from dampipe.features.sources.model import Tier
from dampipe.features.sources.tables import LOCATION
from dampipe.features.tiers.restoring.model import FileState, RestoreRequest, Speed
from dampipe.features.tiers.restoring.queries import RestoreRepository
from dampipe.features.tiers.restoring.service import RestoreService
from dampipe.features.tiers.restoring.sweep import RestoreSweep
from dampipe.features.tiers.restoring.tables import RESTORE_FILE
from dampipe.features.tiers.restoring.worker import MOST_ASKED, RestoreWorker
from dampipe.jobs.model import RunState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.visibility import NoRights
from dampipe.storage.files.base import StorageState
from tests.support.memory_stores import MemoryStores
from tests.support.remote_footage import ROOT, Remote

GLACIER = {"state": StorageState.ARCHIVED, "storage_class": "DEEP_ARCHIVE"}
COST = CostModel(
    currency="EUR",
    egress_gb=90.0,
    retrieval={
        "bulk": RetrievalCost(per_gb=2500.0, per_1000=25.0, hours=48),
        "standard": RetrievalCost(per_gb=20_000.0, hours=12),
    },
)


class Messages:
    """What workers were notified of."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def notify(self, task: str, *_: int) -> None:
        self.sent.append(task)


class Restoring:
    """A processed library whose files are archived then."""

    def __init__(self, remote: Remote, files: int = 3) -> None:
        self.remote, self.bucket = remote, remote.bucket
        catalog = remote.catalog
        remote.catalog.sources.add("bucket", ROOT, tier=Tier.COLD, cost=COST)
        self.data = remote.fill(files)
        remote.scan()
        remote.drain()
        for name in self.data:
            self.bucket.change(f"footage/card/{name}", **GLACIER)
        remote.scan()
        self.messages: Any = Messages()
        self.restores = RestoreRepository(catalog.database, catalog.retries)
        self.worker = RestoreWorker(self.restores, self.messages, MemoryStores().of)
        assets: Any = self
        self.service = RestoreService(
            *(
                catalog.database,
                self.restores,
                catalog.sources,
                AssetSelection(assets, assets),
                NoRights(),
                lambda: self.worker,
            )
        )
        self.sweep = RestoreSweep(self.restores, self.worker)

    # Stands for AssetService and AssetSelector

    def asset_ids_in_order(self, actor: object, names: tuple[str, ...]) -> list[int]:
        known = {video.name: video.sha1 for video in self.remote.catalog.list_videos(limit=100)}
        if missing := set(names) - set(known):
            raise NotFound(str(missing))
        return [self.remote.catalog.assets.find(known[name]).asset_id for name in names]

    def assets(self, actor: object, filters: object) -> AssetSet:
        return AssetSet(
            self.remote.catalog.assets.find(video.sha1).asset_id
            for video in self.remote.catalog.list_videos(limit=100)
        )

    def states(self) -> list[str]:
        with self.remote.catalog.database.read() as connection:
            return list(
                connection.execute(select(RESTORE_FILE.c.state).order_by(RESTORE_FILE.c.id)).scalars()
            )

    def later(self) -> None:
        """The next question is due."""
        with self.remote.catalog.database.write() as connection:
            connection.execute(update(RESTORE_FILE).values(next_at=0.0))
        self.worker()

    def events(self, name: str) -> list[Any]:
        with self.remote.catalog.database.read() as connection:
            return list(connection.execute(select(EVENT).where(EVENT.c.name == name)).all())

    def restored(self, *names: str, until: float = 4e9) -> None:
        for name in names:
            self.bucket.change(f"footage/card/{name}", state=StorageState.RESTORED, restored_until=until)


@pytest.fixture
def here(remote: Remote) -> Iterator[Restoring]:
    assert AssetService.asset_ids
    yield Restoring(remote)


ALL = RestoreRequest(filters={"where": ("any",)})


def test_an_estimate_says_what_it_costs_and_asks_for_nothing(here: Restoring) -> None:
    size = sum(map(len, here.data.values()))
    estimate = here.service.estimate(LOCAL, ALL)
    assert (estimate.files, estimate.bytes, estimate.hours) == (3, size, 48)
    assert estimate.cost == {"EUR": pytest.approx(size / 1e9 * 2500 + 3 * 0.025)}
    assert estimate.egress == {"EUR": pytest.approx(size / 1e9 * 90)}
    standard = here.service.estimate(LOCAL, RestoreRequest(assets=("c0.mp4",), speed=Speed.STANDARD))
    assert standard.cost == {"EUR": pytest.approx(len(here.data["c0.mp4"]) / 1e9 * 20_000)}
    assert standard.hours == 12
    with pytest.raises(InvalidInput, match="bulk, standard"):
        here.service.estimate(LOCAL, RestoreRequest(assets=("c0.mp4",), speed=Speed.EXPEDITED))
    for wrong in (RestoreRequest(), RestoreRequest(assets=("c0.mp4",), filters={"where": ("a",)})):
        with pytest.raises(InvalidInput):
            here.service.estimate(LOCAL, wrong)
    with pytest.raises(NotFound):
        here.service.estimate(LOCAL, RestoreRequest(assets=("nothing",)))
    assert here.bucket.calls["restore"] == 0


def test_it_is_asked_for_once_waited_for_and_announced(here: Restoring) -> None:
    report = here.service.request(LOCAL, ALL, accepted=10.0)
    assert here.messages.sent == ["restore"]
    assert (report.files, report.ready, report.finished_at) == (3, 0, None)
    here.worker()
    keys = [f"footage/card/{name}" for name in sorted(here.data)]
    assert sorted(here.bucket.restores) == [(key, 7, "bulk") for key in keys]
    assert here.states() == [FileState.ASKED] * 3
    expected = here.service.report(LOCAL, report.number).expected_at
    assert expected == pytest.approx(time.time() + 48 * 3600, abs=600)
    here.worker()
    here.later()
    assert len(here.bucket.restores) == 3, "asked once, however often it is looked after"
    here.restored("c1.mp4")
    here.later()
    assert sorted(here.states()) == [FileState.ASKED, FileState.ASKED, FileState.READY]
    assert not here.events("restore.finished")
    here.restored("c0.mp4", "c2.mp4")
    here.later()
    done = here.service.report(LOCAL, report.number)
    assert (done.ready, done.failed, done.expected_at) == (3, 0, None)
    assert done.finished_at is not None
    assert len(here.events("restore.finished")) == 1
    assert len(here.events("copy.restored")) == 3
    assert all(event.asset is not None for event in here.events("copy.restored"))
    [asked] = here.events("restore.requested")
    assert '"files":3' in asked.data.replace(" ", "")
    files = here.service.files(LOCAL, report.number)
    assert {file.name for file in files} == set(here.data)
    assert all(file.restored_until == 4e9 and file.place.startswith(ROOT) for file in files)
    assert here.service.estimate(LOCAL, ALL).at_hand == 3


def test_a_cost_that_was_not_accepted_is_not_incurred(here: Restoring) -> None:
    with pytest.raises(Conflict) as caught:
        here.service.request(LOCAL, ALL, accepted=0.01)
    assert caught.value.code == "restore.cost_not_accepted"
    assert (here.service.latest(LOCAL), here.messages.sent) == ([], [])


def test_what_can_be_read_is_not_asked_for(here: Restoring) -> None:
    here.restored("c0.mp4")
    here.bucket.change("footage/card/c1.mp4", state=StorageState.RESTORING)
    here.remote.scan()
    estimate = here.service.estimate(LOCAL, ALL)
    assert (estimate.files, estimate.at_hand, estimate.restoring) == (1, 1, 1)
    number = here.service.request(LOCAL, ALL).number
    here.worker()
    assert [key for key, *_ in here.bucket.restores] == ["footage/card/c2.mp4"]
    assert len(here.service.files(LOCAL, number)) == 2, "what others asked for is waited for, too"
    here.restored("c1.mp4", "c2.mp4")
    here.later()
    with pytest.raises(Conflict, match="none of the 3 files"):
        here.service.request(LOCAL, ALL)


def test_runs_that_wait_for_a_file_are_continued_as_soon_as_it_is_restored(remote: Remote) -> None:
    remote.catalog.sources.add("bucket", ROOT, tier=Tier.COLD)
    for name in ("a.mp4", "b.mp4"):
        remote.bucket.write(f"footage/card/{name}", name.encode() * 700)
        remote.bucket.change(f"footage/card/{name}", **GLACIER)
    remote.bucket.change("footage/card/b.mp4", state=StorageState.RESTORING)
    remote.scan()
    remote.drain()
    states = [run.state for run in remote.runs("hash")]
    assert states == [RunState.SKIPPED, RunState.PENDING]
    messages: Any = Messages()
    restores = RestoreRepository(remote.catalog.database, remote.catalog.retries)
    worker = RestoreWorker(restores, messages, MemoryStores().of)
    with remote.catalog.database.read() as connection:
        locations = list(connection.execute(select(LOCATION.c.id)).scalars())
    restores.create(LOCAL, Speed.BULK, 7, {}, 0, locations)
    for name in ("a.mp4", "b.mp4"):
        remote.bucket.change(f"footage/card/{name}", state=StorageState.RESTORED, restored_until=4e9)
    worker()
    assert [(run.state, run.not_before) for run in remote.runs("hash")] == [(RunState.PENDING, 0.0)] * 2
    remote.here.dispatcher.top_up_all()
    remote.drain()
    assert remote.everything_done(2)


def test_what_cannot_be_restored_says_why(here: Restoring) -> None:
    number = here.service.request(LOCAL, ALL).number
    here.bucket.remove("footage/card/c0.mp4")
    here.bucket.write("footage/card/c1.mp4", b"another")
    here.worker()
    by_name = {file.name: file for file in here.service.files(LOCAL, number)}
    assert by_name["c0.mp4"].reason == "restore.gone"
    assert by_name["c1.mp4"].reason == "restore.changed"
    assert by_name["c2.mp4"].state is FileState.ASKED
    here.bucket.faults.refused = "the role may not restore"
    here.later()
    failed = here.service.files(LOCAL, number, states=(FileState.FAILED,))
    [file] = [file for file in failed if file.name == "c2.mp4"]
    assert file.reason == "restore.refused"
    assert "the role may not restore" in file.detail
    report = here.service.report(LOCAL, number)
    assert (report.failed, report.ready) == (3, 0)
    assert report.finished_at is not None


def test_a_storage_that_is_away_is_asked_again_later(here: Restoring) -> None:
    number = here.service.request(LOCAL, ALL).number
    here.bucket.faults.away = "no answer"
    here.worker()
    assert here.states() == [FileState.WANTED] * 3
    with here.remote.catalog.database.read() as connection:
        pauses = list(connection.execute(select(RESTORE_FILE.c.next_at)).scalars())
    assert min(pauses) > time.time() + 15
    here.bucket.faults.away = ""
    here.later()
    assert here.states() == [FileState.ASKED] * 3
    assert here.service.report(LOCAL, number).failed == 0


def test_a_restore_that_a_storage_forgets_is_asked_for_again_but_not_for_ever(here: Restoring) -> None:
    here.service.request(LOCAL, RestoreRequest(assets=("c0.mp4",)))
    for _ in range(MOST_ASKED + 1):
        here.later()
        here.bucket.change("footage/card/c0.mp4", state=StorageState.ARCHIVED)
    assert len(here.bucket.restores) == MOST_ASKED
    assert here.states() == [FileState.FAILED]
    assert len(here.events("restore.finished")) == 1


def test_a_worker_that_dies_after_asking_asks_no_second_time(here: Restoring, monkeypatch: Any) -> None:
    here.service.request(LOCAL, ALL)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RestoreRepository, "record_asked", dies)
        with pytest.raises(KeyboardInterrupt):
            here.worker()
    assert len(here.bucket.restores) == 1
    here.later()
    assert len(here.bucket.restores) == 3
    assert here.states() == [FileState.ASKED] * 3


def test_what_was_restored_is_archived_again_when_its_time_is_over(here: Restoring) -> None:
    here.service.request(LOCAL, ALL)
    here.restored(*here.data, until=time.time() - 5)
    here.worker()
    here.sweep()
    with here.remote.catalog.database.read() as connection:
        states = list(connection.execute(select(LOCATION.c.storage_state)).scalars())
    assert states == ["archived"] * 3
    assert here.service.estimate(LOCAL, ALL).files == 3


def test_a_restore_ends_when_its_files_leave_the_catalogue(here: Restoring) -> None:
    number = here.service.request(LOCAL, ALL).number
    with here.remote.catalog.database.write() as connection:
        connection.execute(LOCATION.delete())
    here.sweep()
    report = here.service.report(LOCAL, number)
    assert report.finished_at is not None
    assert report.files == 0


def test_files_that_wait_to_be_processed_are_restored_without_naming_them(remote: Remote) -> None:
    remote.catalog.sources.add("bucket", ROOT, tier=Tier.COLD, cost=COST)
    here = Restoring(remote, files=2)
    remote.bucket.write("footage/card/new.mp4", b"new" * 300)
    remote.bucket.change("footage/card/new.mp4", **GLACIER)
    remote.scan()
    remote.drain()
    waiting = RestoreRequest(waiting=True)
    estimate = here.service.estimate(LOCAL, waiting)
    assert (estimate.files, estimate.bytes) == (1, 900)
    number = here.service.request(LOCAL, waiting).number
    here.worker()
    assert [key for key, *_ in here.bucket.restores] == ["footage/card/new.mp4"]
    [file] = here.service.files(LOCAL, number)
    assert (file.name, file.asset) == ("new.mp4", "")
    here.restored("new.mp4")
    here.later()
    remote.here.dispatcher.top_up_all()
    remote.drain()
    assert remote.everything_done(3)
    assert here.service.estimate(LOCAL, waiting).files == 0
