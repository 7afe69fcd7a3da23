"""The contract suite of stores of footage: what dampipe/storage/files/base.py says, against real servers.

To add a kind, add a module to tests/support/file_stores and a line to KINDS.
"""

import dataclasses
import hashlib
import io
import logging
import os
import random
import threading
import time
import unicodedata
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import cast

import pytest

from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, Permanent, Transient
from dampipe.storage.files.base import (
    CleanedStore,
    FileEntry,
    FileStore,
    StorageState,
    Unread,
    temporary_name,
)
from tests.support.file_stores import Plant, Planted, Serve, local, memory, s3, sftp, smb, webdav

KINDS: dict[str, Serve] = {
    "local": local.serve,
    "memory": memory.serve,
    "s3-moto": s3.serve_moto,
    "s3-rclone": s3.serve_rclone,
    "sftp": sftp.serve,
    "smb": smb.serve,
    "webdav": webdav.serve,
}

CONTENT = random.Random(1).randbytes(3_000_000)


@pytest.fixture(scope="module", params=KINDS)
def plant(request: pytest.FixtureRequest) -> Iterator[Plant]:
    with KINDS[request.param]() as made:
        yield made


@pytest.fixture
def planted(plant: Plant, tmp_path: Path) -> Iterator[Planted]:
    with plant(tmp_path) as made:
        yield made
        made.store.close()


@pytest.fixture
def store(planted: Planted) -> FileStore:
    return planted.store


def entries(store: FileStore, prefix: str = "", after: str = "") -> list[FileEntry]:
    """A listing in which everything can be read."""
    found = list(store.list(prefix, after))
    assert not [item for item in found if isinstance(item, Unread)]
    return [item for item in found if isinstance(item, FileEntry)]


def keys(store: FileStore, prefix: str = "", after: str = "") -> list[str]:
    return [entry.key for entry in entries(store, prefix, after)]


def ordered(names: list[str]) -> list[str]:
    return sorted(names, key=os.fsencode)


def read(store: FileStore, key: str, expected: FileEntry | None = None) -> bytes:
    with store.open(key, expected) as file:
        return file.read()


def entry_of(store: FileStore, key: str) -> FileEntry:
    [entry] = [entry for entry in entries(store, key) if entry.key == key]
    return entry


def assert_alike(*said: FileEntry) -> None:
    """Assert that entries say the same of a file.

    With tokens, times may differ: of one object, rclone states when its upload began, and in listings when it ended.
    """
    first = said[0]
    assert [replace(one, mtime_ns=first.mtime_ns) for one in said] == [first] * len(said)
    assert first.token or {one.mtime_ns for one in said} == {first.mtime_ns}


# Listings


def test_an_empty_store_lists_nothing(store: FileStore) -> None:
    assert keys(store) == keys(store, "a/") == keys(store, "a", "a") == []


NAMES = [
    *("a-b/x", "a.mov", "a/x", "a/x-1", "a/x/y", "a/x.mov", "a0", "b/c/d/e", "z"),
    *("%41", "a+b", "a&b", "#1", "~", "é", "日本/語.mov", "a b"),
]


def test_a_listing_is_in_the_order_of_the_bytes_of_whole_keys(planted: Planted) -> None:
    names = [name for name in NAMES if name != "a/x"]
    for name in reversed(names):
        planted.write(name, name.encode())
    found = entries(planted.store)
    assert [entry.key for entry in found] == ordered(names)
    assert [entry.size for entry in found] == [len(name.encode()) for name in ordered(names)]
    assert {entry.state for entry in found} == {StorageState.ONLINE}


def test_a_file_beside_a_folder_of_its_name(planted: Planted) -> None:
    if "collisions" not in planted.names:
        return
    for name in NAMES:
        planted.write(name, name.encode())
    assert keys(planted.store) == ordered(NAMES)
    assert read(planted.store, "a/x") == b"a/x"
    assert read(planted.store, "a/x/y") == b"a/x/y"
    assert planted.store.is_folder("a/x")


