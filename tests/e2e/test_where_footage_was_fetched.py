"""Several machines and a bucket: each byte is fetched once, and nothing waits for a machine that has gone."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from tests.support.deployment import Deployment
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of, content_requests
from tests.support.valkey import Valkey

CONFIG = """
[connections.tests]
url = "s3://{bucket}"
endpoint_url = "{endpoint}"
region = "us-east-1"
access_key_id = "{key}"
secret_access_key = "{secret}"
"""
SIZE = 200_000
"""Bytes of each file."""


@dataclass
class Machines:
    """Deployments with homes of their own that share the catalogue and the broker, and a bucket."""

    made: dict[str, Deployment]
    proxy: FaultProxy
    client: Any
    bucket: str

    @property
    def root(self) -> str:
        return f"s3://{self.bucket}/card7"

    def put(self, *names: str) -> None:
        for name in names:
            data = hashlib.sha256(name.encode()).digest() * (SIZE // 32)
            self.client.put_object(Bucket=self.bucket, Key=f"card7/{name}", Body=data)

    def copies(self, machine: str) -> list[Path]:
        return [path for path in (self.made[machine].home / "cache").rglob("*.mp4") if "copies" in path.parts]

    def served(self, machine: str) -> bool:
        workers = self.made["front"].query("status")["workers"]
        return any(f"preview@{machine}" in worker["queues"] for worker in workers)


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, valkey_server: Valkey) -> Iterator[Machines]:
    with ExitStack() as stack:
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        stack.callback(server.stop)
        host, port = server.get_host_and_port()
        client, bucket = client_of(f"http://{host}:{port}"), f"b{uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        proxy = stack.enter_context(FaultProxy(host, port))
        made = {}
        for name in ("front", "a", "b"):
            made[name] = Deployment(
                tmp_path / name,
                machine=name,
                pipeline="tests.support.stages:PIPELINE",
                database_url=postgres_url,
                broker_url=valkey_server.celery_url,
                blobs_url=tmp_path / "blobs",
                staging_patience=600,
            )
            stack.callback(made[name].kill_all)
            config = CONFIG.format(bucket=bucket, endpoint=proxy.url, key=ACCESS_KEY, secret=SECRET)
            (made[name].home / "dampipe.toml").write_text(config)
        yield Machines(made, proxy, client, bucket)


def test_each_byte_is_fetched_once_by_two_machines(machines: Machines) -> None:
    names = [f"clip{number}.mp4" for number in range(24)]
    machines.put(*names)
    front = machines.made["front"]
    front.run("status")
    front.start("worker", "--name", "control", "--queues", "control,scan")
    front.start("beat")
    for name in ("a", "b"):
        queues = "io,preview,embed,index,proxy"
        machines.made[name].start("worker", "--name", name, "--queues", queues, "--concurrency", "2")
    front.wait_for(lambda: machines.served("a") and machines.served("b"))
    answer = front.json("enqueue", "--wait", machines.root)
    assert (answer["done"], answer["failed"]) == (len(names), 0)
    front.wait_for(lambda: front.finished("proxy", len(names)))
    assert content_requests(machines.proxy.requests) == len(names)
    fetched = [len(machines.copies(name)) for name in ("a", "b")]
    assert sum(fetched) == len(names) and all(fetched), f"both have fetched some: {fetched}"
    assert machines.proxy.relayed < 1.02 * SIZE * len(names) + 100_000
    assert set(front.done_events().values()) == {1}


def test_a_machine_that_is_killed_with_the_copies_keeps_nothing_waiting(machines: Machines) -> None:
    names = ["wait.mp4", *(f"clip{number}.mp4" for number in range(4))]
    machines.put(*names)
    front, first, second = machines.made.values()
    front.environment["DAMPIPE_STAGING_PATIENCE"] = "5"
    front.run("status")
    front.start("worker", "--name", "control", "--queues", "control,scan")
    front.start("beat")
    for queue in ("io", "preview"):
        first.start("worker", "--name", f"a-{queue}", "--queues", queue, "--concurrency", "1")
    front.wait_for(lambda: machines.served("a"))
    front.run("enqueue", machines.root)
    # The first machine has fetched all, and is held up by one of them; what is left waits for it.
    front.wait_for(lambda: len(machines.copies("a")) == len(names))
    front.wait_for(lambda: front.query("status")["stages"]["preview"]["running"] == 1)
    first.kill_all()
    second.start("worker", "--name", "b", "--queues", "io,preview,embed,index,proxy", "--concurrency", "2")

    def is_done() -> bool:
        for copy in machines.copies("b"):
            Path(f"{copy}.go").touch()  # lets the stage go on that waits for it
        return front.finished("proxy", len(names))

    front.wait_for(is_done)
    events = front.done_events()
    assert set(events.values()) == {1} and len(events) == 6 * len(names)
    assert front.query("status")["stages"]["preview"]["failed"] == 0
    again = content_requests(machines.proxy.requests) - len(names)
    assert 1 <= again == len(machines.copies("b")) <= len(names)
