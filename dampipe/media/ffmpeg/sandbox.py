"""A wall round ffmpeg where the system has one: it sees the system's programs, its input and its folder; no network.

bubblewrap does it, with namespaces of the kernel. Not every system allows them, containers least of
all, so it is tried; without it, limits and allow-lists have to do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dampipe.kernel.errors import CannotStart

Wanted = Literal["auto", "on", "off"]

_SECONDS = 10.0
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/nix/store",
)
_DRIVERS = ("/sys", "/etc/OpenCL", "/etc/vulkan", "/etc/glvnd")
_OWN = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
# Root gives up all but the right to read everybody's footage; a user namespace would take that, too.
_AS_ROOT = (*_OWN, "--cap-drop", "ALL", "--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_DAC_READ_SEARCH")
_AS_USER = (*_OWN, "--unshare-user")


@dataclass(frozen=True)
class Sandbox:
    """How processes that read footage are walled in; `program` is empty where they are not."""

    program: str = ""
    options: tuple[str, ...] = ()
    why: str = "not asked for"
    """What was found, in words."""

    @property
    def works(self) -> bool:
        """Whether there is a wall."""
        return bool(self.program)

    def around(self, command: Sequence[str], reads: Iterable[str], folder: Path) -> list[str]:
        """`command` so that of all files it sees those it `reads`, and `folder`, where it may write."""
        if not self.works:
            return [*command]
        inside = str(folder.absolute())
        seen = [*self._start(command[0]), "--bind", inside, inside]
        for path in reads:
            seen += ["--ro-bind", path, path]
        return [*seen, "--chdir", inside, "--", *command]

    def around_reader(self, command: Sequence[str]) -> list[str]:
        """`command` so that it may read all files and write none; for a helper that is told later what to read."""
        if not self.works:
            return [*command]
        return [
            *(self.program, *self.options, "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"),
            *("--proc", "/proc", "--", *command),
        ]

    def _start(self, program: str) -> list[str]:
        seen = [self.program, *self.options, "--die-with-parent"]
        for path in _SYSTEM:
            seen += ["--ro-bind-try", path, path]
        seen += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        for path in (*_DRIVERS, *_devices()):
            seen += ["--dev-bind-try" if path.startswith("/dev/") else "--ro-bind-try", path, path]
        where = os.path.realpath(program)
        return [*seen, "--ro-bind", where, program]


NONE = Sandbox()


def find_sandbox(wanted: Wanted, ffmpeg: str) -> Sandbox:
    """The wall to use for the program `ffmpeg`, seen to work. Raises CannotStart where "on" cannot be had."""
    if wanted == "off":
        return Sandbox(why="switched off by the setting sandbox")
    found = _tried(ffmpeg)
    if wanted == "on" and not found.works:
        raise CannotStart(
            f"the setting sandbox is on, but {found.why}", hint="install bubblewrap, or set sandbox to auto"
        )
    return found


def signal_of(code: int) -> int:
    """The exit status as subprocess tells it: within the wall a signal shows as 128 and its number."""
    return 128 - code if code in _SIGNALLED else code


_SIGNALLED = {128 + number for number in (4, 5, 6, 7, 8, 9, 11, 24, 25, 31)}


def _tried(ffmpeg: str) -> Sandbox:
    if not sys.platform.startswith("linux"):
        return Sandbox(why="bubblewrap runs on Linux only")
    program = shutil.which("bwrap")
    if program is None:
        return Sandbox(why="bubblewrap (bwrap) is not installed")
    said = ""
    for options in (_AS_ROOT, _AS_USER) if os.geteuid() == 0 else (_AS_USER,):
        found = Sandbox(
            program, options, "bubblewrap works: no network, and of all files only the one at work"
        )
        try:
            done = subprocess.run(
                found.around([ffmpeg, "-version"], (), Path("/tmp")),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = type(error).__name__
            continue
        if done.returncode == 0:
            return found
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = lines[-1][:200] if lines else f"status {done.returncode}"
    return Sandbox(why=f"bubblewrap does not work here: {said}")


def _devices() -> list[str]:
    """Of GPUs."""
    found = [Path("/dev/dri"), Path("/dev/kfd"), Path("/dev/dxg"), *Path("/dev").glob("nvidia*")]
    return [str(path) for path in found if path.exists()]
