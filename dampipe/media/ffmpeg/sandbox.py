"""A bubblewrap sandbox for ffmpeg: it sees system programs, its inputs and its working directory, and no network.

bubblewrap uses kernel namespaces. Many systems do not allow them, especially containers, so the sandbox is
tested before use; without it, resource limits and allow-lists are the only protection.
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
from dampipe.media.errors import SANDBOX_MISSING

SandboxMode = Literal["auto", "on", "off"]

_TIMEOUT = 10.0
_SYSTEM_PATHS = (
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
_DRIVER_PATHS = ("/sys", "/etc/OpenCL", "/etc/vulkan", "/etc/glvnd")
_UNSHARE = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
# Root drops every capability but that to read files of all users; a user namespace would drop that, too.
_AS_ROOT = (
    *_UNSHARE,
    "--cap-drop",
    "ALL",
    "--cap-add",
    "CAP_DAC_OVERRIDE",
    "--cap-add",
    "CAP_DAC_READ_SEARCH",
)
_AS_USER = (*_UNSHARE, "--unshare-user")


@dataclass(frozen=True)
class Sandbox:
    """The sandbox of processes that read footage; `program` is empty where there is none."""

    program: str = ""
    options: tuple[str, ...] = ()
    reason: str = "not requested"
    """One phrase: why it is active or not."""

    @property
    def active(self) -> bool:
        """Whether commands are sandboxed."""
        return bool(self.program)

    def wrap(self, command: Sequence[str], inputs: Iterable[str], folder: Path) -> list[str]:
        """Wrap `command` so that it can read only `inputs` and system files, and write only to `folder`."""
        if not self.active:
            return [*command]
        working_dir = str(folder.absolute())
        wrapped = [*self._base(command[0]), "--bind", working_dir, working_dir]
        for path in inputs:
            wrapped += ["--ro-bind", path, path]
        return [*wrapped, "--chdir", working_dir, "--", *command]

    def wrap_program(self, command: Sequence[str], readable: Iterable[str]) -> list[str]:
        """Wrap `command` so that it can read only `readable` (files and folders) and system files, and write nothing.

        What it works on it gets through open files that it inherits.
        """
        if not self.active:
            return [*command]
        wrapped = [*self._base(command[0])]
        for path in readable:
            wrapped += ["--ro-bind-try", path, path]
        return [*wrapped, "--chdir", "/", "--", *command]

    def wrap_reader(self, command: Sequence[str]) -> list[str]:
        """Wrap `command` so that it can read all files and write none, for a helper that gets its paths later."""
        if not self.active:
            return [*command]
        return [
            *(self.program, *self.options, "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"),
            *("--proc", "/proc", "--", *command),
        ]

    def _base(self, program: str) -> list[str]:
        arguments = [self.program, *self.options, "--die-with-parent"]
        for path in _SYSTEM_PATHS:
            arguments += ["--ro-bind-try", path, path]
        arguments += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        for path in (*_DRIVER_PATHS, *_gpu_devices()):
            arguments += ["--dev-bind-try" if path.startswith("/dev/") else "--ro-bind-try", path, path]
        target = os.path.realpath(program)
        return [*arguments, "--ro-bind", target, program]


NO_SANDBOX = Sandbox()


def find_sandbox(mode: SandboxMode, ffmpeg: str) -> Sandbox:
    """Find a sandbox in which the program `ffmpeg` runs. Raises CannotStart when `mode` is "on" and none works."""
    if mode == "off":
        return Sandbox(reason="switched off by the setting sandbox")
    sandbox = _tested_sandbox(ffmpeg)
    if mode == "on" and not sandbox.active:
        raise CannotStart(SANDBOX_MISSING, reason=sandbox.reason)
    return sandbox


def exit_status(code: int) -> int:
    """Convert 128 + n, which bubblewrap returns for signal n, to -n, as `subprocess` does without a sandbox."""
    return 128 - code if code in _SIGNAL_CODES else code


_SIGNAL_CODES = {128 + number for number in (4, 5, 6, 7, 8, 9, 11, 24, 25, 31)}


def _tested_sandbox(ffmpeg: str) -> Sandbox:
    if not sys.platform.startswith("linux"):
        return Sandbox(reason="bubblewrap runs on Linux only")
    program = shutil.which("bwrap")
    if program is None:
        return Sandbox(reason="bubblewrap (bwrap) is not installed")
    problem = ""
    for options in (_AS_ROOT, _AS_USER) if os.geteuid() == 0 else (_AS_USER,):
        sandbox = Sandbox(program, options, "bubblewrap works: no network, and no files but the input")
        try:
            process = subprocess.run(
                sandbox.wrap([ffmpeg, "-version"], (), Path("/tmp")),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT,
            )
        except (OSError, subprocess.SubprocessError) as error:
            problem = type(error).__name__
            continue
        if process.returncode == 0:
            return sandbox
        lines = process.stderr.decode("utf-8", "replace").strip().splitlines()
        problem = lines[-1][:200] if lines else f"status {process.returncode}"
    return Sandbox(reason=f"bubblewrap does not work here: {problem}")


def _gpu_devices() -> list[str]:
    paths = [Path("/dev/dri"), Path("/dev/kfd"), Path("/dev/dxg"), *Path("/dev").glob("nvidia*")]
    return [str(path) for path in paths if path.exists()]
