"""Footage on file systems of fsspec, for which `memory://` stands here."""

import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, Permanent, Transient
from dampipe.storage.files.base import FileEntry
from dampipe.storage.files.fsspec import FsspecFiles


@pytest.fixture
def store() -> Iterator[FsspecFiles]:
    system = fsspec.filesystem("memory")
    for key in ("a-b/x", "a.mov", "a/x", "a/x.mov", "a/c/é", "a0", "z"):
        system.pipe_file(f"/card/footage/{key}", key.encode() * 100_000)
    yield FsspecFiles.from_config({"root": "memory://card/footage/"})
    system.rm("/card", recursive=True)


def test_a_listing_is_in_the_order_of_the_bytes_of_whole_keys(store: FsspecFiles) -> None:
    found = [item for item in store.list() if isinstance(item, FileEntry)]
    names = ["a-b/x", "a.mov", "a/c/é", "a/x", "a/x.mov", "a0", "z"]
    assert [entry.key for entry in found] == sorted(names, key=os.fsencode)
    assert [entry.size for entry in found] == [len(name.encode()) * 100_000 for name in names]
    assert all(entry.mtime_ns > 1_600_000_000 * 10**9 for entry in found)
    assert [item.key for item in store.list("a/x") if isinstance(item, FileEntry)] == ["a/x", "a/x.mov"]
    assert [item.key for item in store.list("", "a/x.mov") if isinstance(item, FileEntry)] == ["a0", "z"]
    assert [store.stat(entry.key) for entry in found] == found
    assert (store.is_folder(""), store.is_folder("a"), store.is_folder("a.mov")) == (True, True, False)


def test_files_are_read_by_ranges_and_changes_are_conflicts(store: FsspecFiles) -> None:
    entry = store.stat("a.mov")
    with store.open("a.mov", entry) as file:
        file.seek(400_001)
        assert file.read(7) == b".mova.m"
        file.seek(-3, 2)
        assert file.read() == b"mov"
        fsspec.filesystem("memory").pipe_file("/card/footage/a.mov", b"other" * 100_000)
        file.seek(0)
        with pytest.raises(Conflict):
            file.read()
    with pytest.raises(Conflict):
        store.open("a.mov", entry)


def test_what_is_not_there(store: FsspecFiles) -> None:
    for key in ("none", "a", "a/none", "", "a/../z", "nul\0"):
        with pytest.raises(NotFound):
            store.stat(key)
        with pytest.raises(NotFound):
            store.open(key)
    gone = FsspecFiles.from_config({"root": "memory://card/none"})
    with pytest.raises(Transient):
        list(gone.list())
    with pytest.raises(Transient):
        gone.stat("x")


def test_such_a_root_is_only_read(store: FsspecFiles, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    with pytest.raises(Permanent) as caught:
        store.put("new", tmp_path / "x")
    assert caught.value.code == "source.read_only"
    with pytest.raises(Permanent):
        store.delete("z")


@pytest.mark.parametrize("root", ["nosuchscheme://host/x", "https://host/x", "local://x/y"])
def test_what_is_no_storage_of_footage(root: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        FsspecFiles.from_config({"root": root})
    assert caught.value.code == "source.url_invalid"
