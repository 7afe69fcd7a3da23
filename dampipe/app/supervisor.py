"""The supervisor of a deployment: starts every process, restarts those that exit, and stops all of them.

A process that exits is restarted with an exponential back-off.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from dampipe.app.procfile import Process
from dampipe.app.programs import Program, Programs

FIRST_RESTART_DELAY = 1.0
MAX_RESTART_DELAY = 30.0
"""Seconds between the exit of a process and its restart: the delay doubles with each restart."""
STABLE_AFTER = 60.0
"""Seconds of running after which the restart delay is reset."""
STOP_TIMEOUT = 10.0
"""Seconds between SIGTERM and SIGKILL."""

LogLine = Callable[[str, str], None]
"""Receives the name of a process and one line of its output."""


@dataclass
class _Child:
    process: Process
    program: Program | None = None
    started_at: float = 0.0
    restart_delay: float = FIRST_RESTART_DELAY
    restart_at: float = 0.0
    partial_line: bytes = field(default=b"")


class Supervisor:
    """Runs processes until `stop` is called."""

    def __init__(self, on_log: LogLine, programs: Programs) -> None:
        self._on_log = on_log
        self._programs = programs
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
        self, is_ready: Callable[[], bool] | None = None, on_ready: Callable[[], None] | None = None
    ) -> None:
        """Pass on log lines and restart processes that exit, until `stop` is called.

        on_ready: called once, as soon as `is_ready` returns true.
        """
        while not self._stopping:
            self.step(0.25)
            if is_ready is not None and on_ready is not None and is_ready():
                on_ready()
                is_ready = None

    def step(self, seconds: float) -> None:
        """Pass on log lines for up to that many seconds, then restart processes that have exited."""
        for key, _ in self._selector.select(seconds):
            self._read(key.data)
        now = time.monotonic()
        for child in self._children:
            if child.program is None:
                if now >= child.restart_at and not self._stopping:
                    self._spawn(child)
            elif child.program.poll() is not None:
                self._handle_exit(child, now)

    def shut_down(self, last: Sequence[str] = ()) -> None:
        """Stop all processes; those named in `last` after the others have exited."""
        self._stopping = True
        self._stop_all([child for child in self._children if child.process.name not in last])
        self._stop_all([child for child in self._children if child.process.name in last])

    def _spawn(self, child: _Child) -> None:
        try:
            program = self._programs.start(child.process.command)
        except OSError as error:
            self._on_log(child.process.name, f"cannot start: {error}")
            child.restart_at = time.monotonic() + child.restart_delay
            child.restart_delay = min(MAX_RESTART_DELAY, child.restart_delay * 2)
            return
        child.program = program
        child.started_at = time.monotonic()
        assert program.stdout is not None
        self._selector.register(program.stdout, selectors.EVENT_READ, child)

    def _read(self, child: _Child) -> None:
        assert child.program is not None
        stream: IO[Any] = child.program.stdout  # type: ignore[assignment]
        data = stream.read(65536)
        if data:
            *lines, child.partial_line = (child.partial_line + data).split(b"\n")
            for line in lines:
                self._on_log(child.process.name, line.decode("utf-8", "backslashreplace").rstrip())
        elif data == b"":
            self._selector.unregister(stream)

    def _close(self, child: _Child) -> None:
        assert child.program is not None
        stream = child.program.stdout
        assert stream is not None
        if stream in (key.fileobj for key in self._selector.get_map().values()):
            self._read(child)
            if stream in (key.fileobj for key in self._selector.get_map().values()):
                self._selector.unregister(stream)
        stream.close()
        child.program = None

    def _handle_exit(self, child: _Child, now: float) -> None:
        assert child.program is not None
        code = child.program.wait()
        _signal_group(child.program.pid, signal.SIGKILL)  # its own children
        self._close(child)
        if self._stopping:
            return
        if now - child.started_at > STABLE_AFTER:
            child.restart_delay = FIRST_RESTART_DELAY
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
        self._on_log(child.process.name, f"{how}; restarting in {child.restart_delay:.0f} s")
        child.restart_at = now + child.restart_delay
        child.restart_delay = min(MAX_RESTART_DELAY, child.restart_delay * 2)

    def _stop_all(self, children: Sequence[_Child]) -> None:
        running = [child for child in children if child.program is not None]
        for child in running:
            assert child.program is not None
            child.program.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        while any(c.program is not None and c.program.poll() is None for c in running):
            if time.monotonic() > deadline:
                break
            self.step(0.05)
        for child in running:
            if child.program is not None:
                _signal_group(child.program.pid, signal.SIGKILL)
                child.program.wait()
                self._close(child)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
