"""Footage in a bucket, in a real deployment: fetched once, found, shown; nothing is lost while the server is away."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.support.demo_clips import DemoClips
from tests.support.deployment import Deployment
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of, content_requests

CONFIG = """
[connections.tests]
url = "s3://{bucket}"
endpoint_url = "{endpoint}"
region = "us-east-1"
access_key_id = "{key}"
secret_access_key = "{secret}"
options = {{ retries = {{ total_max_attempts = 2, mode = "standard" }}, connect_timeout = 5 }}
"""
READING = ("hash", "probe", "preview", "proxy")
"""Stages that open the footage."""


@dataclass
class Remote:
    """A deployment, and a bucket that it reaches through a proxy."""

    deployment: Deployment
    proxy: FaultProxy
    client: Any
    bucket: str

    @property
    def root(self) -> str:
        return f"s3://{self.bucket}/card7"

    def put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"card7/{name}", Body=data)

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"card7/{name}")

    def enqueue(self, code: int | None = 0) -> Any:
        return self.deployment.json("enqueue", "--wait", self.root, code=code)

    def runs(self, asset: str) -> dict[str, Any]:
        return {run["stage"]: run for run in self.deployment.json("show", asset)["runs"]}


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client, bucket = client_of(f"http://{host}:{port}"), f"b{uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        with FaultProxy(host, port) as proxy:
            made = Deployment(tmp_path / "home", model="tiny")
            config = CONFIG.format(bucket=bucket, endpoint=proxy.url, key=ACCESS_KEY, secret=SECRET)
            (made.home / "dampipe.toml").write_text(config)
            made.combine_workers("proxy")
            try:
                yield Remote(made, proxy, client, bucket)
            finally:
                made.kill_all()
    finally:
        server.stop()


def test_footage_in_a_bucket(remote: Remote, tmp_path: Path, demo_clips: DemoClips) -> None:
    deployment, proxy = remote.deployment, remote.proxy
    files = {clip.name: clip.read_bytes() for clip in demo_clips(tmp_path / "clips")[:3]}
    for name, data in files.items():
        remote.put(name, data)
    size = sum(map(len, files.values()))
    sha1s = {name: hashlib.sha1(data).hexdigest() for name, data in files.items()}

    # Every stage that opens footage, in the workers of two processes, has every byte come once.
    deployment.up()
    assert remote.enqueue()["new"] == len(files)
    deployment.wait_for(lambda: deployment.finished("proxy", len(files)))
    assert content_requests(proxy.requests) == len(files)
    assert size <= proxy.relayed < 1.02 * size + 100_000
    for name, data in files.items():
        runs = remote.runs(sha1s[name])
        assert {stage: runs[stage]["state"] for stage in READING} == dict.fromkeys(READING, "done")
        assert {stage: runs[stage]["fetched"] for stage in READING} == {
            **dict.fromkeys(READING, 0),
            "hash": len(data),
        }
    assert "fetched" in deployment.run("show", sha1s[name])

    # It is found, and its original streams, by range.
    found = deployment.json("search", "a red circle")
    best = found[0] if isinstance(found, list) else found["hits"][0]
    assert f"{remote.root}/A001_C001.mp4" in str(best)
    clip = files["A001_C001.mp4"]
    url = deployment.api(f"/assets/{sha1s['A001_C001.mp4']}/original")
    before = proxy.relayed
    part = httpx.get(url, headers={"Range": "bytes=1000-1999"}, timeout=60)
    assert (part.status_code, part.content) == (206, clip[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(clip)}"
    assert proxy.relayed - before < len(clip) / 2 + 100_000
    whole = httpx.get(url, timeout=60)
    assert (whole.status_code, whole.content) == (200, clip)
    assert whole.headers["content-disposition"].endswith("A001_C001.mp4")

    # A second scan finds all as it was, and reads nothing.
    content = content_requests(proxy.requests)
    again = remote.enqueue()
    assert (again["unchanged"], again["new"], again["changed"], again["missing"]) == (3, 0, 0, 0)
    assert content_requests(proxy.requests) == content

    # One is replaced, one deleted.
    replaced, deleted = sorted(files)[1:3]
    remote.put(replaced, files[replaced] + bytes(8))
    remote.delete(deleted)
    third = remote.enqueue()
    assert (third["unchanged"], third["changed"], third["missing"]) == (1, 1, 1)
    new = hashlib.sha1(files[replaced] + bytes(8)).hexdigest()
    deployment.wait_for(lambda: deployment.finished("proxy", len(files) + 1))
    versions = deployment.json("show", new)["versions"]
    assert {version["sha1"] for version in versions} >= {new}
    gone = httpx.get(deployment.api(f"/assets/{sha1s[deleted]}/original"), timeout=60)
    assert (gone.status_code, gone.json()["code"]) == (404, "original.missing")
    proxied = httpx.get(deployment.api(f"/assets/{sha1s[deleted]}/proxy"), timeout=60)
    assert proxied.status_code == 200, "what was made of it plays"

    # It is verified at the server; while that is away nothing is called damaged, and originals say why.
    assert deployment.json("verify", remote.root)["same"] == 2
    with proxy.away():
        verified = deployment.json("verify", remote.root, code=None)
        assert (verified["same"], verified["mismatch"], verified["unreadable"]) == (0, [], [])
        away = httpx.get(url, timeout=120)
        assert (away.status_code, away.json()["code"]) == (503, "original.offline")
    assert httpx.get(url, timeout=60).content == clip
    assert SECRET not in deployment.log.read_text(errors="replace")


def test_a_server_that_goes_away_in_mid_file_loses_nothing(
    remote: Remote, tmp_path: Path, demo_clips: DemoClips
) -> None:
    deployment, proxy = remote.deployment, remote.proxy
    clip = demo_clips(tmp_path / "clips")[0]
    data = clip.read_bytes()
    data += bytes(4_000_000)
    remote.put(clip.name, data)
    # Each transfer breaks off until the stage gives up; then the server answers with errors for a while.
    where = rf"^GET .*{clip.name}"
    proxy.cut(after=1_500_000, times=1, where=where)
    proxy.answer("503 Slow Down", times=-1, where=where)
    deployment.up()
    deployment.run("enqueue", remote.root)
    deployment.wait_for(lambda: any("source." in str(one) for one in deployment.json("failures")))
    assert deployment.query("status")["stages"]["hash"]["failed"] == 0, "it is tried again"
    proxy.faults.clear()
    deployment.wait_for(lambda: deployment.finished("proxy", 1))
    sha1 = hashlib.sha1(data).hexdigest()
    runs = remote.runs(sha1)
    assert runs["hash"]["attempts"] > 1
    assert runs["hash"]["fetched"] == len(data), "it was continued, not begun again"
