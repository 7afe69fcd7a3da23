"""The Procfile: every process of a deployment, one `name: command` a line."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import dampipe
from dampipe.kernel.errors import CannotStart

_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")


@dataclass(frozen=True)
class Process:
    """One line of the Procfile."""

    name: str
    command: tuple[str, ...]


def default_procfile() -> Path:
    """The checkout's."""
    return Path(dampipe.__file__).parent.parent / "Procfile"


def read_procfile(path: Path) -> list[Process]:
    """The processes, in their order. Raises CannotStart for a file that is missing or malformed."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"{path} cannot be read: {error.strerror}",
            hint="The Procfile comes with dampipe's checkout; --procfile names another.",
        ) from error
    processes = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise CannotStart(f"{path}, line {number}: not `name: command`: {line!r}")
        processes.append(Process(match[1], tuple(shlex.split(match[2]))))
    names = [process.name for process in processes]
    if len(set(names)) < len(names):
        raise CannotStart(f"{path}: a name stands there twice")
    return processes
