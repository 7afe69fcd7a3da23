"""Blobs in a bucket of a real S3-compatible server, over HTTP."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import DampipeError, NotFound, Permanent, Transient
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.fsspec import FsspecBlobs
from dampipe.storage.blobs.s3 import S3Blobs

pytest.importorskip("s3fs")
server_module = pytest.importorskip("moto.server")

KEY = "ab/abcdef/0123/proxy.mp4"
OPTIONS: dict[str, Any] = {"key": "test", "secret": "test"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = server_module.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def blobs(endpoint: str, tmp_path: Path) -> FsspecBlobs:
    bucket = uuid4().hex
    made = FsspecBlobs(f"s3://{bucket}/derivatives", tmp_path / "cache", endpoint_url=endpoint, **OPTIONS)
    made._fs.mkdir(bucket)
    return made


def put(blobs: FsspecBlobs, key: str, content: bytes) -> None:
    with blobs.workspace() as folder:
        (folder / "f").write_bytes(content)
        assert blobs.put(key, folder / "f") == len(content)


def test_a_blob_in_a_bucket(blobs: FsspecBlobs) -> None:
    content = os.urandom(6 * 2**20)
    put(blobs, KEY, content)
    put(blobs, "cd/other", b"x")
    assert (blobs.exists(KEY), blobs.size(KEY)) == (True, len(content))
    with blobs.open(KEY) as file:
        file.seek(5 * 2**20)
        assert file.read(1000) == content[5 * 2**20 :][:1000]
    with blobs.local_path(KEY) as path:
        assert path.read_bytes() == content
    assert set(blobs.keys()) == {KEY, "cd/other"}
    assert set(blobs.keys("ab/")) == {KEY}
    put(blobs, KEY, b"new")
    with blobs.local_path(KEY) as path:
        assert path.read_bytes() == b"new"
    blobs.delete(KEY)
    blobs.delete(KEY)
    assert not blobs.exists(KEY)
    with pytest.raises(NotFound):
        blobs.open(KEY)


def test_derivatives_use_the_connection_of_their_bucket(endpoint: str, tmp_path: Path) -> None:
    bucket = uuid4().hex
    connection = {"endpoint_url": endpoint, "access_key_id": "test", "secret_access_key": "test"}
    settings = load_settings(
        home=tmp_path, blobs_url=f"s3://studio@{bucket}/derivatives", connections={"studio": connection}
    )
    blobs = Container(settings).get(BlobStore)
    assert isinstance(blobs, S3Blobs)
    blobs._fs.mkdir(bucket)
    put(blobs, KEY, b"content")
    with blobs.open(KEY) as file:
        assert file.read() == b"content"
    assert list(blobs.keys()) == [KEY]


def test_a_bucket_that_is_not_there(endpoint: str, tmp_path: Path) -> None:
    blobs = FsspecBlobs("s3://no-such-bucket/x", tmp_path, endpoint_url=endpoint, **OPTIONS)
    (tmp_path / "f").write_bytes(b"x")
    with pytest.raises((NotFound, Permanent)):
        blobs.put(KEY, tmp_path / "f")
    assert not blobs.exists(KEY)


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    blobs = FsspecBlobs(
        "s3://bucket/x",
        tmp_path,
        endpoint_url="http://127.0.0.1:9",
        config_kwargs={"retries": {"max_attempts": 0}, "connect_timeout": 1},
        **OPTIONS,
    )
    with pytest.raises(DampipeError) as caught:
        blobs.size(KEY)
    assert type(caught.value) is Transient
