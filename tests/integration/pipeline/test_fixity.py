"""Reading files again: rot is told from an edit, the oldest come first, and nothing is read twice in a night."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.model import Verified
from dampipe.features.fixity.queue import FixityQueue
from dampipe.features.fixity.report import FixityReport
from dampipe.features.fixity.service import FixityService
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.sources.locations import LocationRepository
from dampipe.jobs import lease
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.plan import Plan
from dampipe.jobs.toolbox import Tools
from dampipe.kernel.errors import NotFound
from dampipe.kernel.visibility import NoRights
from dampipe.storage.files.stores import FileStores
from tests.support.scanning import Scanning
from tests.support.stages import hash

FILES = 20


class Reading:
    """A library of clips, hashed long ago, with a worker that reads when told to."""

    def __init__(self, url: str, root: Path) -> None:
        self.scanning = Scanning(url)
        self.catalog, self.root = self.scanning.catalog, root
        for number in range(FILES):
            path = root / f"day{number % 2}" / f"c{number:02}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"clip %02d" % number)
        self.catalog.sources.add("archive", str(root))
        self.scanning.scan(root)
        self.scanning.hash_all()
        self.age(30 * 86400)
        self.transport = MemoryTransport(Plan([hash], Tools({})))
        self.checks = FixityQueue(self.catalog.database)
        self.verdicts = FixityReport(self.catalog.database)
        self.verifier = FixityWorker(
            self.checks, self.catalog.workers, self.transport, "io", LeaseRenewer(), 30.0, FileStores().of
        )
        self.verify = FixityService(
            self.catalog.sources,
            LocationRepository(self.catalog.database),
            self.checks,
            self.verdicts,
            self.catalog.workers,
            lambda: self.transport,
            lambda: self.verifier,
            NoRights(),
        )
        self.catalog.workers.report("media@here", ["io"], {}, 60.0)
        [self.source] = [source.id for source in self.catalog.sources.all()]

    def age(self, seconds: float) -> None:
        """Let time pass."""
        with self.catalog.database.write() as connection:
            connection.execute(update(VERSION).values(added_at=VERSION.c.added_at - seconds))
            connection.execute(update(VERIFICATION).values(at=VERIFICATION.c.at - seconds))

    def night(self, percent: float) -> tuple[int, Verified]:
        """A share, read: how many files were asked for, and what came of it."""
        began = self.now()
        wanted = self.verify.request_share([self.source], percent, 60)
        while self.verifier.portion():
            pass
        return wanted, self.verify.wait_for_share([self.source], began, wanted)

    def now(self) -> float:
        """The database's time."""
        return self.checks.now()

    def rot(self, name: str) -> Path:
        """Flip a bit, and leave size and time as they are."""
        [path] = self.root.rglob(name)
        facts, data = path.stat(), bytearray(path.read_bytes())
        data[0] ^= 1
        path.write_bytes(bytes(data))
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        return path


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Reading]:
    made = Reading(catalogue_url, tmp_path / "archive")
    yield made
    made.scanning.close()


def test_every_file_has_its_turn_and_none_twice_in_a_night(here: Reading) -> None:
    seen = []
    for _ in range(5):
        wanted, done = here.night(20)
        assert (wanted, done.same, done.left) == (4, 4, 0)
        assert here.night(20)[0] == 0, "a second sync in the same night reads nothing"
        with here.catalog.database.read() as connection:
            seen.append(len(connection.execute(VERIFICATION.select()).all()))
        here.age(86400)
    assert seen == [4, 8, 12, 16, 20]


def test_a_share_is_one_file_at_least_and_new_files_are_not_read(here: Reading) -> None:
    (here.root / "new.mp4").write_bytes(b"new")
    here.scanning.scan(here.root)
    here.scanning.hash_all()
    assert here.night(0.01)[0] == 1
    wanted, done = here.night(100)
    assert (wanted, done.same) == (FILES - 1, FILES - 1), "neither the new one nor the one just read"


def test_rot_is_told_from_edits_and_shown_until_it_is_well(here: Reading) -> None:
    rotten = here.rot("c03.mp4")
    edited = here.root / "day0" / "c04.mp4"
    edited.write_bytes(b"another clip")
    (here.root / "day1" / "c05.mp4").unlink()
    _, done = here.night(100)
    assert (done.mismatch, done.same, done.edited, done.gone) == ((str(rotten),), FILES - 3, 1, 1)
    [failure] = here.verdicts.failures(10)
    assert (failure.path, failure.kind, failure.stage) == (str(rotten), "mismatch", "verify")
    assert "size and time have not" in failure.reason
    wanted, again = here.night(1)
    assert (wanted, again.mismatch) == (1, (str(rotten),)), "loud until somebody does something"
    here.rot("c03.mp4")  # as it was, from the backup
    assert here.night(1)[1].mismatch == ()
    assert here.verdicts.failures(10) == []


def test_new_content_that_is_meant_is_a_changed_file(here: Reading) -> None:
    rotten = here.rot("c03.mp4")
    assert here.night(100)[1].mismatch == (str(rotten),)
    rotten.touch()
    assert here.scanning.scan(here.root).changed == 1
    here.scanning.hash_all()
    assert here.verdicts.failures(10) == []
    assert here.night(1)[0] == 0


def test_an_unreadable_file_is_bad(here: Reading, tmp_path: Path) -> None:
    path = here.root / "day0" / "c02.mp4"
    facts = path.stat()
    path.unlink()
    path.mkdir()  # what a broken directory entry may look like
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with here.catalog.database.write() as connection:
        size = path.stat().st_size
        connection.exec_driver_sql(f"UPDATE location SET size = {size} WHERE version_id IN "
                                   "(SELECT id FROM version WHERE name = 'c02.mp4')")  # fmt: skip
    assert here.night(100)[1].unreadable == (str(path),)


def test_what_a_dead_reader_held_is_read_by_another(here: Reading) -> None:
    here.verify.request_share([here.source], 10, 60)
    host = lease.owner().rpartition("/")[0].rpartition("/")[0]
    assert here.checks.claim(f"{host}/999999999/1", 600.0, 1) is not None
    assert here.verifier.portion() == 0, "one worker, one file at a time"
    here.transport.notices.clear()
    here.verifier.wake()
    assert here.transport.notices == [("verify", ())]
    assert here.verifier.portion() == 2


def test_time_that_is_over_leaves_the_rest_for_the_next_night(here: Reading) -> None:
    wanted = here.verify.request_share([here.source], 50, 1e-9)
    assert (wanted, here.verifier.portion()) == (10, 0)
    assert here.verify.wait_for_share([here.source], here.now(), wanted).left == 10
    assert here.night(50)[1].same == 10


def test_places_can_be_named(here: Reading) -> None:
    def read(*what: str) -> int:
        try:
            scopes = here.verify.scopes(what)
        except NotFound:
            return -1
        wanted = here.checks.request(scopes, here.now() + 60, None, 0.0)
        while here.verifier.portion():
            pass
        return wanted

    (here.root / "day0" / "deep").mkdir()
    (here.root / "day0" / "deep" / "x.mp4").write_bytes(b"x")
    (here.root / "day00").mkdir()
    (here.root / "day00" / "y.mp4").write_bytes(b"y")
    here.scanning.scan(here.root)
    here.scanning.hash_all()
    assert read() == FILES + 2 == read("archive")
    assert read(str(here.root / "day0")) == FILES // 2 + 1
    assert read(str(here.root / "day0" / "deep")) == 1
    assert read(str(here.root / "day0" / "c02.mp4"), str(here.root / "day1" / "c03.mp4")) == 2
    assert read("/nowhere") == -1
