"""The start of a deployment: `dampipe up`, against the same programs, each of which imports what it needs by itself."""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.cpu import ratio, table
from tests.support.deployment import Deployment

ROUNDS = 5
FORKED, SEPARATE = "forked programs", "each program by itself"
_SEPARATE = (
    "import sys; from dampipe.app.programs import Programs; from dampipe.cli import main; "
    "Programs.prepare = lambda self: None; main(sys.argv[4:])"
)
"""`dampipe up` without its fork server, as it is on other systems than Linux. Before the command of `Deployment`."""


def main() -> None:
    """Print processor time and seconds until a deployment with a new home folder is ready."""
    prefixes: dict[str, list[str]] = {FORKED: [], SEPARATE: [sys.executable, "-c", _SEPARATE]}
    processor: dict[str, list[float]] = {name: [] for name in prefixes}
    clock: dict[str, list[float]] = {name: [] for name in prefixes}
    for number in range(ROUNDS + 1):
        for name, prefix in prefixes.items():
            used, taken = start(prefix)
            if number:  # the first one warms up
                processor[name].append(used)
                clock[name].append(taken)
    table("Until `dampipe up` is ready", processor, clock)
    ratio(f"{FORKED} / {SEPARATE}", processor[FORKED], processor[SEPARATE])


def start(prefix: list[str]) -> tuple[float, float]:
    """Seconds of processor time of all processes of a deployment, and by the clock, until it is ready."""
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-") as folder:
        deployment = Deployment(Path(folder) / "home")
        deployment.command_prefix = prefix
        began = time.monotonic()
        try:
            deployment.up()
            taken = time.monotonic() - began
            return sum(map(_used, deployment.processes(""))), taken
        finally:
            deployment.kill_all()


def _used(pid: int) -> float:
    """Seconds of processor time of a process, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
