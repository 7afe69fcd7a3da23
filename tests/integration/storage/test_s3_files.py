"""Footage in buckets of a real server, behind a proxy that injects faults."""

import os
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from dampipe.kernel.errors import Conflict, DampipeError, NotFound, Permanent, StorageFull, Transient
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files import s3_stream, s3_upload
from dampipe.storage.files.base import FileEntry, StorageState, Unread
from dampipe.storage.files.s3 import S3Files
from dampipe.storage.files.stores import FileStores
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import (
    ACCESS_KEY,
    SECRET,
    client_of,
    content_requests,
    opened,
    put_into_moto,
    rclone_server,
    short_pauses,
)

CONTENT = random.Random(3).randbytes(4_000_000)
PATIENT = {"retries": {"mode": "standard", "total_max_attempts": 4}, "read_timeout": 30}


def problem(code: str, message: str = "in words") -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"


@pytest.fixture(scope="module")
def moto() -> Iterator[tuple[str, int]]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


class Bucket:
    """A bucket, a client that goes to its server directly, and a store that goes through the proxy."""

    def __init__(self, host: str, port: int, proxy: FaultProxy) -> None:
        self.direct = client_of(f"http://{host}:{port}")
        self.proxy = proxy
        self.name = f"b{uuid4().hex}"
        self.direct.create_bucket(Bucket=self.name)
        self.store = self.opened()

    def opened(self, **changes: Any) -> S3Files:
        return opened(self.proxy.url, f"s3://{self.name}", **changes)

    def write(self, key: str, content: bytes = b"x", **more: Any) -> None:
        self.direct.put_object(Bucket=self.name, Key=key, Body=content, **more)

    def unfinished(self) -> list[str]:
        found = self.direct.list_multipart_uploads(Bucket=self.name).get("Uploads", ())
        return [upload["Key"] for upload in found]


