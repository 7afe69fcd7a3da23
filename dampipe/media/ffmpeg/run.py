"""One ffmpeg, run under limits: it ends in bounded time, leaves no child behind, and says how it ended."""

import contextlib
import itertools
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dampipe.kernel.errors import StageError
from dampipe.media.ffmpeg import failures
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress, ProgressReader
from dampipe.media.ffmpeg.sandbox import signal_of

GIB = 1024**3
_LAUNCH = str(Path(__file__).with_name("rlimit_exec.py"))
_TICK = 0.5
_CHUNK = 1 << 18
_TAIL_LINES = 60
_BUSY = 0.25
"""A process that used this share of a core while nothing came was working, not waiting for its storage."""


@dataclass(frozen=True)
class Limits:
    """What one ffmpeg may use; 0 means no limit of that kind."""

    seconds: float = 3600.0
    """Wall time."""
    stall: float = 60.0
    """Seconds without any progress, counted from the start."""
    memory: int = 4 * GIB + (os.cpu_count() or 1) * GIB // 8
    """Bytes of address space; every thread reserves some, and ffmpeg starts as many as there are cores."""
    file_size: int = 64 * GIB
    """Bytes of any one file written."""
    nice: int = 0


@dataclass
class Ended:
    """How one ffmpeg ended."""

    how: Literal["exit", "time", "stall"]
    code: int
    """Exit status; negative: the signal that ended it."""
    stderr: str
    """The last lines of what it said."""
    progress: Progress
    wall: float
    """Seconds."""
    busy: bool
    """Whether it used the processor in its last stretch."""
    limits: Limits

    @property
    def ok(self) -> bool:
        """It ended by itself and with status 0, which does not mean that all of the input was readable."""
        return self.how == "exit" and self.code == 0

    @property
    def error(self) -> StageError:
        """Why it failed, in the words of dampipe. Only where `ok` is false."""
        if self.how == "time":
            return failures.from_time(self.limits.seconds)
        if self.how == "stall":
            return failures.from_silence(self.limits.stall, self.busy)
        if self.code < 0:
            return failures.from_signal(-self.code)
        return failures.from_text(self.stderr)


def run_ffmpeg(
    ffmpeg: Ffmpeg,
    arguments: Sequence[str],
    limits: Limits,
    *,
    folder: Path | None = None,
    on_output: Callable[[bytes], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Ended:
    """Run ffmpeg with `arguments` (inputs, filters, outputs) in `folder` and wait for its end.

    With a folder it runs within the wall of `ffmpeg.isolation`: it sees the inputs and the folder alone.

    on_output gets what it writes to `pipe:1`, piece by piece; on_progress is called about twice a
    second. Whatever happens here, an exception of a callback included, no process is left. Raises
    nothing of its own for a failed ffmpeg: look at `Ended.ok` and raise `Ended.error`.
    """
    reading, writing = os.pipe()
    command = [
        *(ffmpeg.path, "-nostdin", "-hide_banner", "-v", "error", "-y"),
        *("-progress", f"pipe:{writing}", "-stats_period", str(_TICK)),
        *arguments,
    ]
    if folder is not None:
        command = ffmpeg.isolation.around(command, _inputs(arguments), folder)
    command = [
        sys.executable, "-I", "-S", _LAUNCH, *(str(number) for number in _launch_numbers(limits)), *command
    ]  # fmt: skip
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if on_output else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            pass_fds=(writing,),
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    watch = _Watch(process, reading, limits, on_output, on_progress)
    try:
        return watch.to_the_end()
    finally:
        kill_group(process)
        os.close(reading)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that leads its own session, with all its children, and reap it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            # A process that waits for a dead share cannot be killed until the share answers.
            process.wait(timeout=10)


def cpu_seconds(pid: int) -> float:
    """Processor time a process and its children have used so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError, ValueError):
        return 0.0
    return own + sum(cpu_seconds(int(child)) for child in children)


def _inputs(arguments: Sequence[str]) -> list[str]:
    """The files that are read."""
    pairs = itertools.pairwise(arguments)
    return [
        word.removeprefix("file:") for before, word in pairs if before == "-i" and word.startswith("file:")
    ]


def _launch_numbers(limits: Limits) -> tuple[int, ...]:
    cpu = int(limits.seconds * (os.cpu_count() or 1)) + 1 if limits.seconds else 0
    return (os.getpid(), limits.nice, limits.memory, limits.file_size, cpu)


@dataclass
class _Watch:
    """Reads the three pipes of a running ffmpeg and keeps its times."""

    process: "subprocess.Popen[bytes]"
    progress_pipe: int
    limits: Limits
    on_output: Callable[[bytes], None] | None
    on_progress: Callable[[Progress], None] | None
    reader: ProgressReader = field(default_factory=ProgressReader)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL_LINES))
    _rest: dict[str, bytes] = field(default_factory=dict)

    def to_the_end(self) -> Ended:
        started = moved = measured = time.monotonic()
        cpu_then = 0.0
        how: Literal["exit", "time", "stall"] = "exit"
        with selectors.DefaultSelector() as selector:
            selector.register(self.progress_pipe, selectors.EVENT_READ, self._progress)
            assert self.process.stderr is not None
            selector.register(self.process.stderr, selectors.EVENT_READ, self._stderr)
            if self.process.stdout is not None:
                selector.register(self.process.stdout, selectors.EVENT_READ, self._output)
            while selector.get_map():
                for key, _ in selector.select(_TICK):
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        selector.unregister(key.fileobj)
                    elif key.data(data):
                        moved = time.monotonic()
                        if moved - measured > _TICK:  # not for each piece of what may be a fast stream
                            measured, cpu_then = moved, cpu_seconds(self.process.pid)
                now = time.monotonic()
                if self.limits.seconds and now - started > self.limits.seconds:
                    how = "time"
                elif self.limits.stall and now - moved > self.limits.stall:
                    how = "stall"
                if how != "exit":
                    break
        used = cpu_seconds(self.process.pid) - cpu_then
        busy = used > _BUSY * (time.monotonic() - measured)
        if how == "exit":
            self.process.wait()
        else:
            kill_group(self.process)
        self._stderr(b"\n")
        code = None if self.process.returncode is None else signal_of(self.process.returncode)
        wall = time.monotonic() - started
        return Ended(
            how,
            -9 if code is None else code,
            "\n".join(self.tail),
            self.reader.latest,
            wall,
            busy,
            self.limits,
        )

    def _lines(self, pipe: str, data: bytes) -> list[str]:
        *whole, rest = (self._rest.get(pipe, b"") + data).split(b"\n")
        self._rest[pipe] = rest[-4096:]
        return [line[:1000].decode("utf-8", "replace").strip() for line in whole]

    def _output(self, data: bytes) -> bool:
        assert self.on_output is not None
        self.on_output(data)
        return True

    def _stderr(self, data: bytes) -> bool:
        self.tail.extend(line for line in self._lines("stderr", data) if line)
        return False

    def _progress(self, data: bytes) -> bool:
        """Whether anything moved since the last report."""
        reports = self.reader.reports
        moved = self.reader.feed(self._lines("progress", data))
        if self.on_progress is not None and self.reader.reports > reports:
            self.on_progress(self.reader.latest)
        return moved
