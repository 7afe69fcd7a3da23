"""The Procfile: the processes of a deployment, one `name: command` per line."""

import re
import shlex
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import dampipe
from dampipe.app.errors import PROCFILE_DUPLICATE, PROCFILE_LINE, PROCFILE_UNREADABLE
from dampipe.kernel.errors import CannotStart

_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")


@dataclass(frozen=True)
class Process:
    """One line of the Procfile."""

    name: str
    command: tuple[str, ...]

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that a `dampipe worker` serves; empty for any other process, and for a worker of all queues."""
        for option, value in pairwise(self.command):
            if option == "--queues" and "worker" in self.command:
                return tuple(queue.strip() for queue in value.split(",") if queue.strip())
        return ()


def default_procfile() -> Path:
    """The Procfile that comes with dampipe."""
    return Path(dampipe.__file__).parent / "Procfile"


def read_procfile(path: Path) -> list[Process]:
    """Read the processes, in the order of the file. Raises CannotStart for a missing or malformed file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotStart(PROCFILE_UNREADABLE, path=path, reason=error.strerror) from error
    processes = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise CannotStart(PROCFILE_LINE, path=path, number=number, line=line)
        processes.append(Process(match[1], tuple(shlex.split(match[2]))))
    counts = Counter(process.name for process in processes)
    duplicates = [name for name, count in counts.items() if count > 1]
    if duplicates:
        raise CannotStart(PROCFILE_DUPLICATE, path=path, names=", ".join(duplicates))
    return processes
