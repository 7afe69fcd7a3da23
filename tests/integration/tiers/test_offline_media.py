"""Media on a shelf: nothing of them goes missing, no scan complains, and people are told which one to fetch."""

from pathlib import Path

import pytest

import dampipe
from dampipe.features.originals.service import OriginalService
from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.features.sources.model import Tier
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers.copies import Availability
from dampipe.features.tiers.reports import CopyService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ServiceDown
from tests.support.pipeline import Deployment


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "lto"
    folder.mkdir()
    for number in range(3):
        (folder / f"c{number}.mp4").write_bytes(bytes([number]) * 900)
    return folder


def taken_away(shelf: Path, how: str) -> Path:
    """Unmount the medium; its mount point stays, or goes as well."""
    away = shelf.rename(shelf.with_name("taken away"))
    if how == "empty":
        shelf.mkdir()
    return away


def brought_back(shelf: Path, away: Path) -> None:
    if shelf.exists():
        shelf.rmdir()
    away.rename(shelf)


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_a_scan_says_where_the_medium_is_and_calls_nothing_missing(
    catalogue_url: str, shelf: Path, how: str
) -> None:
    here = Deployment(catalogue_url)
    try:
        here.catalog.sources.add("LTO 17", str(shelf), tier=Tier.OFFLINE, label="shelf B")
        assert here.catalog.scans.progress(here.scan(shelf)).new == 3
        here.drain()
        away = taken_away(shelf, how)
        progress: ScanProgress = here.catalog.scans.progress(here.scan(shelf))
        assert (progress.missing, progress.state) == (0, ScanState.WALKED)
        assert progress.warnings == ("LTO 17 (shelf B) is not connected, and was not scanned",)
        brought_back(shelf, away)
        again = here.catalog.scans.progress(here.scan(shelf))
        assert (again.new, again.changed, again.missing, again.warnings) == (0, 0, 0, ())
        (shelf / "c0.mp4").unlink()
        assert here.catalog.scans.progress(here.scan(shelf)).missing == 1, "what is deleted from it is"
    finally:
        here.catalog.close()


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_another_source_that_is_away_is_suspicious_as_ever(catalogue_url: str, shelf: Path, how: str) -> None:
    here = Deployment(catalogue_url)
    try:
        here.catalog.sources.add("card", str(shelf))
        here.scan(shelf)
        taken_away(shelf, how)
        progress = here.catalog.scans.progress(here.scan(shelf))
        assert (progress.missing, progress.state) == (0, ScanState.SUSPICIOUS)
    finally:
        here.catalog.close()


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_search_the_original_and_the_copies_say_which_medium_to_fetch(
    tmp_path: Path, shelf: Path, how: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        sources = library.service(SourceRepository)
        sources.add("LTO 17", str(shelf), tier=Tier.OFFLINE, label="shelf B")
        sources.add("disk", str(disk))
        alone = library.add_video(shelf / "c0.mp4")
        (disk / "twin.mp4").write_bytes((shelf / "c1.mp4").read_bytes())
        both = library.add_video(shelf / "c1.mp4")
        library.add_video(disk / "twin.mp4", both.sha1)
        away = taken_away(shelf, how)
        found = {hit.asset: hit.medium for hit in library.search("").hits}
        assert found == {alone.sha1: "shelf B", both.sha1: ""}
        originals, copies = library.service(OriginalService), library.service(CopyService)
        with pytest.raises(ServiceDown, match="on a medium to be fetched: shelf B"):
            originals.open(LOCAL, alone.sha1)
        originals.open(LOCAL, both.sha1).stream.close()
        [copy] = copies.of(LOCAL, alone.sha1)
        assert (copy.availability, copy.label, copy.tier) == (Availability.OFFLINE, "shelf B", Tier.OFFLINE)
        assert [one.availability for one in copies.of(LOCAL, both.sha1)] == [
            Availability.AT_HAND,
            Availability.OFFLINE,
        ]
        brought_back(shelf, away)
        assert copies.of(LOCAL, alone.sha1)[0].availability is Availability.AT_HAND
        originals.open(LOCAL, alone.sha1).stream.close()
