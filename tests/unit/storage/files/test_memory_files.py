"""Footage in memory: it lists, reads and fails as an object store does."""

import pytest

from dampipe.kernel.errors import Conflict, NotFound, Permanent, Transient
from dampipe.storage.files.base import FileEntry, StorageState, Unread
from dampipe.storage.files.memory import PAGE, Bucket, MemoryFiles


def _keys(store: MemoryFiles, prefix: str = "", after: str = "") -> list[str]:
    return [item.key for item in store.list(prefix, after) if isinstance(item, FileEntry)]


def test_a_listing_is_in_the_order_of_bytes_and_has_empty_segments() -> None:
    bucket = Bucket("b")
    for key in ("a/x", "a-b/x", "a//y", "é", "z\udce9", "a"):
        bucket.write(key, b"1")
    store = MemoryFiles(bucket)
    assert _keys(store) == ["a", "a-b/x", "a//y", "a/x", "z\udce9", "é"]
    assert _keys(store, "a/") == ["a//y", "a/x"]
    assert _keys(store, after="a-b/x") == ["a//y", "a/x", "z\udce9", "é"]
    assert _keys(MemoryFiles(bucket, "a")) == ["/y", "x"]
    assert _keys(MemoryFiles(bucket, "a"), after="/y") == ["x"]


def test_a_listing_costs_one_call_for_each_page() -> None:
    bucket = Bucket("b")
    for number in range(PAGE + 1):
        bucket.write(f"{number:05}", b"")
    assert len(_keys(MemoryFiles(bucket))) == PAGE + 1
    assert bucket.calls == {"list": 2}


def test_what_cannot_be_listed_is_named() -> None:
    bucket = Bucket("b")
    for key in ("a/1", "b/1", "c/1", "d/1"):
        bucket.write(key, b"1")
    store = MemoryFiles(bucket)
    bucket.faults.denied = ("b/", "e/")
    listed = list(store.list())
    assert [item.key if isinstance(item, FileEntry) else item.prefix for item in listed] == [
        "a/1", "b/", "c/1", "d/1", "e/",
    ]  # fmt: skip
    bucket.faults.denied, bucket.faults.stops_after = (), 3
    *_, last = store.list()
    assert last == Unread("", "the connection was lost")
    bucket.faults.away = "no route"
    with pytest.raises(Transient, match="no route"):
        next(store.list())
    bucket.faults.away, bucket.faults.refused = "", "expired"
    with pytest.raises(Permanent, match="expired"):
        store.stat("a/1")


def test_a_stream_is_of_the_expected_file_or_fails() -> None:
    bucket = Bucket("b")
    first = bucket.write("card/a", b"0123456789")
    store = MemoryFiles(bucket, "card")
    seen = store.stat("a")
    with store.open("a", seen) as stream:
        stream.seek(7)
        assert stream.read() == b"789"
    assert bucket.write("card/a", b"9876543210").token != first.token
    with pytest.raises(Conflict):
        store.open("a", seen)
    with pytest.raises(NotFound):
        store.open("b")
    bucket.faults.breaks_after = 4
    with store.open("a") as stream, pytest.raises(Transient):
        stream.read()
    bucket.change("card/a", state=StorageState.ARCHIVED, storage_class="GLACIER")
    with pytest.raises(Conflict, match="GLACIER"):
        store.open("a")