@pytest.fixture
def bucket(moto: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr(s3_stream, "_PAUSE", 0.01)
    with FaultProxy(*moto) as proxy, short_pauses():
        made = Bucket(*moto, proxy)
        yield made
        made.store.close()


def keys(store: S3Files, prefix: str = "", after: str = "") -> list[str]:
    return [item.key for item in store.list(prefix, after) if isinstance(item, FileEntry)]


# Transfers that break


def test_a_broken_transfer_is_continued_where_it_broke(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT)
    entry = bucket.store.stat("clip.mov")
    bucket.proxy.cut(700_000, times=3, where="clip")
    with bucket.store.open("clip.mov", entry) as file:
        assert file.read() == CONTENT
    assert content_requests(bucket.proxy.requests) == 4


def test_a_transfer_that_breaks_at_every_offset_near_its_ends(bucket: Bucket) -> None:
    content = CONTENT[:3000]
    bucket.write("clip.mov", content)
    entry = bucket.store.stat("clip.mov")
    for after in (1, 100, 300, 400, 500, 1500, 3000, 3300):
        bucket.proxy.faults.clear()
        bucket.proxy.cut(after, times=1, where="clip")
        with bucket.store.open("clip.mov", entry) as file:
            assert file.read() == content, after


def test_a_transfer_that_stays_broken_is_transient_and_can_be_continued_later(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT)
    with bucket.store.open("clip.mov", bucket.store.stat("clip.mov")) as file:
        assert file.read(1000) == CONTENT[:1000]
        with bucket.proxy.away():
            with pytest.raises(Transient) as caught:
                while file.read(500_000):
                    pass
            assert caught.value.code == "source.unreachable"
        position = file.tell()
        assert file.read() == CONTENT[position:]


def test_answers_without_content_end_in_an_error_and_not_in_a_short_file(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT)
    entry = bucket.store.stat("clip.mov")
    bucket.proxy.cut(500, times=-1, where="clip")  # the head only
    with bucket.store.open("clip.mov", entry) as file, pytest.raises(Transient):
        file.read()


def test_another_object_is_not_what_a_broken_transfer_is_continued_with(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT)
    entry = bucket.store.stat("clip.mov")
    with bucket.store.open("clip.mov", entry) as file:
        read = file.read(100_000)
        bucket.write("clip.mov", CONTENT[::-1])
        with bucket.proxy.away():  # now: what is cut before is continued with the object that there was
            pass
        with pytest.raises(Conflict):
            while piece := file.read(100_000):
                read += piece
        assert CONTENT.startswith(read)


def test_half_of_an_answer_is_no_file(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT)
    entry = bucket.store.stat("clip.mov")
    bucket.proxy.answer("200 OK", "half", where="clip", headers=f'ETag: "{entry.token}"\r\n')
    with bucket.store.open("clip.mov", entry) as file, pytest.raises(DampipeError):
        file.read()


# Servers that are busy


BUSY = [
    ("503 Slow Down", "SlowDown"),
    ("503 Service Unavailable", "ServiceUnavailable"),
    ("500 Error", "InternalError"),
]


@pytest.mark.parametrize(("status", "code"), BUSY)
def test_a_busy_server_is_asked_again(bucket: Bucket, tmp_path: Path, status: str, code: str) -> None:
    bucket.write("a.mov", b"content")
    (tmp_path / "b.mov").write_bytes(b"more")
    store = bucket.opened(options=PATIENT)

    def busy() -> None:
        bucket.proxy.answer(status, problem(code), times=2)

    busy()
    assert keys(store) == ["a.mov"]
    busy()
    entry = store.stat("a.mov")
    busy()
    with store.open("a.mov", entry) as file:
        assert file.read() == b"content"
    busy()
    assert store.put("b.mov", tmp_path / "b.mov").size == 4
    assert keys(store) == ["a.mov", "b.mov"]
    store.close()


@pytest.mark.parametrize(
    ("status", "code"), [*BUSY, ("504 Gateway Timeout", ""), ("429 Too Many", "TooManyRequests")]
)
def test_a_server_that_stays_busy_is_transient(
    bucket: Bucket, tmp_path: Path, status: str, code: str
) -> None:
    bucket.write("a.mov")
    (tmp_path / "b.mov").write_bytes(b"more")
    bucket.proxy.answer(status, problem(code) if code else "<html>busy</html>", times=-1)
    for ask in (
        lambda: list(bucket.store.list()),
        lambda: bucket.store.stat("a.mov"),
        lambda: bucket.store.open("a.mov"),
        lambda: bucket.store.put("b.mov", tmp_path / "b.mov"),
        lambda: bucket.store.delete("a.mov"),
    ):
        with pytest.raises(Transient) as caught:
            ask()
        assert caught.value.code == "source.unreachable"
    bucket.proxy.faults.clear()
    assert keys(bucket.store) == ["a.mov"]


# Listings


@pytest.fixture(scope="module")
def more_than_a_page(moto: tuple[str, int]) -> str:
    """A bucket of 1,100 objects."""
    direct = client_of(f"http://{moto[0]}:{moto[1]}")
    direct.create_bucket(Bucket="more-than-a-page")
    direct.close()
    put_into_moto("more-than-a-page", (f"{number:05d}" for number in range(1_100)))
    return "more-than-a-page"


@pytest.fixture
def large(bucket: Bucket, more_than_a_page: str) -> Bucket:
    bucket.name = more_than_a_page
    bucket.store = bucket.opened()
    return bucket


NEXT_PAGE = "list-type=2.*continuation-token"


@pytest.mark.parametrize("fault", ["busy", "denied", "cut", "no-xml", "half-xml", "away"])
def test_a_listing_that_stops_half_way_says_so(large: Bucket, fault: str) -> None:
    proxy = large.proxy
    if fault == "busy":
        proxy.answer("503 Slow Down", problem("SlowDown"), times=-1, where=NEXT_PAGE)
    elif fault == "denied":
        proxy.answer("403 Forbidden", problem("AccessDenied"), times=-1, where=NEXT_PAGE)
    elif fault == "cut":
        proxy.cut(2_000, times=-1, where=NEXT_PAGE)
    elif fault == "no-xml":
        proxy.answer("200 OK", "<html>log in to the Wi-Fi</html", times=-1, where=NEXT_PAGE)
    elif fault == "half-xml":
        proxy.answer("200 OK", "<ListBucketResult><Contents><Key>x", times=-1, where=NEXT_PAGE)
    listing = large.store.list()
    found = [next(listing)]
    proxy.is_away = fault == "away"
    if proxy.is_away:
        proxy._cut_all()
    found += list(listing)
    last = found.pop()
    assert [item.key for item in found if isinstance(item, FileEntry)] == [f"{n:05d}" for n in range(1_000)]
    assert isinstance(last, Unread)
    assert (last.prefix, bool(last.reason)) == ("", True)
    assert SECRET not in last.reason


def test_no_part_of_an_answer_is_taken_for_the_whole(bucket: Bucket) -> None:
    for number in range(20):
        bucket.write(f"{number:02d}", b"content")
    whole, entry = list(bucket.store.list()), bucket.store.stat("07")
    for after in [*range(0, 1_200, 83), 2_000, 4_000, 6_000]:
        bucket.proxy.faults.clear()
        bucket.proxy.cut(after, times=-1)
        with suppress(Transient):
            assert list(bucket.store.list()) == whole, after
        with suppress(Transient):
            assert bucket.store.stat("07") == entry, after
        with suppress(Transient):
            assert bucket.store.open("07").read() == b"content", after
        with suppress(Transient):
            assert bucket.store.is_folder("0") is False


def test_a_listing_asks_once_for_a_thousand_objects_and_for_nothing_else(large: Bucket) -> None:
    list(large.store.list())
    before = len(large.proxy.requests)
    assert len(keys(large.store)) == 1_100
    assert len(large.proxy.requests) == before + 2
    assert keys(large.store, "", "00999") == [f"{n:05d}" for n in range(1_000, 1_100)]
    assert len(large.proxy.requests) == before + 3


def listed(*names: str) -> str:
    contents = "".join(
        f"<Contents><Key>{name}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>"
        f"<ETag>&quot;{'a' * 32}&quot;</ETag><Size>5</Size></Contents>"
        for name in names
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"


def test_a_server_that_lists_in_another_order_is_not_trusted(bucket: Bucket) -> None:
    bucket.proxy.answer("200 OK", listed("a", "c", "b", "d"), where="list-type=2")
    found = list(bucket.store.list())
    assert [item.key for item in found if isinstance(item, FileEntry)] == ["a", "c"]
    assert isinstance(found[-1], Unread)
    assert "order" in found[-1].reason


def test_a_server_that_starts_at_the_beginning_each_time(bucket: Bucket) -> None:
    bucket.proxy.answer("200 OK", listed("a", "b", "c"), where="list-type=2")
    [entry] = bucket.store.list("", "b")
    assert isinstance(entry, FileEntry)
    assert (entry.key, entry.mtime_ns, entry.storage_class) == ("c", 1_767_323_045 * 10**9, "STANDARD")


def test_markers_of_folders_are_no_files(bucket: Bucket) -> None:
    for key in ("a/", "a/x", "b/", "c/d/"):
        bucket.write(key, b"" if key.endswith("/") else b"x")
    assert keys(bucket.store) == ["a/x"]
    assert bucket.store.is_folder("b")
    with pytest.raises(NotFound):
        bucket.store.stat("b/")


def test_only_etags_that_are_md5s_are_checksums(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("plain", b"x")
    bucket.write("kms", b"x", ServerSideEncryption="aws:kms")
    (tmp_path / "f").write_bytes(CONTENT * 5)
    parts = bucket.store.put("parts", tmp_path / "f")
    assert (parts.checksum, parts.token.endswith("-2")) == ("", True)
    assert bucket.store.stat("plain").checksum == "md5:9dd4e461268c8034f5c8564e155c67a6"
    assert bucket.store.stat("kms").checksum == ""
    by_kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    bucket.direct.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=by_kms)
    encrypted = bucket.opened()
    assert [item.checksum for item in encrypted.list() if isinstance(item, FileEntry)] == ["", "", ""]
    assert encrypted.stat("plain").checksum == ""
    encrypted.close()


# Credentials and clocks


def test_a_clock_that_is_wrong_is_named(bucket: Bucket) -> None:
    bucket.proxy.answer(
        "403 Forbidden", problem("RequestTimeTooSkewed", "The difference is too large."), times=-1
    )
    for ask in (lambda: list(bucket.store.list()), lambda: bucket.store.open("x")):
        with pytest.raises(Permanent) as caught:
            ask()
        assert caught.value.code == "source.clock_skewed"
        assert "NTP" in caught.value.hint


def test_a_token_that_expired_and_was_not_renewed(bucket: Bucket) -> None:
    bucket.write("x")
    bucket.proxy.answer("400 Bad Request", problem("ExpiredToken", "The token has expired."), times=-1)
    for ask in (
        lambda: list(bucket.store.list()),
        lambda: bucket.store.stat("x"),
        lambda: bucket.store.open("x"),
    ):
        with pytest.raises(Permanent) as caught:
            ask()
        assert caught.value.code == "source.credentials_expired"
    bucket.proxy.faults.clear()
    assert keys(bucket.store) == ["x"]


@pytest.mark.parametrize("request_first", ["list", "stat", "open"])
def test_a_token_that_expired_is_read_again(bucket: Bucket, request_first: str) -> None:
    bucket.write("x", b"content")
    assert keys(bucket.store) == ["x"]
    before = bucket.store._client.get()
    if request_first == "stat":  # whose answers have no body: a listing says why
        bucket.proxy.answer("400 Bad Request", where="^HEAD .*/x$", times=2)  # botocore looks for the region
        bucket.proxy.answer("400 Bad Request", problem("ExpiredToken"), where="list-type=2")
    else:
        bucket.proxy.answer("400 Bad Request", problem("ExpiredToken"))
    if request_first == "list":
        assert keys(bucket.store) == ["x"]
    elif request_first == "stat":
        assert bucket.store.stat("x").size == 7
    else:
        assert bucket.store.open("x").read() == b"content"
    assert bucket.store._client.get() is not before
    before.close()


def test_credentials_are_found_where_aws_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    credentials = tmp_path / "credentials"
    credentials.write_text(
        f"[studio]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\n"
        "[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with rclone_server() as (port, _, _):
        url = f"http://127.0.0.1:{port}"
        direct = client_of(url)
        direct.create_bucket(Bucket="footage")
        direct.put_object(Bucket="footage", Key="day1/x", Body=b"content")
        direct.close()
        elsewhere = Connection(url="s3://footage", endpoint_url=url)
        stores = FileStores({"elsewhere": elsewhere})
        named = stores.of("s3://studio@footage")  # a profile, at a connection's address
        assert isinstance(named, S3Files)
        assert keys(named) == ["day1/x"]
        with pytest.raises(Permanent) as caught:
            list(stores.of("s3://footage/day1").list())
        assert caught.value.code == "source.denied"
        credentials.write_text(
            f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\n"
        )
        corrected = stores.of("s3://footage/day1")
        assert [item.key for item in corrected.list() if isinstance(item, FileEntry)] == ["x"]
        stores.close()
        monkeypatch.delenv("AWS_SHARED_CREDENTIALS_FILE")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(Permanent) as caught:
            list(FileStores({"elsewhere": elsewhere}).of("s3://footage").list())
        assert caught.value.code == "source.denied"
        with pytest.raises(Permanent) as caught:
            list(FileStores({"elsewhere": elsewhere}).of("s3://none@footage").list())
        assert "none" in str(caught.value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        from_environment = FileStores()
        [entry] = from_environment.of("s3://footage/day1").list()
        assert isinstance(entry, FileEntry)
        from_environment.close()


# Uploads


def test_an_upload_that_fails_leaves_nothing_behind(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(CONTENT * 10)
    bucket.proxy.answer("503 Slow Down", problem("SlowDown"), times=-1, where="^PUT .*partNumber=2")
    with pytest.raises(Transient):
        bucket.store.put("clip.mov", tmp_path / "f")
    assert (keys(bucket.store), bucket.unfinished()) == ([], [])
    bucket.proxy.faults.clear()
    entry = bucket.store.put("clip.mov", tmp_path / "f", metadata={"sha1": "b" * 40, "name": "Jürgen"})
    with bucket.store.open("clip.mov", entry) as file:
        assert file.read() == CONTENT * 10
    described = bucket.direct.head_object(Bucket=bucket.name, Key="clip.mov")["Metadata"]
    assert described == {"sha1": "b" * 40, "name": "J%C3%BCrgen"}


def test_an_abandoned_upload_of_the_same_key_is_aborted(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(CONTENT * 10)
    for key in ("clip.mov", "clip.mov.other"):
        bucket.direct.create_multipart_upload(Bucket=bucket.name, Key=key)
    with monkeypatch.context() as patched:  # moto says of all uploads that they began in 2010
        patched.setattr(s3_upload, "ABANDONED", timedelta(days=36_500))
        bucket.store.put("clip.mov", tmp_path / "f")
    assert sorted(bucket.unfinished()) == ["clip.mov", "clip.mov.other"]  # it may still be running elsewhere
    bucket.store.delete("clip.mov")
    bucket.store.put("clip.mov", tmp_path / "f")
    assert bucket.unfinished() == ["clip.mov.other"]


def test_a_server_without_space(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    bucket.proxy.answer("507 Insufficient Storage", problem("InsufficientStorage"), times=-1, where="^PUT")
    with pytest.raises(StorageFull):
        bucket.store.put("x", tmp_path / "f")


def test_a_server_without_conditions_takes_uploads(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    bucket.proxy.answer("501 Not Implemented", problem("NotImplemented"), where="^PUT")
    assert bucket.store.put("x", tmp_path / "f").size == 1


def test_the_parts_of_large_files_are_few_enough() -> None:
    for size in (1, 2**24, 10**11, 5 * 10**12):
        part = s3_upload.part_size(size)
        assert -(-size // part) <= 10_000
        assert part >= 5 << 20


# Archives


def test_an_archived_object_is_restored(bucket: Bucket) -> None:
    bucket.write("clip.mov", CONTENT[:1000])
    entry = bucket.store.set_storage_class("clip.mov", "DEEP_ARCHIVE")
    assert (entry.state, entry.storage_class) == (StorageState.ARCHIVED, "DEEP_ARCHIVE")
    [listed_entry] = bucket.store.list()
    assert listed_entry == entry
    with pytest.raises(Conflict) as caught:
        bucket.store.open("clip.mov", entry)
    assert caught.value.code == "file.archived"
    with pytest.raises(Conflict) as caught:
        bucket.store.open("clip.mov")
    assert (caught.value.code, "DEEP_ARCHIVE" in str(caught.value)) == ("file.archived", True)
    bucket.store.restore("clip.mov", 3, "bulk")
    bucket.store.restore("clip.mov", 3, "bulk")
    restored = bucket.store.stat("clip.mov")
    assert restored.state in (StorageState.RESTORING, StorageState.RESTORED)
    if restored.state is StorageState.RESTORED:
        assert restored.restored_until
        with bucket.store.open("clip.mov", restored) as file:
            assert file.read() == CONTENT[:1000]


def test_objects_that_are_read_at_once_are_online(bucket: Bucket) -> None:
    for storage_class in ("STANDARD_IA", "GLACIER_IR", "ONEZONE_IA"):
        bucket.write(storage_class, b"x", StorageClass=storage_class)
    found = {item.key: item for item in bucket.store.list() if isinstance(item, FileEntry)}
    assert all(name == item.storage_class for name, item in found.items())
    assert {item.state for item in found.values()} == {StorageState.ONLINE}
    assert all(bucket.store.stat(name) == item for name, item in found.items())
