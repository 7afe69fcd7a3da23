"""A file that an import has just hashed and read back is identified by the scan without being read once more."""

import os
from pathlib import Path

import pytest

from dampipe.features.assets.subjects import AssetSubjects
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import Subject
from dampipe.kernel.ids import LocationId
from tests.support.camera_card import write
from tests.support.importing import Importing
from tests.support.pipeline import Deployment


@pytest.fixture
def root(here: Importing, tmp_path: Path) -> Path:
    """Two clips that were imported and scanned, and are not identified yet."""
    write(tmp_path / "in/day/C0001.mp4", "one", 5000)
    write(tmp_path / "in/day/C0002.mp4", "two", 5000)
    for name in ("C0001.mp4", "C0002.mp4"):
        os.utime(tmp_path / "in/day" / name, (1_714_990_000, 1_714_990_000))
    root = here.managed("a", tmp_path / "a")
    report = here.run("folder", tmp_path / "in", tmp_path / "a" / "library", pattern="{folder}/{name}")
    assert report.counts.imported == 2
    return root


def known(here: Importing, root: Path) -> dict[str, str]:
    """SHA-1s that the stages are told, by name."""
    deployment = Deployment(here.catalog)
    deployment.scan(root)
    subjects: AssetSubjects = here.catalog.subjects
    with here.catalog.database.read() as connection:
        rows = connection.execute(LOCATION.select()).all()
    found = {}
    for row in rows:
        [file] = subjects.files(Subject(location=LocationId(row.id)))
        found[row.name] = file.sha1
    return found


def test_the_sha1_of_the_receipt_is_handed_to_the_scan(here: Importing, root: Path) -> None:
    receipt = {Path(path).name: one.sha1 for path, one in here.files(1).items()}
    assert known(here, root) == receipt and len(set(receipt.values())) == 2


@pytest.mark.parametrize("change", ["content", "time", "other file", "moved"])
def test_a_file_that_is_not_exactly_the_copy_is_read(here: Importing, root: Path, change: str) -> None:
    path = root / "library/day/C0001.mp4"
    if change == "content":
        path.write_bytes(b"x" * 5000)
    elif change == "time":
        os.utime(path, (1_700_000_000, 1_700_000_000))
    elif change == "other file":
        facts, other = path.stat(), path.with_name("other")
        other.write_bytes(b"x" * 5000)
        os.utime(other, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
        other.replace(path)
    else:
        path.rename(path.with_name("C0003.mp4"))
    found = known(here, root)
    assert found["C0003.mp4" if change == "moved" else "C0001.mp4"] == ""
    assert found["C0002.mp4"]


def test_a_change_after_the_scan_is_seen_when_the_file_is_opened(here: Importing, root: Path) -> None:
    from dampipe.jobs.inputs import StageInputs

    assert known(here, root)["C0001.mp4"]
    path = root / "library/day/C0001.mp4"
    path.write_bytes(b"x" * 5000)
    with here.catalog.database.read() as connection:
        number = next(row.id for row in connection.execute(LOCATION.select()) if row.name == "C0001.mp4")
    inputs = StageInputs(None, here.catalog.subjects, None, None)  # type: ignore[arg-type]
    file = inputs._file(None, Subject(location=LocationId(number)), None)  # type: ignore[arg-type]
    assert file.sha1 == ""
