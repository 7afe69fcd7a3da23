"""A file that nobody has thought of costs no other its place in the library, nor anyone who waits his evening."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.listing import Listing
from dampipe.features.scanning.model import ScanState
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import sha1_file
from tests.support.pipeline import Deployment

YEAR = 365 * 24 * 3600 * 10**9


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Deployment]:
    made = Deployment(catalogue_url)
    yield made
    made.catalog.close()


def test_clocks_that_are_centuries_off(here: Deployment, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"a")
    (tmp_path / "b.mp4").write_bytes(b"b")
    late = 430 * YEAR
    os.utime(tmp_path / "b.mp4", ns=(late, late))
    if (facts := (tmp_path / "b.mp4").stat()).st_mtime_ns != late:
        pytest.skip("this file system keeps no such time")
    scans = [here.catalog.scans.create([str(tmp_path)]) for _ in range(2)]
    for scan in scans:
        here.scanner.scan(scan)
    found = [here.catalog.scans.progress(scan) for scan in scans]
    assert [(one.state, one.new, one.unchanged) for one in found] == [
        (ScanState.WALKED, 2, 0),
        (ScanState.WALKED, 0, 2),
    ]
    file = SourceFile(location=1, path=str(tmp_path / "b.mp4"), size=1, mtime_ns=2**63 - 1)
    assert sha1_file(file).size == facts.st_size, "not taken for one that is being written"


def test_times_of_any_file_system_are_kept() -> None:
    listing = Listing("/card")
    times = [-370 * YEAR, 0, 58000 * YEAR]  # where NTFS begins and ends
    listing.pack(["a", "b", "c"], [(stat.S_IFREG, 1, 1, time, 1) for time in times], Inodes())
    assert list(listing.times) == [-(2**63), 0, 2**63 - 1]


def test_a_walk_that_fails_is_over_and_says_why(
    here: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"a")
    monkeypatch.setattr(Listing, "add", lambda *_: 1 / 0)
    scan = here.catalog.scans.create([str(tmp_path)])
    assert here.scanner.scan(scan)
    found = here.catalog.scans.progress(scan)
    assert (found.state, found.over) == (ScanState.FAILED, True)
    assert "ZeroDivisionError" in found.warnings[0]
    assert not here.scanner.scan(scan), "nobody walks it again"
