"""Runs one ffmpeg under resource limits: it ends in bounded time and leaves no child process."""

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
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from dampipe.kernel.errors import StageError
from dampipe.media.ffmpeg import failures
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress, ProgressReader
from dampipe.media.ffmpeg.sandbox import exit_status

GIB = 1024**3
RLIMIT_EXEC = str(Path(__file__).with_name("rlimit_exec.py"))
"""The program that sets resource limits."""
_TICK = 0.5
_CHUNK = 1 << 18
_TAIL_LINES = 60
_BUSY_SHARE = 0.25
"""A process that used this share of a core while it stalled was computing, not waiting for its storage."""


@dataclass(frozen=True)
class Limits:
    """Resource limits of one ffmpeg; 0 means unlimited."""

    seconds: float = 3600.0
    """Wall-clock time."""
    stall: float = 60.0
    """Seconds without any progress, counted from the start."""
    memory: int = 4 * GIB + (os.cpu_count() or 1) * GIB // 8
    """Bytes of address space; every thread reserves some, and ffmpeg starts one per core."""
    file_size: int = 64 * GIB
    """Bytes of each file written."""
    nice: int = 0


@dataclass
class FfmpegResult:
    """The result of one ffmpeg."""

    outcome: Literal["exit", "timeout", "stall"]
    code: int
    """Exit status; -n if signal n ended it."""
    stderr: str
    """The last lines of standard error."""
    progress: Progress
    wall: float
    """Seconds."""
    busy: bool
    """Whether it used the processor after its last progress."""
    limits: Limits
    inputs: tuple[str, ...] = ()
    """Paths of the files that it read."""

    @property
    def ok(self) -> bool:
        """Whether it exited with status 0, which does not mean that all of the input was readable."""
        return self.outcome == "exit" and self.code == 0

    @cached_property
    def error(self) -> StageError:
        """The error that its failure means. Only where `ok` is false."""
        if self.outcome == "timeout":
            return failures.from_timeout(self.limits.seconds)
        if self.outcome == "stall":
            return failures.from_stall(self.limits.stall, self.busy)
        if self.code < 0:
            return failures.from_signal(-self.code)
        return failures.from_text(self.stderr, self.inputs)


def run_ffmpeg(
    ffmpeg: Ffmpeg,
    arguments: Sequence[str],
    limits: Limits,
    *,
    folder: Path | None = None,
    on_output: Callable[[bytes], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> FfmpegResult:
    """Run ffmpeg with `arguments` (inputs, filters, outputs) in `folder` and wait for its end.

    With a folder it runs in `ffmpeg.sandbox`, where it sees its inputs and the folder only.

    on_output: called with each chunk that ffmpeg writes to `pipe:1`. on_progress: called about twice a
    second. No process is left behind, even if a callback raises. A failed ffmpeg raises nothing: check
    `FfmpegResult.ok` and raise `FfmpegResult.error`.
    """
    progress_pipe, progress_writer = os.pipe()
    command = [
        *(ffmpeg.path, "-nostdin", "-hide_banner", "-v", "error", "-y"),
        *("-progress", f"pipe:{progress_writer}", "-stats_period", str(_TICK)),
        *arguments,
    ]
    if folder is not None:
        command = ffmpeg.sandbox.wrap(command, _input_paths(arguments), folder)
    command = [
        sys.executable, "-I", "-S", RLIMIT_EXEC, *(str(number) for number in _rlimit_arguments(limits)), *command
    ]  # fmt: skip
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if on_output else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            pass_fds=(progress_writer,),
            start_new_session=True,
        )
    except BaseException:
        os.close(progress_pipe)
        raise
    finally:
        os.close(progress_writer)
    monitor = _Monitor(process, progress_pipe, limits, on_output, on_progress)
    try:
        return replace(monitor.wait(), inputs=tuple(_input_paths(arguments)))
    finally:
        kill_group(process)
        os.close(progress_pipe)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a session leader with all its children, and reap it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            # A process that waits for an unreachable share cannot be killed until the share answers.
            process.wait(timeout=10)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far; 0 where the system has no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError, ValueError):
        return 0.0
    return own + sum(cpu_seconds(int(child)) for child in children)


def _input_paths(arguments: Sequence[str]) -> list[str]:
    pairs = itertools.pairwise(arguments)
    return [
        word.removeprefix("file:") for before, word in pairs if before == "-i" and word.startswith("file:")
    ]


def _rlimit_arguments(limits: Limits) -> tuple[int, ...]:
    cpu = int(limits.seconds * (os.cpu_count() or 1)) + 1 if limits.seconds else 0
    return (os.getpid(), limits.nice, limits.memory, limits.file_size, cpu)


@dataclass
class _Monitor:
    """Reads the three pipes of a running ffmpeg and enforces its time limits."""

    process: "subprocess.Popen[bytes]"
    progress_pipe: int
    limits: Limits
    on_output: Callable[[bytes], None] | None
    on_progress: Callable[[Progress], None] | None
    reader: ProgressReader = field(default_factory=ProgressReader)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL_LINES))
    _rest: dict[str, bytes] = field(default_factory=dict)

    def wait(self) -> FfmpegResult:
        """Read until the pipes are closed or a limit is reached."""
        started = last_progress = measured = time.monotonic()
        cpu_at_progress = 0.0
        outcome: Literal["exit", "timeout", "stall"] = "exit"
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
                        last_progress = time.monotonic()
                        if last_progress - measured > _TICK:  # not for each chunk of a fast stream
                            measured, cpu_at_progress = last_progress, cpu_seconds(self.process.pid)
                now = time.monotonic()
                if self.limits.seconds and now - started > self.limits.seconds:
                    outcome = "timeout"
                elif self.limits.stall and now - last_progress > self.limits.stall:
                    outcome = "stall"
                if outcome != "exit":
                    break
        used = cpu_seconds(self.process.pid) - cpu_at_progress
        busy = used > _BUSY_SHARE * (time.monotonic() - measured)
        if outcome == "exit":
            self.process.wait()
        else:
            kill_group(self.process)
        self._stderr(b"\n")
        code = None if self.process.returncode is None else exit_status(self.process.returncode)
        wall = time.monotonic() - started
        return FfmpegResult(
            outcome,
            -9 if code is None else code,
            "\n".join(self.tail),
            self.reader.latest,
            wall,
            busy,
            self.limits,
        )

    def _lines(self, pipe: str, data: bytes) -> list[str]:
        *complete, rest = (self._rest.get(pipe, b"") + data).split(b"\n")
        self._rest[pipe] = rest[-4096:]
        return [line[:1000].decode("utf-8", "replace").strip() for line in complete]

    def _output(self, data: bytes) -> bool:
        assert self.on_output is not None
        self.on_output(data)
        return True

    def _stderr(self, data: bytes) -> bool:
        self.tail.extend(line for line in self._lines("stderr", data) if line)
        return False

    def _progress(self, data: bytes) -> bool:
        """Parse reports; return whether there was progress since the last one."""
        reports = self.reader.reports
        advanced = self.reader.feed(self._lines("progress", data))
        if self.on_progress is not None and self.reader.reports > reports:
            self.on_progress(self.reader.latest)
        return advanced