def test_every_prefix_and_every_key_to_continue_after(planted: Planted) -> None:
    names = ordered([name for name in NAMES if name != "a/x"])
    planted.write_many(names)
    prefixes = [
        "",
        "a",
        "a/",
        "a/x",
        "a/x/",
        "a/x/y",
        "a-",
        "b/c",
        "b/c/d/e",
        "b/c/d/e/",
        "none",
        "日",
        "日本/",
        "zz",
    ]
    after = ["", *names, "a", "a/", "a/w", "a/x", "a/x0", "b/", "b/c/d", "b/zz", "~~", "\U0010ffff"]
    for prefix in prefixes:
        assert keys(planted.store, prefix) == [name for name in names if name.startswith(prefix)], prefix
    for key in after:
        rest = [name for name in names if os.fsencode(name) > os.fsencode(key)]
        assert keys(planted.store, "", key) == rest, key
    for key in ("", "a", "a-b/x", "a/x-1", "a/x/y", "a0", "z"):
        wanted = [name for name in names if name.startswith("a/") and os.fsencode(name) > os.fsencode(key)]
        assert keys(planted.store, "a/", key) == wanted, key


ODD = {
    "bytes": ["caf\udce9.mov", "\udcff/\udcfe", "z\udc80"],
    "control": ["line\nbreak", "tab\there", "bell\x07"],
    "case": ["case/A", "case/a"],
    "windows": ["a\\b", "a:b", "a?b*", 'a"b', "a|b", "<a>", "end.", "end "],
    "forms": [unicodedata.normalize(form, "form/é") for form in ("NFC", "NFD")],
    "empty": ["a//b", "a///b", "/a", "//a", "a//b//c"],
}


@pytest.mark.parametrize("kind_of_name", ODD)
def test_odd_names(planted: Planted, kind_of_name: str) -> None:
    if kind_of_name not in planted.names:
        return
    names = [*ODD[kind_of_name], "plain"]
    for name in names:
        planted.write(name, os.fsencode(name))
    store = planted.store
    assert keys(store) == ordered(names)
    for name in names:
        assert read(store, name) == os.fsencode(name)
        assert_alike(store.stat(name), entry_of(store, name))
        assert keys(store, name, "")[0] == name
        assert keys(store, "", name) == [
            other for other in ordered(names) if os.fsencode(other) > os.fsencode(name)
        ]


def test_both_of_unicodes_spellings_are_kept_as_they_are(planted: Planted) -> None:
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, f"{form}/Jürgen.mov")
        planted.write(name, b"x")
        assert keys(planted.store, f"{form}/") == [name]


def test_names_that_no_file_can_have_are_not_found(planted: Planted) -> None:
    planted.write("a/x", b"x")
    for key in (
        "",
        ".",
        "..",
        "a/..",
        "a/../a/x",
        "a/./x",
        "nul\0",
        "\ud800",
        "a/x/",
        "../root/a/x",
        "x" * 5000,
    ):
        with pytest.raises(NotFound):
            planted.store.stat(key)
        with pytest.raises(NotFound):
            planted.store.open(key)
        if key:
            assert not planted.store.is_folder(key)
    assert keys(planted.store, "..") == keys(planted.store, "a/../") == keys(planted.store, "nul\0") == []


def test_thousands_of_files_over_pages(planted: Planted) -> None:
    names = ordered([f"{n % 7}/{n:05d}.mov" for n in range(2_900)] + [f"{n:05d}.jpg" for n in range(100)])
    planted.write_many(names)
    assert keys(planted.store) == names
    for start in (0, 999, 1000, 1001, 2500, 2999):
        assert keys(planted.store, "", names[start]) == names[start + 1 :]
    assert keys(planted.store, "3/", "3/01000.mov") == [n for n in names if "3/01000.mov" < n < "3/9"]


def test_a_listing_is_lazy(planted: Planted) -> None:
    planted.write_many(f"{n:05d}" for n in range(1_200))
    listing = planted.store.list()
    assert [item.key for item in islice(listing, 3) if isinstance(item, FileEntry)] == [
        "00000",
        "00001",
        "00002",
    ]
    planted.delete("01199")
    if planted.store.traits.lists_flat:  # the second page is asked for once it is needed
        assert sum(1 for _ in listing) == 1_196
    listing.close()  # type: ignore[attr-defined]


def test_empty_files_and_folders(planted: Planted) -> None:
    planted.write("empty", b"")
    planted.write("folder/inner/x", b"x")
    planted.delete("folder/inner/x")
    assert keys(planted.store) == ["empty"]
    assert planted.store.stat("empty").size == 0
    assert read(planted.store, "empty") == b""
    with planted.store.open("empty") as file:
        assert (file.seek(0, 2), file.read(), file.seek(10), file.read(5)) == (0, b"", 10, b"")


