"""Remote blob stores: a bounded cache, and translation of errors."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.kernel.errors import InvalidInput, NotFound, Permanent, StorageFull, Transient
from dampipe.storage.blobs.cache import LocalCache
from dampipe.storage.blobs.fsspec import FsspecBlobs
from dampipe.storage.blobs.remote_errors import translate_errors


@pytest.fixture
def blobs(tmp_path: Path) -> Iterator[FsspecBlobs]:
    yield FsspecBlobs(f"file://{tmp_path / 'there'}", tmp_path / "cache", cache_bytes=250)


def put(blobs: FsspecBlobs, key: str, size: int) -> None:
    with blobs.workspace() as folder:
        (folder / "f").write_bytes(b"x" * size)
        blobs.put(key, folder / "f")


def test_the_cache_is_bounded_and_evicts_the_least_recently_used(blobs: FsspecBlobs, tmp_path: Path) -> None:
    for key in "abc":
        put(blobs, key, 100)
    paths = {}
    for key in "abac":
        with blobs.local_path(key) as path:
            paths[key] = path
    assert [paths[key].exists() for key in "abc"] == [True, False, True]


def test_a_copy_in_use_stays(blobs: FsspecBlobs) -> None:
    for key in "abc":
        put(blobs, key, 200)
    with blobs.local_path("a") as a:
        with blobs.local_path("b") as b:
            pass
        with blobs.local_path("c"):
            assert (a.exists(), b.exists()) == (True, False)


def test_a_blob_is_downloaded_once(tmp_path: Path) -> None:
    cache, downloads = LocalCache(tmp_path, 1000), list[Path]()

    def download(target: Path) -> None:
        downloads.append(target)
        target.write_bytes(b"x")

    for _ in range(3):
        with cache.get("name", ".jpg", download) as path:
            assert path.read_bytes() == b"x"
    assert len(downloads) == 1


def test_a_failed_download_leaves_nothing(tmp_path: Path) -> None:
    def download(target: Path) -> None:
        target.write_bytes(b"half")
        raise ConnectionError

    with pytest.raises(ConnectionError), LocalCache(tmp_path, 1000).get("name", "", download):
        pass
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


class ClientConnectorError(OSError):
    """As an HTTP library would name it."""


class EndpointConnectionError(Exception):
    """As an S3 library would name it."""


class NoCredentialsError(Exception):
    """As an S3 library would name it."""


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        (FileNotFoundError("x"), NotFound),
        (PermissionError(errno.EACCES, "Forbidden"), Permanent),
        (NoCredentialsError("Unable to locate credentials"), Permanent),
        (ConnectionRefusedError("x"), Transient),
        (TimeoutError(), Transient),
        (EndpointConnectionError("x"), Transient),
        (OSError(errno.ENOSPC, "full"), StorageFull),
        (OSError(errno.EHOSTUNREACH, "gone"), Transient),
        (KeyError("what is this"), Permanent),
    ],
)
def test_foreign_errors(foreign: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as caught, translate_errors("s3://bucket", "a/b"):
        raise foreign
    assert type(caught.value) is ours
    assert "\n" not in str(caught.value)


def test_a_scheme_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nonsense"):
        FsspecBlobs("nonsense://x", tmp_path)


def test_a_package_that_is_missing_is_named_with_its_extra() -> None:
    with pytest.raises(InvalidInput, match="s3fs") as caught, translate_errors("s3://bucket"):
        try:
            raise ModuleNotFoundError("No module named 's3fs'", name="s3fs")
        except ModuleNotFoundError as error:
            raise ImportError("Install s3fs to access S3") from error
    assert caught.value.code == "storage.package_missing"
    assert "dampipe[s3]" in caught.value.hint
