"""A copy counts only once its folder is on the disk, and one fsync of the folder does for many of its files."""

import errno
import os
from pathlib import Path

import pytest

from dampipe.features.imports import outcomes
from dampipe.features.imports.model import FileState, SessionState
from dampipe.kernel.access import LOCAL
from tests.support.camera_card import contents, write
from tests.support.importing import Importing
from tests.support.killed_imports import LONG

FILES = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(FILES):
        write(tmp_path / f"in/day/IMG_{number:04}.jpg", f"photograph {number}", 1000 + number)
    return tmp_path / "in"


def test_many_small_files_share_the_fsync_of_their_folder(
    here: Importing, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Importing(here.catalog, LONG)
    monkeypatch.setattr(outcomes, "SECONDS", 3600.0)  # however slow the machine is
    root = mine.managed("a", tmp_path / "a")
    number = mine.begin("folder", folder, "a")
    calls: list[bool] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        calls.append(os.path.isdir(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    assert mine.work(number).counts.imported == FILES
    assert contents(root) == contents(folder)
    assert calls.count(False) == FILES
    assert calls.count(True) == 2, "that of the new folder in its own, and that of the files in it"


def test_nothing_counts_before_its_folder_is_on_the_disk(
    here: Importing, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Importing(here.catalog, LONG)
    root = mine.managed("a", tmp_path / "a")
    number = mine.begin("folder", folder, "a")

    def broken(_: str) -> None:
        assert not mine.files(number, [FileState.IMPORTED])
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "fsync_folder", broken)
        report = mine.work(number, portions=1)
    assert (report.state, report.counts.imported) == (SessionState.BLOCKED, 0)
    assert contents(root), "the copies have their names"
    mine.service.resume(LOCAL, number)
    report = mine.work(number)
    assert report.adds_up and report.counts.imported == FILES
    assert contents(root) == contents(folder)


def test_a_content_that_occurs_twice_is_copied_once(here: Importing, tmp_path: Path) -> None:
    for name in ("a/one.jpg", "b/two.jpg"):
        write(tmp_path / "in" / name, "the same", 5000)
    mine = Importing(here.catalog, LONG)
    root = mine.managed("a", tmp_path / "a")
    report = mine.run("folder", tmp_path / "in", "a")
    assert (report.counts.imported, report.counts.already_there) == (1, 1)
    assert list(contents(root)) == ["a/one.jpg"]