def test_links_to_files_are_files_and_links_to_folders_are_not_followed(planted: Planted) -> None:
    if planted.link is None:
        return
    planted.write("a/x", b"content")
    planted.link("file", "a/x")
    planted.link("folder", "a")
    planted.link("a/loop", "..")
    planted.link("nowhere", "none")
    planted.link("itself", "itself")
    store = planted.store
    assert keys(store) == ["a/x", "file"]
    assert (read(store, "file"), store.stat("file").size) == (b"content", 7)
    for key in ("folder", "folder/x", "a/loop/a/x", "nowhere", "itself"):
        with pytest.raises(NotFound):
            store.stat(key)
        with pytest.raises(NotFound):
            store.open(key)
    assert keys(store, "folder/") == []
    assert not store.is_folder("folder")


# Single files


def test_a_file_is_stated_as_it_is_listed(planted: Planted) -> None:
    began = time.time()
    planted.write("a/clip.mov", CONTENT[:1000])
    entry = entry_of(planted.store, "a/clip.mov")
    stated = planted.store.stat("a/clip.mov")
    assert_alike(stated, entry)
    assert entry.size == 1000
    for one in (stated, entry):
        assert -2 <= one.mtime_ns / 1e9 - began <= time.time() - began + 2
    if entry.checksum:
        algorithm, _, digits = entry.checksum.partition(":")
        assert hashlib.new(algorithm, CONTENT[:1000]).hexdigest() == digits
    assert bool(entry.inode) == planted.store.traits.has_inodes


def test_what_is_not_there(planted: Planted) -> None:
    planted.write("a/x", b"x")
    for key in ("none", "a", "a/none", "a/x/y", "b/c/d"):
        with pytest.raises(NotFound) as caught:
            planted.store.stat(key)
        assert caught.value.code == "file.not_found"
        with pytest.raises(NotFound):
            planted.store.open(key)
        assert planted.store.is_folder(key) == (key == "a")


def test_folders_and_files(planted: Planted) -> None:
    planted.write("a/b/c.mov", b"x")
    store = planted.store
    found = {key: store.is_folder(key) for key in ("", "a", "a/b", "a/b/c.mov", "a/b/c", "b")}
    assert found == {"": True, "a": True, "a/b": True, "a/b/c.mov": False, "a/b/c": False, "b": False}


def test_a_change_has_another_token_or_time(planted: Planted) -> None:
    planted.write("x", b"one")
    before = planted.store.stat("x")
    planted.write("x", b"two")
    after = planted.store.stat("x")
    assert (before.token, before.mtime_ns) != (after.token, after.mtime_ns)
    assert not before.token or before.token != after.token
    assert not before.checksum or before.checksum != after.checksum


# Reading


def test_random_reads_are_those_of_the_content(planted: Planted) -> None:
    planted.write("x", CONTENT)
    chance = random.Random(7)
    with planted.store.open("x", planted.store.stat("x")) as file:
        reference = io.BytesIO(CONTENT)
        assert file.seekable()
        assert file.readable()
        for _ in range(150):
            action = chance.randrange(5)
            if action == 0:
                offset = chance.randrange(len(CONTENT) + 1000)
                assert file.seek(offset) == reference.seek(offset)
            elif action == 1:
                offset = -chance.randrange(len(CONTENT))
                assert file.seek(offset, 2) == reference.seek(offset, 2)
            elif action == 2:
                offset = chance.randrange(-min(1000, reference.tell()), 1000)
                assert file.seek(offset, 1) == reference.seek(offset, 1)
            size = chance.choice([1, 100, 5_000, 200_000])
            assert file.read(size) == reference.read(size)
            assert file.tell() == reference.tell()
        file.seek(1_000_000)
        assert file.read() == CONTENT[1_000_000:]
        assert file.read() == b""


def test_a_file_that_is_opened_without_being_expected_can_be_read_from_its_end(planted: Planted) -> None:
    planted.write("x", CONTENT)
    with planted.store.open("x") as file:
        assert file.seek(-10, 2) == len(CONTENT) - 10
        assert file.read() == CONTENT[-10:]
        file.seek(0)
        assert file.read(10) == CONTENT[:10]
    with pytest.raises(ValueError):
        file.read(1)


