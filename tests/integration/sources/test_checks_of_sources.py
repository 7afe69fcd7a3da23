"""What `dampipe source check` says of sources, and that it leaves nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

import dampipe
from dampipe.app.api import Library
from dampipe.features.sources.check import SourceCheckReport, SourceChecks
from dampipe.features.sources.cli import command
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.errors import NotFound, Permanent, Transient
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.errors import STORE_DENIED, STORE_UNREACHABLE
from dampipe.storage.files.memory import Bucket, MemoryFiles
from dampipe.storage.files.stores import FileStores
from dampipe.web.app import create_app
from tests.support.memory_stores import MemoryStores, memory_bucket

ROOT = "memory-files://checks/footage"


class Here:
    def __init__(self, library: Library, bucket: Bucket, folder: Path) -> None:
        self.library, self.bucket, self.folder = library, bucket, folder

    def add(self, name: str, root: str = ROOT, managed: bool = False) -> None:
        self.library.service(SourceRepository).add(name, root, managed=managed)

    def check(self, name: str = "cloud") -> SourceCheckReport:
        return self.library.service(SourceChecks).check(LOCAL, name)

    def found(self, name: str = "cloud") -> dict[str, str]:
        return {one.what: str(one.finding) for one in self.check(name).checks}

    def detail(self, what: str, name: str = "cloud") -> str:
        return next(one.detail for one in self.check(name).checks if one.what == what)

    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(command, ["check", *arguments], obj=self.library.service(Services))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with (
        memory_bucket("checks") as bucket,
        dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library,
    ):
        library._container.provide(FileStores, MemoryStores)
        bucket.write("footage/a.mov", b"a" * 100)
        yield Here(library, bucket, tmp_path)


def test_a_source_that_can_be_used(here: Here) -> None:
    here.add("cloud", managed=True)
    assert here.found() == {
        "reach": "ok", "list": "ok", "read": "ok", "change": "ok", "write": "ok", "clock": "ok", "same": "ok",
        "space": "skipped",
    }  # fmt: skip
    assert list(here.bucket.files) == ["footage/a.mov"], "nothing is left"
    assert here.detail("list") == "1 file" and here.detail("change").startswith("seen by size and ")
    shown = here.run("cloud")
    assert shown.exit_code == 0 and "a.mov was read" in shown.output


def test_nothing_is_written_to_what_is_not_managed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.add("cloud")

    def put(*_: object, **__: object) -> None:
        raise AssertionError("it was written to")

    monkeypatch.setattr(MemoryFiles, "put", put)
    found = here.found()
    assert (found["write"], found["clock"], found["same"]) == ("skipped", "skipped", "ok")


@pytest.mark.parametrize(
    ("method", "error", "failed", "code"),
    [
        ("is_folder", Transient(STORE_UNREACHABLE, store=ROOT, reason="reset"), "reach", 11),
        ("list", Permanent(STORE_DENIED, store=ROOT, reason="403"), "list", 11),
        ("open", Permanent(STORE_DENIED, store=ROOT, reason="403"), "read", 3),
        ("put", Permanent(STORE_DENIED, store=ROOT, reason="403"), "write", 3),
        ("delete", Permanent(STORE_DENIED, store=ROOT, reason="403"), "write", 3),
    ],
)
def test_what_fails_is_named(
    method: str, error: Exception, failed: str, code: int, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.add("cloud", managed=True)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(MemoryFiles, method, fail)
    assert here.found()[failed] == "failed"
    ended = here.run("cloud")
    assert ended.exit_code == code and "failed" in ended.output
    answer = TestClient(create_app(here.library.service(Services)), "http://127.0.0.1").post(
        "/api/v1/sources/cloud/check"
    )
    assert answer.status_code == 200
    assert [one["what"] for one in answer.json()["checks"] if one["finding"] == "failed"] == [failed]


def test_archived_files_are_not_tried(here: Here) -> None:
    here.add("cloud")
    here.bucket.change("footage/a.mov", state=StorageState.ARCHIVED, storage_class="GLACIER")
    assert here.found()["read"] == "skipped"


def test_clocks_that_differ(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.add("cloud", managed=True)
    right = MemoryFiles.stat

    def late(self: MemoryFiles, key: str) -> Any:
        from dataclasses import replace

        found = right(self, key)
        return replace(found, mtime_ns=found.mtime_ns - 300 * 10**9)

    monkeypatch.setattr(MemoryFiles, "stat", late)
    assert "300 s behind" in here.detail("clock") or "299 s behind" in here.detail("clock")
    assert here.found()["clock"] == "warning"


def test_two_names_of_one_storage(here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "b.mov").write_bytes(b"b")
    (tmp_path / "link").symlink_to(folder)
    here.add("cloud", managed=True)
    here.add("the same", "memory-files://checks/footage/")
    here.add("disk", str(folder), managed=True)
    here.add("link", str(tmp_path / "link"))
    assert here.detail("same") == "it is the same storage as the same: copies in both count as one"
    assert here.detail("same", "the same") == "it is the same storage as cloud: copies in both count as one"
    assert here.detail("same", "link") == "it is the same storage as disk: copies in both count as one"
    assert here.found("disk")["space"] in ("ok", "warning")
    assert [path.name for path in folder.iterdir()] == ["b.mov"]
    assert list(here.bucket.files) == ["footage/a.mov"]


def test_of_two_that_are_only_read_it_cannot_be_told(here: Here) -> None:
    here.add("cloud")
    here.add("other", "memory-files://checks")
    assert here.found()["same"] == "skipped" and "other" in here.detail("same")


def test_a_folder_that_is_away_or_empty(here: Here, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    here.add("away", str(tmp_path / "nowhere"))
    here.add("empty", str(tmp_path / "empty"))
    assert here.found("away") == {"reach": "failed"}
    assert here.run("away").exit_code == 11
    assert here.found("empty")["list"] == "warning" and "not be mounted" in here.detail("list", "empty")
    assert json.loads(here.run("empty", "--json").output)["source"] == "empty"
    with pytest.raises(NotFound):
        here.check("nothing")
