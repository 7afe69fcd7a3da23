"""The contract suite of blob stores. To add a backend, add a line to BACKENDS."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from dampipe.kernel.errors import NotFound
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.fsspec import FsspecBlobs
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.blobs.memory import MemoryBlobs

BACKENDS: dict[str, Callable[[Path], BlobStore]] = {
    "local": lambda folder: LocalBlobs(folder / "blobs"),
    "memory": lambda folder: MemoryBlobs(),
    "fsspec-memory": lambda folder: FsspecBlobs(f"memory://{uuid4().hex}", folder / "cache"),
    "fsspec-file": lambda folder: FsspecBlobs(f"file://{folder / 'there'}", folder / "cache"),
}

KEY = "ab/abcdef/0123/poster.jpg"


@pytest.fixture(params=BACKENDS)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return BACKENDS[request.param](tmp_path)


def put(blobs: BlobStore, key: str, content: bytes) -> int:
    with blobs.workspace() as folder:
        file = folder / "made"
        file.write_bytes(content)
        return blobs.put(key, file)


def read(blobs: BlobStore, key: str) -> bytes:
    with blobs.open(key) as file:
        return file.read()


def test_what_is_put_can_be_read_in_every_way(blobs: BlobStore) -> None:
    content = bytes(range(256)) * 4000
    assert put(blobs, KEY, content) == len(content)
    assert blobs.exists(KEY)
    assert blobs.size(KEY) == len(content)
    assert read(blobs, KEY) == content
    with blobs.local_path(KEY) as path:
        assert path.read_bytes() == content
        assert path.suffix == ".jpg"


def test_the_reader_seeks(blobs: BlobStore) -> None:
    put(blobs, KEY, bytes(range(256)) * 1000)
    with blobs.open(KEY) as file:
        assert file.seekable()
        file.seek(100_000)
        assert file.read(3) == bytes([160, 161, 162])
        assert file.tell() == 100_003
        file.seek(-1, 2)
        assert file.read() == b"\xff"
        assert file.read() == b""


def test_an_empty_blob(blobs: BlobStore) -> None:
    assert put(blobs, KEY, b"") == 0
    assert (blobs.exists(KEY), blobs.size(KEY), read(blobs, KEY)) == (True, 0, b"")


def test_putting_again_replaces_the_whole(blobs: BlobStore) -> None:
    put(blobs, KEY, b"long content")
    with blobs.local_path(KEY) as path:
        assert path.read_bytes() == b"long content"
    put(blobs, KEY, b"short")
    assert (read(blobs, KEY), blobs.size(KEY)) == (b"short", 5)
    with blobs.local_path(KEY) as path:
        assert path.read_bytes() == b"short"


def test_what_is_not_there(blobs: BlobStore) -> None:
    put(blobs, KEY, b"x")
    for key in ("no/such", "ab/abcdef", "ab/abcdef/0123/poster.jpg.part"):
        assert not blobs.exists(key)
        with pytest.raises(NotFound):
            blobs.size(key)
        with pytest.raises(NotFound):
            blobs.open(key)
        with pytest.raises(NotFound), blobs.local_path(key):
            pass


def test_a_deleted_blob_is_gone_and_an_unknown_one_no_error(blobs: BlobStore) -> None:
    put(blobs, KEY, b"x")
    blobs.delete(KEY)
    blobs.delete(KEY)
    blobs.delete("never/was")
    assert not blobs.exists(KEY)
    assert list(blobs.keys()) == []
    put(blobs, KEY, b"again")
    assert read(blobs, KEY) == b"again"


def test_keys_by_prefix_without_temporary_files(blobs: BlobStore) -> None:
    assert list(blobs.keys()) == []
    names = {"ab/1/a.jpg", "ab/1/b.jpg", "ab/12/c", "cd/1", "top"}
    for name in names:
        put(blobs, name, b"x")
    with blobs.workspace() as folder:
        (folder / "half").write_bytes(b"x")
        assert set(blobs.keys()) == names
    assert set(blobs.keys("ab/")) == {"ab/1/a.jpg", "ab/1/b.jpg", "ab/12/c"}
    assert set(blobs.keys("ab/1")) == {"ab/1/a.jpg", "ab/1/b.jpg", "ab/12/c"}
    assert set(blobs.keys("ab/1/")) == {"ab/1/a.jpg", "ab/1/b.jpg"}
    assert set(blobs.keys("to")) == {"top"}
    assert list(blobs.keys("x/")) == list(blobs.keys("../")) == list(blobs.keys("/")) == []


BAD = [
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    ".tmp/x",
    "a/.b",
    "A",
    "ä",
    "a b",
    "a\\b",
    "a\n",
    "x" * 256,
    "C:a",
]


@pytest.mark.parametrize("key", BAD)
def test_a_name_outside_the_rule_is_refused(blobs: BlobStore, key: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with pytest.raises(ValueError):
        blobs.put(key, file)
    for call in (blobs.open, blobs.size, blobs.exists, blobs.delete):
        with pytest.raises(ValueError):
            call(key)
    with pytest.raises(ValueError), blobs.local_path(key):
        pass
    assert file.exists()


def test_a_workspace_is_private_and_gone_after_use(blobs: BlobStore) -> None:
    with pytest.raises(ZeroDivisionError), blobs.workspace() as one, blobs.workspace() as other:
        assert one != other
        (one / "deep").mkdir()
        (one / "deep" / "file").write_bytes(b"x")
        assert not list(other.iterdir())
        _ = 1 / 0
    assert not one.exists()
    assert not other.exists()


def test_a_reader_sees_a_blob_whole_while_it_is_replaced(blobs: BlobStore) -> None:
    contents = {bytes([n]) * 200_000 for n in range(8)}
    put(blobs, KEY, bytes([0]) * 200_000)
    wrong, stop = list[object](), threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                with blobs.local_path(KEY) as path:
                    seen = path.read_bytes()
            except Exception as error:
                wrong.append(error)
            else:
                if seen not in contents:
                    wrong.append((len(seen), set(seen)))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for content in sorted(contents):
            put(blobs, KEY, content)
    finally:
        stop.set()
        reader.join()
    assert not wrong


def test_when_a_blob_was_written(blobs: BlobStore) -> None:
    before = time.time() - 2.0
    put(blobs, KEY, b"new")
    assert before <= blobs.modified(KEY) <= time.time() + 2.0
    with pytest.raises(NotFound):
        blobs.modified("ab/abcdef/0123/none.jpg")
