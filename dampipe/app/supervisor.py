"""The supervisor behind `dampipe up`: starts every process, restarts what ends, and leaves nothing behind."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from dampipe.app.procfile import Process

LONGEST_PAUSE = 30.0
CALM = 60.0
"""Seconds of running after which a process counts as started well."""
PATIENCE = 10.0
"""Seconds a process may take to end before it is killed."""

Log = Callable[[str, str], None]
"""Takes a process's name and one line of it."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """For a new child: have the kernel end it when its parent is gone, however that happens."""
    if _libc is not None:
        _libc.prctl(1, number)  # PR_SET_PDEATHSIG


def _die_at_once() -> None:
    """The same, without ado: a worker would wait for the broker to take its leave, and that is gone, too."""
    die_with_parent(signal.SIGKILL)


@dataclass
class _Child:
    process: Process
    popen: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 1.0
    again_at: float = 0.0
    rest: bytes = field(default=b"")


class Supervisor:
    """Runs processes until told to stop."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._children: list[_Child] = []
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    def start(self, process: Process) -> None:
        """Start one process, in a process group of its own."""
        child = _Child(process)
        self._children.append(child)
        self._spawn(child)

    def stop(self) -> None:
        """Make `run` return; safe to call from a signal handler."""
        self._stopping = True

    def run(
        self, ready: Callable[[], bool] | None = None, at_ready: Callable[[], None] | None = None
    ) -> None:
        """Pass lines on and restart what ends, until `stop`. `at_ready` is called once `ready` says so."""
        while not self._stopping:
            self.step(0.25)
            if ready is not None and at_ready is not None and ready():
                at_ready()
                ready = None

    def step(self, seconds: float) -> None:
        """Serve the processes for about that long."""
        for key, _ in self._selector.select(seconds):
            self._read(key.data)
        now = time.monotonic()
        for child in self._children:
            if child.popen is None:
                if now >= child.again_at and not self._stopping:
                    self._spawn(child)
            elif child.popen.poll() is not None:
                self._ended(child, now)

    def shut_down(self, last: Sequence[str] = ()) -> None:
        """End all processes, those named in `last` after the others."""
        self._stopping = True
        for group in (
            [child for child in self._children if child.process.name not in last],
            [child for child in self._children if child.process.name in last],
        ):
            self._end(group)

    def _spawn(self, child: _Child) -> None:
        try:
            popen = subprocess.Popen(
                _program(child.process.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_at_once,
            )
        except OSError as error:
            self._log(child.process.name, f"cannot be started: {error}")
            child.again_at = time.monotonic() + child.pause
            child.pause = min(LONGEST_PAUSE, child.pause * 2)
            return
        child.popen = popen
        child.started = time.monotonic()
        assert popen.stdout is not None
        os.set_blocking(popen.stdout.fileno(), False)
        self._selector.register(popen.stdout, selectors.EVENT_READ, child)

    def _read(self, child: _Child) -> None:
        assert child.popen is not None
        stream: IO[Any] = child.popen.stdout  # type: ignore[assignment]
        data = stream.read(65536)
        if data:
            *lines, child.rest = (child.rest + data).split(b"\n")
            for line in lines:
                self._log(child.process.name, line.decode("utf-8", "backslashreplace").rstrip())
        elif data == b"":
            self._selector.unregister(stream)

    def _drop(self, child: _Child) -> None:
        assert child.popen is not None
        stream = child.popen.stdout
        assert stream is not None
        if stream in (key.fileobj for key in self._selector.get_map().values()):
            self._read(child)
            if stream in (key.fileobj for key in self._selector.get_map().values()):
                self._selector.unregister(stream)
        stream.close()
        child.popen = None

    def _ended(self, child: _Child, now: float) -> None:
        assert child.popen is not None
        code = child.popen.returncode
        _signal_group(child.popen.pid, signal.SIGKILL)  # whatever it left behind
        self._drop(child)
        if self._stopping:
            return
        if now - child.started > CALM:
            child.pause = 1.0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._log(child.process.name, f"{how}; starting it again in {child.pause:.0f} s")
        child.again_at = now + child.pause
        child.pause = min(LONGEST_PAUSE, child.pause * 2)

    def _end(self, children: Sequence[_Child]) -> None:
        running = [child for child in children if child.popen is not None]
        for child in running:
            assert child.popen is not None
            child.popen.terminate()
        end = time.monotonic() + PATIENCE
        while any(c.popen is not None and c.popen.poll() is None for c in running):
            if time.monotonic() > end:
                break
            self.step(0.05)
        for child in running:
            if child.popen is not None:
                _signal_group(child.popen.pid, signal.SIGKILL)
                child.popen.wait()
                self._drop(child)


def _program(command: Sequence[str]) -> list[str]:
    """`dampipe` is this installation's, wherever PATH leads."""
    program, *arguments = command
    return [sys.executable, "-m", "dampipe", *arguments] if program == "dampipe" else list(command)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
