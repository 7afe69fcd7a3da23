"""Sidecars of remote footage: read from the storage, never written there."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dampipe.features.sidecars.model import OutboxState, Place, PlaceRequest, SidecarProblem, reason_text
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.memory import Bucket
from tests.support.memory_stores import memory_bucket
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars

ROOT = "memory-files://sidecars/footage"


class RemoteSidecars(Sidecars):
    """The source `footage` is in a bucket."""

    def __init__(self, url: str, folder: Path, bucket: Bucket) -> None:
        super().__init__(url, folder, set_up=False)
        self.bucket = bucket
        self._age = 0
        self.get(SourceService).add(LOCAL, SourceRequest(name="bucket", path=ROOT))

    def write(self, name: str, data: bytes) -> Path:
        self._age += 1
        self.bucket.write(f"footage/{name}", data, mtime_ns=(1_700_000_000 + self._age) * 10**9)
        return Path(name)

    def read(self, name: str) -> bytes:
        return self.bucket.files[f"footage/{name}"].data

    def scan(self) -> Any:
        done = self.scanning.scan(ROOT)
        self.scanning.hash_all()
        self.take_in()
        return done

    def report(self, name: str) -> Any:
        found = self.service.status(LOCAL, [hashlib.sha1(self.read(name)).hexdigest()]).sidecars
        return next((one for one in found if one.path == f"{ROOT}/{name}"), None)

    def place(self, place: Place = Place.BESIDE, **more: Any) -> None:
        self.service.set_place(LOCAL, "bucket", PlaceRequest(place=place, **more))


@pytest.fixture
def remote(catalogue_url: str, tmp_path: Path) -> Iterator[RemoteSidecars]:
    with memory_bucket("sidecars") as bucket:
        made = RemoteSidecars(catalogue_url, tmp_path, bucket)
        yield made
        made.close()


def test_they_are_read_and_read_again_when_they_change(remote: RemoteSidecars) -> None:
    remote.clip("card/a.mp4")
    remote.write("card/a.xmp", LIGHTROOM)
    remote.scan()
    assert remote.says("card/a.mp4", "title", "sidecar") == ["Night drive"]
    opened = remote.bucket.calls["open"]
    remote.scan()
    assert remote.bucket.calls["open"] == opened, "what has not changed is not read"
    remote.write("card/a.xmp", LIGHTROOM.replace(b"Night drive", b"Day drive!!"))
    remote.scan()
    assert remote.says("card/a.mp4", "title", "sidecar") == ["Day drive!!"]
    remote.bucket.remove("footage/card/a.xmp")
    remote.scan()
    assert remote.says("card/a.mp4", "title", "sidecar") == []


def test_a_storage_that_is_away_says_nothing_and_is_asked_again(remote: RemoteSidecars) -> None:
    for name in ("a", "b", "c"):
        remote.clip(f"card/{name}.mp4")
        remote.write(f"card/{name}.xmp", LIGHTROOM)
    remote.scanning.scan(ROOT)
    remote.scanning.hash_all()
    before = remote.bucket.calls["stat"]
    remote.bucket.faults.away = "no route to host"
    remote.take_in()
    remote.take_in()
    assert remote.bucket.calls["stat"] == before + 1, "not once for each file, nor at once again"
    assert remote.says("card/a.mp4", "title", "sidecar") == []
    remote.bucket.faults.away = ""
    remote.reader._away.clear()
    remote.take_in()
    assert [remote.says(f"card/{name}.mp4", "title", "sidecar") for name in "abc"] == [["Night drive"]] * 3


def test_one_that_is_in_an_archive_is_a_problem_that_is_shown(remote: RemoteSidecars) -> None:
    remote.clip("card/a.mp4")
    remote.write("card/a.xmp", LIGHTROOM)
    remote.bucket.change("footage/card/a.xmp", state=StorageState.ARCHIVED)
    remote.scan()
    assert remote.report("card/a.mp4").problem == SidecarProblem.UNREADABLE


def test_wishes_wait_as_for_a_read_only_place(remote: RemoteSidecars) -> None:
    remote.clip("card/a.mp4")
    remote.write("card/a.xmp", LIGHTROOM)
    remote.scan()
    remote.place()
    remote.edit("card/a.mp4", set={"title": "Mine"})
    assert remote.flush() == {OutboxState.READ_ONLY: 1}
    report = remote.report("card/a.mp4")
    assert (report.state, list(report.fields)) == (OutboxState.READ_ONLY, ["title"])
    assert reason_text(report.reason).startswith("sidecars are written into file systems only")
    assert remote.read("card/a.xmp") == LIGHTROOM
    assert remote.bucket.calls["put"] == 0


def test_a_parallel_tree_takes_them_with_all_that_the_remote_one_says(
    remote: RemoteSidecars, tmp_path: Path
) -> None:
    remote.clip("card/a.mp4")
    remote.write("card/a.xmp", LIGHTROOM)
    remote.scan()
    tree = tmp_path / "tree"
    tree.mkdir()
    remote.place(Place.TREE, folder=str(tree))
    remote.edit("card/a.mp4", set={"title": "Mine"})
    assert remote.flush() == {OutboxState.WRITTEN: 1}
    assert (tree / "card" / "a.xmp").read_bytes() == LIGHTROOM.replace(b"Night drive", b"Mine")
    assert remote.read("card/a.xmp") == LIGHTROOM
