"""The start of a deployment, and that of short commands.

`dampipe up` takes turns with the same programs, each of which imports what it needs. Short commands take turns
with the libraries that they stand on, imported alone, and with another checkout where the variable OTHER_CHECKOUT names
one.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from dampipe.app.demo.footage import make_footage
from dampipe.kernel.errors import ExitCode
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.bench.cpu import in_turn, ratio, table
from tests.support.deployment import ROOT, Deployment

ROUNDS = 5
FORKED, SEPARATE = "forked programs", "each program alone"
_SEPARATE = (
    "import sys; from dampipe.app.programs import Programs; from dampipe.cli import main; "
    "Programs.prepare = lambda self: None; main(sys.argv[4:])"
)
"""`dampipe up` without its fork server, as it is on other systems than Linux. Before the command of `Deployment`."""

COMMAND_ROUNDS = 15
COMMANDS = (
    "--help",
    "config",
    "source list",
    "status",
    "events",
    "failures",
    "enqueue {clip}",
    "show {clip}",
)
LIBRARIES = "import click, pydantic, pydantic_settings, rich.console, rich.table, sqlmodel, sqlalchemy.dialects.sqlite"
ALONE = "the libraries alone"


def main() -> None:
    """Measure deployments, then commands."""
    deployments()
    commands()


def deployments() -> None:
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


def commands() -> None:
    """Print the processor time of short commands on a small catalogue."""
    roots = {"": ROOT}
    if other := os.environ.get("OTHER_CHECKOUT"):
        roots["in the other checkout: "] = Path(other)
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-") as folder:
        contenders = {ALONE: partial(_run, ROOT, Path(folder), "-c", LIBRARIES)}
        for number, (where, root) in enumerate(roots.items()):
            home = Path(folder, str(number))
            clip = fill(root, home)
            for command in COMMANDS:
                arguments = command.format(clip=clip).split()
                contenders[f"{where}dampipe {command.split()[0]}"] = partial(
                    _run, root, home, "-m", "dampipe", *arguments
                )
        seconds = in_turn(contenders, COMMAND_ROUNDS)
    table("Short commands", seconds)
    ratio("dampipe status / the libraries alone", seconds["dampipe status"], seconds[ALONE])


def fill(root: Path, home: Path) -> Path:
    """Process the clips of the demo into a catalogue; returns one of them."""
    footage = home / "footage"
    clips = make_footage(find_ffmpeg(None), footage)
    program = (
        "import sys, dampipe\n"
        "with dampipe.open(home=sys.argv[1], model='tiny', in_process=True) as library:\n"
        "    library.add(sys.argv[2])\n"
        "    library.process()\n"
    )
    _run(root, home, "-c", program, str(home), str(footage))
    return clips[0]


def _run(root: Path, home: Path, *arguments: str) -> None:
    """Run Python with one checkout, from its cache of compiled modules. A scan without a broker exits with 4."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "DAMPIPE_HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=root, capture_output=True, text=True
    )
    if done.returncode not in (ExitCode.OK, ExitCode.BROKER_DOWN):
        sys.exit(done.stderr)


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
