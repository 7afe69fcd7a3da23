"""Starts the programs of a deployment.

Those of dampipe itself are forked from a fork server, that of `multiprocessing`, which has imported what they have in
common: these imports, a second of processor time for each program, are done once, and their memory is shared.
"""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

PROGRAM = "dampipe"
TITLE_SETTINGS = {"SPT_NOENV": "1", "NOSETPS": "1"}
"""Environment variables: the title of a process may not overwrite its environment, and Celery sets none."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel signal this process when its parent has died (Linux only); for the `preexec_fn` of a child."""
    if _libc is not None:
        _libc.prctl(1, number)  # PR_SET_PDEATHSIG


def _kill_with_parent() -> None:
    # A worker that gets SIGTERM would wait for the broker, which has died with the same parent.
    die_with_parent(signal.SIGKILL)


class Program(Protocol):
    """A program that was started; a part of what `subprocess.Popen` offers."""

    pid: int
    stdout: IO[bytes] | None
    """Its output and its errors; reading does not block."""

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for the signal that killed it; None until `poll` or `wait` has seen it."""

    def poll(self) -> int | None:
        """The same, asked for now."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit."""


class Programs:
    """Starts programs, each in a session of its own. They die when this process does (Linux only)."""

    def __init__(self) -> None:
        # Elsewhere, system libraries may not be used after a fork.
        self._fork_server = get_context("forkserver") if sys.platform == "linux" else None
        if self._fork_server is not None:
            self._fork_server.set_forkserver_preload(["dampipe.app.preloaded"])

    def prepare(self) -> None:
        """Have the fork server begin its imports, while this process does something else."""
        if self._fork_server is not None:
            from multiprocessing.forkserver import ensure_running

            ensure_running()

    def start(self, command: Sequence[str]) -> Program:
        """Start a program; `dampipe` is that of this installation, whatever PATH has. Raises OSError."""
        name, *arguments = command
        if name != PROGRAM:
            return _execute(command)
        if self._fork_server is None or arguments[:1] == [
            "broker"
        ]:  # it becomes the server's program at once
            return _execute([sys.executable, "-m", "dampipe", *arguments])
        reader, writer = self._fork_server.Pipe(duplex=False)
        process = self._fork_server.Process(target=_run, args=(arguments, writer))
        with writer:
            try:
                process.start()
            except BaseException:
                reader.close()
                raise
        return ForkedProgram(process, reader)


def _execute(command: Sequence[str]) -> Program:
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_kill_with_parent,
    )
    assert program.stdout is not None
    os.set_blocking(program.stdout.fileno(), False)
    return program


class ForkedProgram:
    """A program of dampipe, forked from the fork server."""

    def __init__(self, process: "ForkServerProcess", output: Connection) -> None:
        assert process.pid is not None
        self.pid = process.pid
        self._process = process
        self.stdout: IO[bytes] | None = os.fdopen(os.dup(output.fileno()), "rb", buffering=0)
        output.close()
        os.set_blocking(self.stdout.fileno(), False)

    @property
    def returncode(self) -> int | None:
        """See `Program`."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """See `Program`."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return code


def _run(arguments: Sequence[str], output: Connection) -> None:
    """Be `python -m dampipe ARGUMENT…`, in a fork of the fork server."""
    from setproctitle import setproctitle

    os.setsid()
    _kill_with_parent()
    setproctitle(" ".join([PROGRAM, *arguments]))
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(output.fileno(), number)
        # A stream knows of its file whether it can seek: a pipe needs another one.
        stream = open(number, "w", encoding=getattr(sys, name).encoding, buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    output.close()
    sys.argv = [PROGRAM, *arguments]
    runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