def test_a_stream_with_an_end_is_that_of_a_shorter_file(planted: Planted) -> None:
    planted.write("x", CONTENT)
    planted.write("empty", b"")
    entry = planted.store.stat("x")
    for expected in (None, entry):
        for start, end in (
            (0, 1000),
            (1_234_567, 1_500_000),
            (2_000_000, len(CONTENT)),
            (5, len(CONTENT) + 9),
        ):
            with planted.store.open("x", expected, end) as file:
                assert file.seek(0, 2) == min(end, len(CONTENT))
                file.seek(start)
                assert file.read() == CONTENT[start:end]
                assert file.read(1) == b""
                file.seek(end)
                assert file.read(1) == b""
        with planted.store.open("x", expected, 0) as file:
            assert file.read() == b""
    with planted.store.open("empty", None, 10) as file:
        assert file.read() == b""
    changed = dataclasses.replace(
        entry, size=entry.size + 1, token="other" if entry.token else "", mtime_ns=1
    )
    with pytest.raises(Conflict), planted.store.open("x", changed, 1000) as file:
        file.read()


def test_consecutive_reads_are_one_request(planted: Planted) -> None:
    planted.write("x", CONTENT)
    entry = planted.store.stat("x")
    for expected in (None, entry):
        before = planted.reads() if planted.reads else 0
        with planted.store.open("x", expected) as file:
            pieces = list(iter(lambda: file.read(100_001), b""))
        assert b"".join(pieces) == CONTENT
        if planted.reads:
            assert planted.reads() == before + 1
    if planted.reads:
        before = planted.reads()
        with planted.store.open("x", entry) as file:
            for offset in (2_900_000, 100_000, 1_500_000):
                file.seek(offset)
                assert file.read(1000) == CONTENT[offset:][:1000]
        assert planted.reads() == before + 3


def test_another_file_than_the_expected_one_is_a_conflict(planted: Planted) -> None:
    planted.write("x", CONTENT)
    old = planted.store.stat("x")
    for changed in (CONTENT[::-1], CONTENT + b"x", CONTENT[:-1]):
        planted.write("x", changed)
        with pytest.raises(Conflict) as caught, planted.store.open("x", old) as file:
            file.read()
        assert caught.value.code == "file.changed"
    assert read(planted.store, "x", planted.store.stat("x")) == CONTENT[:-1]


def test_a_file_that_changes_while_it_is_read_is_never_a_mixture(planted: Planted) -> None:
    other = CONTENT[::-1]
    planted.write("x", CONTENT)
    with planted.store.open("x", planted.store.stat("x")) as file:
        assert file.read(1000) == CONTENT[:1000]
        planted.write("x", other)
        try:
            rest = file.read()
        except Conflict:
            rest = CONTENT[1000:]
        assert rest == CONTENT[1000:]
    with planted.store.open("x", planted.store.stat("x")) as file:
        assert file.read(1000) == other[:1000]
        planted.write("x", CONTENT)
        file.seek(2_000_000)
        with pytest.raises(Conflict):
            file.read(1000)


def test_a_file_that_is_deleted_while_it_is_read(planted: Planted) -> None:
    planted.write("x", CONTENT)
    with planted.store.open("x", planted.store.stat("x")) as file:
        assert file.read(1000) == CONTENT[:1000]
        planted.delete("x")
        file.seek(2_000_000)
        try:
            assert file.read(1000) == CONTENT[2_000_000:][:1000]
        except DampipeError as error:
            assert isinstance(error, (NotFound, Conflict))


# Writing


def made(folder: Path, content: bytes) -> Path:
    file = folder / f"made-{random.random()}"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("size", [0, 5, 20_000_000])
def test_what_is_put_can_be_read(planted: Planted, tmp_path: Path, size: int) -> None:
    content = (CONTENT * 7)[:size]
    file = made(tmp_path, content)
    entry = planted.store.put("new folder/new é.mov", file, metadata={"sha1": "a" * 40})
    assert (entry.key, entry.size) == ("new folder/new é.mov", size)
    assert_alike(entry, planted.store.stat(entry.key), entry_of(planted.store, entry.key))
    assert read(planted.store, "new folder/new é.mov", entry) == content
    assert file.read_bytes() == content
    assert keys(planted.store) == ["new folder/new é.mov"]


