"""The spine's own cost: stages that do nothing, against bare Celery chains of the same length.

Same broker program, same number of worker processes, same messages a file: a chain of five and one
beside it. Ours also walks the folder and keeps every step in the catalogue.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery, chain
from celery.canvas import Signature

from tests.bench.timing import in_turn, report
from tests.support.deployment import ROOT, Deployment

FILES = 400
PROCESSES = 2
STAGES = ("hash", "probe", "preview", "embed", "index")

PROCFILE = f"""\
broker: dampipe broker
all: dampipe worker --name all --concurrency {PROCESSES}
beat: dampipe beat
web: dampipe serve
"""

app = Celery("bare")
app.conf.update(
    broker_url=os.environ.get("BARE_BROKER", "memory://"),
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    task_default_queue="bare",
)


@app.task(name="bare.count")  # type: ignore[untyped-decorator]
def count(last: bool) -> None:
    """Nothing, but for counting chains that are through."""
    if last:
        with app.connection_for_write() as connection:
            connection.default_channel.client.incr("bare.done")


def main() -> None:
    """Print files per second of both."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        deployment = Deployment(folder / "home", pipeline="tests.support.stages:PIPELINE", lease=60)
        procfile = folder / "Procfile"
        procfile.write_text(PROCFILE)
        deployment.arguments = ["--procfile", str(procfile)]
        deployment.up()
        rounds = iter(range(1000))
        try:
            with bare_worker(deployment) as bare:
                seconds = in_turn(
                    {
                        "dampipe": lambda: ours(deployment, folder / f"footage{next(rounds)}"),
                        "bare Celery chains": lambda: theirs(bare),
                    }
                )
        finally:
            deployment.kill_all()
    report("Stages that do nothing", seconds, "files", FILES)


def ours(deployment: Deployment, footage: Path) -> float:
    """Seconds from enqueue until every file is through."""
    footage.mkdir()
    for number in range(FILES):
        (footage / f"clip{number}.mp4").write_text(f"{footage} {number}")
    began = time.monotonic()
    answer = deployment.json("enqueue", "--wait", footage, timeout=600)
    assert answer["done"] == FILES
    return time.monotonic() - began


def theirs(bare: Celery) -> float:
    """Seconds until as many bare chains are through."""
    with bare.connection_for_write() as connection:
        client = connection.default_channel.client
        client.set("bare.done", 0)
        began = time.monotonic()
        with bare.producer_pool.acquire(block=True) as producer:
            for _ in range(FILES):
                steps: list[Signature] = [count_signature(bare, last=False) for _ in STAGES[1:]]
                chain(*steps, count_signature(bare, last=True), app=bare).apply_async(producer=producer)
                count_signature(bare, last=False).apply_async(producer=producer)
        while int(client.get("bare.done")) < FILES:
            time.sleep(0.02)
        return time.monotonic() - began


def count_signature(bare: Celery, last: bool) -> Signature:
    """One step."""
    return bare.signature("bare.count", args=(last,), immutable=True, queue="bare")


@contextmanager
def bare_worker(deployment: Deployment) -> Iterator[Celery]:
    """A worker of bare tasks on the deployment's broker, in another of its databases."""
    from dampipe.app.load_settings import load_settings

    url = f"redis+socket://{load_settings(home=deployment.home).broker_socket}?virtual_host=1"
    environment = {**os.environ, "BARE_BROKER": url, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "tests.bench.spine", "worker", "--queues", "bare"),
            *("--concurrency", str(PROCESSES), "--without-mingle", "--without-gossip", "--loglevel", "ERROR"),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    bare = Celery("bare", broker=url)
    bare.conf.task_ignore_result = True
    try:
        yield bare
    finally:
        worker.terminate()
        worker.wait()
        bare.close()
