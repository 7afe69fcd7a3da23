"""Watching a real folder: what appears is submitted once it holds still, and what a scan passes by is not."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from dampipe.features.scanning.model import Enqueued, EnqueueRequest
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.service import ScanService
from dampipe.features.scanning.watch_folder import FolderWatcher
from dampipe.features.sources.mounts import lacks_events
from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog


class Watched:
    """A source that is watched by a thread."""

    def __init__(self, tmp_path: Path, poll: float | None) -> None:
        self.root = tmp_path / "archive"
        self.root.mkdir()
        self.catalog = Catalog(Database(f"sqlite:///{tmp_path / 'c.sqlite'}"))
        self.catalog.set_up()
        self.catalog.sources.add("archive", str(self.root), exclude=["private/"])
        self.submitted: list[str] = []
        self.said: list[str] = []
        self._stop = threading.Event()
        policy = ScanPolicy(lambda name: name.endswith(".mp4"), settle=0.3, watch_interval=0.05)
        scans = cast(ScanService, self)  # of which watching calls `enqueue` only
        self._watching = watching = FolderWatcher(self.catalog.sources, policy, scans)
        arguments = {"poll": poll, "stop": self._stop, "on_log": self.said.append}
        self._thread = threading.Thread(target=watching.run, kwargs=arguments)
        self._thread.start()
        self.wait_for(
            lambda: (
                str(self.root) in self.submitted
                and any("is watched" in s or "is polled" in s for s in self.said)
            )
        )
        self.submitted.clear()

    def settle(self, seconds: float) -> None:
        """How long files have to hold still from now on."""
        self._watching._policy = replace(self._watching._policy, settle=seconds)

    def enqueue(self, actor: Actor, request: EnqueueRequest) -> Enqueued:
        """Stands in for the service of scans."""
        self.submitted += request.paths
        return Enqueued(scan=1)

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Until the condition holds."""
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end, (self.submitted, self.said)
            time.sleep(0.02)

    def end(self) -> None:
        """Have the thread end."""
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        self.catalog.close()


@pytest.fixture(params=[None, 0.2], ids=["told", "polling"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, request.param)
    yield made
    made.end()


def arm(here: Watched) -> None:
    """Until the watch is seen to work: it begins some time after it is said to."""
    number = 0

    def seen() -> bool:
        nonlocal number
        number += 1
        (here.root / f"probe{number}.mp4").write_bytes(b"x")
        return bool(here.submitted)

    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.3)
    here.wait_for(lambda: len({p for p in here.submitted if "probe" in p}) >= 1)


def test_new_files_are_taken_once_they_hold_still(here: Watched) -> None:
    arm(here)
    here.settle(1.5)  # a writer that is not given a core for so long seems to hold still
    growing = here.root / "growing.mp4"
    over = threading.Event()

    def grow() -> None:
        while not over.is_set():
            with growing.open("ab") as file:
                file.write(b"more")
            time.sleep(0.02)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        (here.root / "still.mp4").write_bytes(b"still")
        here.wait_for(lambda: str(here.root / "still.mp4") in here.submitted)
        assert str(growing) not in here.submitted
    finally:
        over.set()
        writer.join()
    here.wait_for(lambda: str(growing) in here.submitted)


def test_what_a_scan_passes_by_is_not_taken(here: Watched) -> None:
    arm(here)
    own = ("notes.txt", "private/a.mp4", ".hidden/b.mp4", "M4ROOT/SUB/c.mp4", "M4ROOT/THMBNL/d.mp4")
    for name in own:
        (here.root / name).parent.mkdir(parents=True, exist_ok=True)
        (here.root / name).write_bytes(b"x")
    (here.root / "M4ROOT" / "last.mp4").write_bytes(b"x")
    here.wait_for(lambda: any(p.endswith(("M4ROOT", "M4ROOT/last.mp4")) for p in here.submitted))
    assert not [p for p in here.submitted if p in {str(here.root / name) for name in own}]
    assert not [p for p in here.submitted if "SUB" in p or "THMBNL" in p or "private" in p or "hidden" in p]


def test_a_folder_that_moves_is_one_scan_that_sees_both_ends(here: Watched) -> None:
    (here.root / "day1").mkdir()
    (here.root / "day1" / "a.mp4").write_bytes(b"a")
    arm(here)
    here.wait_for(lambda: any("day1" in place for place in here.submitted) or here.submitted)
    here.submitted.clear()
    os.rename(here.root / "day1", here.root / "day2")
    here.wait_for(lambda: str(here.root) in here.submitted)


def test_a_source_that_goes_and_comes_back_is_watched_again(here: Watched) -> None:
    arm(here)
    away = here.root.parent / "away"
    here.root.rename(away)
    here.wait_for(lambda: any("waiting for it" in line for line in here.said))
    before = len(here.said)
    here.root.mkdir()
    here.wait_for(lambda: any("is watched" in s or "is polled" in s for s in here.said[before:]))
    here.submitted.clear()
    arm(here)


def test_network_mounts_are_told_from_disks(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
        "2 1 0:50 / /mnt/nas rw - nfs4 nas:/share rw\n"
        "3 1 0:51 / /mnt/with\\040space rw - cifs //nas/x rw\n"
        "4 2 8:2 / /mnt/nas/local rw - xfs /dev/sdb1 rw\n"
    )
    asked = ("/home", "/mnt/nas", "/mnt/nas/day1", "/mnt/with space/a", "/mnt/nas/local/a", "/mnt/nasty")
    assert [lacks_events(path, mounts) for path in asked] == [False, True, True, True, False, False]
    assert not lacks_events("/home", tmp_path / "nothing")