def test_nothing_is_overwritten(planted: Planted, tmp_path: Path) -> None:
    planted.write("a/x", b"old")
    for content in (b"new", CONTENT * 6):
        with pytest.raises(Conflict) as caught:
            planted.store.put("a/x", made(tmp_path, content))
        assert caught.value.code == "file.exists"
    assert read(planted.store, "a/x") == b"old"
    assert keys(planted.store) == ["a/x"]


def test_one_of_two_that_put_the_same_key_has_it(planted: Planted, tmp_path: Path) -> None:
    contents = [bytes([n]) * 300_000 for n in range(4)]
    files = [made(tmp_path, content) for content in contents]
    start = threading.Barrier(len(files))

    def put(file: Path) -> bool:
        start.wait()
        try:
            planted.store.put("x", file)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(files)) as threads:
        done = list(threads.map(put, files))
    assert any(done)
    assert read(planted.store, "x") in [c for c, ok in zip(contents, done, strict=True) if ok]
    assert keys(planted.store) == ["x"]


def test_a_file_is_visible_only_once_it_is_complete(planted: Planted, tmp_path: Path) -> None:
    content = CONTENT * 7
    seen, stop = set[tuple[str, int]](), threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.update((item.key, item.size) for item in planted.store.list() if isinstance(item, FileEntry))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        planted.store.put("a/x", made(tmp_path, content))
    finally:
        stop.set()
        reader.join()
    assert seen <= {("a/x", len(content))}


def test_a_key_that_cannot_be_is_not_put(planted: Planted, tmp_path: Path) -> None:
    file = made(tmp_path, b"x")
    for key in ("", "nul\0", "../x", "a/../x", "\ud800", "a/"):
        with pytest.raises(InvalidInput):
            planted.store.put(key, file)
    assert keys(planted.store) == []
    assert not (tmp_path / "x").exists()


def test_a_local_file_that_cannot_be_read_leaves_nothing_behind(planted: Planted, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        planted.store.put("a/x", tmp_path / "none")
    assert keys(planted.store) == []


def test_delete(planted: Planted) -> None:
    planted.write("a/x", b"one")
    planted.write("a/y", b"y")
    old = planted.store.stat("a/x")
    planted.write("a/x", b"two")
    with pytest.raises(Conflict):
        planted.store.delete("a/x", old)
    assert read(planted.store, "a/x") == b"two"
    planted.store.delete("a/x", planted.store.stat("a/x"))
    planted.store.delete("a/x", old)
    planted.store.delete("a/x")
    planted.store.delete("never/was")
    assert keys(planted.store) == ["a/y"]
    planted.store.delete("a/y")
    assert keys(planted.store) == []


# Processes and threads


def test_eight_threads(planted: Planted) -> None:
    contents = {f"{n}/x": random.Random(n).randbytes(300_000) for n in range(8)}
    for key, content in contents.items():
        planted.write(key, content)

    def use(key: str) -> bool:
        for _ in range(3):
            entry = planted.store.stat(key)
            with planted.store.open(key, entry) as file:
                file.seek(100_000)
                if file.read(150_000) != contents[key][100_000:250_000]:
                    return False
            if keys(planted.store) != sorted(contents):
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(use, contents))


def test_a_store_is_usable_after_a_fork_and_after_being_closed(planted: Planted) -> None:
    planted.write("x", CONTENT)
    store = planted.store
    with store.open("x") as file:
        assert file.read(1000) == CONTENT[:1000]
        with forked(lambda: keys(store) == ["x"] and read(store, "x") == CONTENT) as succeeded:
            assert file.read() == CONTENT[1000:]
        assert succeeded()
    store.close()
    assert read(store, "x") == CONTENT
    store.close()
    store.close()


@contextmanager
def forked(work: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Do work in a forked process at the same time; yields a function that says whether it returned True."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking a process with threads
        child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if work() else 2
        finally:
            os._exit(status)
    codes: list[int] = []
    try:
        yield lambda: codes == [0]
    finally:
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


# Faults


def test_a_server_that_is_away_is_transient(planted: Planted) -> None:
    if planted.away is None:
        return
    planted.write("a/x", b"x")
    assert keys(planted.store) == ["a/x"]
    with planted.away():
        for ask in (
            lambda: next(planted.store.list()),
            lambda: planted.store.stat("a/x"),
            lambda: planted.store.open("a/x"),
            lambda: planted.store.is_folder("a"),
        ):
            with pytest.raises(Transient) as caught:
                ask()
            assert caught.value.code == "source.unreachable"
            assert planted.store.url in str(caught.value)
    assert keys(planted.store) == ["a/x"]
    assert read(planted.store, "a/x") == b"x"


def test_wrong_credentials_are_permanent(planted: Planted) -> None:
    if planted.refused is None:
        return
    planted.write("a/x", b"x")
    refused = planted.refused()
    for ask in (
        lambda: next(refused.list()),
        lambda: refused.stat("a/x"),
        lambda: refused.open("a/x"),
    ):
        with pytest.raises(Permanent) as caught:
            ask()
        assert caught.value.code == "source.denied"
    refused.close()


def test_a_root_that_does_not_exist_is_not_an_empty_one(planted: Planted) -> None:
    if planted.gone is None:
        return
    gone = planted.gone()
    for ask in (lambda: list(gone.list()), lambda: list(gone.list("a/")), lambda: gone.stat("a/x")):
        with pytest.raises((Transient, Permanent)):
            ask()
    gone.close()


def test_a_folder_that_cannot_be_read_is_unread_and_hides_nothing_else(planted: Planted) -> None:
    if planted.locked is None:
        return
    planted.write_many(["a/x", "b/c/x", "b/y", "c/x"])
    with planted.locked("b/c"):
        found = list(planted.store.list())
        assert [item.key if isinstance(item, FileEntry) else item.prefix for item in found] == [
            "a/x",
            "b/c/",
            "b/y",
            "c/x",
        ]
        assert isinstance(found[1], Unread)
        assert found[1].reason
        [inner] = planted.store.list("b/c/")
        assert isinstance(inner, Unread)
        with pytest.raises(Permanent):
            planted.store.stat("b/c/x")
    assert keys(planted.store, "b/") == ["b/c/x", "b/y"]


def test_no_secret_is_in_an_error_or_a_log(planted: Planted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    planted.write("a/x", b"x")
    texts = [repr(planted.store), planted.store.url]
    stores = [planted.store, *([planted.refused()] if planted.refused else [])]

    def ask(store: FileStore) -> None:
        for call in (
            lambda: list(store.list()),
            lambda: store.stat("a/none"),
            lambda: read(store, "a/x"),
        ):
            try:
                call()
            except DampipeError as error:
                texts.extend([str(error), repr(error), error.hint, str(error.plain_parameters())])

    for store in stores:
        ask(store)
    if planted.away:
        with planted.away():
            ask(planted.store)
    texts += [record.getMessage() for record in caplog.records]
    assert not [secret for secret in planted.secrets if any(secret in text for text in texts)]


def test_a_presigned_url_is_none_or_can_be_opened(planted: Planted) -> None:
    planted.write("a/clip é.mov", CONTENT)
    url = planted.store.presigned_url("a/clip é.mov", 60, "clip é.mov")
    if url is None:
        return
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == CONTENT
        assert "clip%20%C3%A9.mov" in answer.headers["Content-Disposition"]
    assert not [secret for secret in planted.secrets if secret in url]


def test_what_a_killed_put_has_left_is_deleted_by_its_age(planted: Planted) -> None:
    left = temporary_name()
    others = [f"a/.dampipe-{8 * 'ab'}.tmp", f"a/x{left}", "a/x.mov", f"a/b/{left}"]
    for key in (f"a/{left}", *others):
        planted.write(key, b"half of it")
    if not hasattr(planted.store, "clean"):
        assert f"a/{left}" in keys(planted.store), "what put leaves is seen by nobody, or can be deleted"
        return
    store = cast(CleanedStore, planted.store)
    assert f"a/{left}" not in keys(store)
    assert store.stat(f"a/{left}").size == 10
    assert store.clean("a", 3600.0) == 0, "it may still be written"
    assert store.clean("a", -3600.0) == 1
    with pytest.raises(NotFound):
        store.stat(f"a/{left}")
    assert [store.stat(key).size for key in others] == [10] * 4
    assert store.clean("a", -3600.0) == store.clean("nowhere", -3600.0) == store.clean("", -3600.0) == 0
