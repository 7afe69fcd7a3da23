"""Probing in a disposable helper process: a file can kill the helper, never the worker."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from dampipe.kernel.errors import BadMedia, Permanent
from dampipe.media.ffmpeg import failures
from dampipe.media.ffmpeg.run import GIB, cpu_seconds, kill_group
from dampipe.media.ffmpeg.sandbox import NONE, Sandbox, signal_of
from dampipe.media.info import MediaInfo

_PACKAGES = Path(__file__).resolve().parents[3]
_LONGEST_ANSWER = 1 << 20
_LARGEST_PICTURE = 1 << 28


@dataclass(frozen=True)
class Developed:
    """A still as plain pixels."""

    width: int
    height: int
    pixels: bytes
    """RGB, 8 bit, row by row."""


class Prober:
    """Finds out what a file is. One helper a process, started at the first use, renewed now and then."""

    def __init__(
        self,
        time_limit: float = 20.0,
        *,
        memory: int = 2 * GIB,
        renew_after: int = 500,
        isolation: Sandbox = NONE,
    ) -> None:
        """time_limit: seconds for one file. memory: bytes of the helper. renew_after: files per helper.

        isolation: the helper runs within this wall; it may read all files there, and write none.
        """
        self.isolation = isolation
        self.time_limit = time_limit
        self.memory = memory
        self.renew_after = renew_after
        self._helper: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._files = 0
        self._lock = threading.Lock()

    def probe(self, path: str) -> MediaInfo:
        """What the file is.

        Raises `BadMedia` (no media, damaged, kills or outlasts the helper) and `Transient` (its
        storage does not answer).
        """
        with self._lock:
            reply, _ = self._ask({"path": path})
        if "error" in reply:
            raise failures.from_text(str(reply["error"]))
        try:
            return MediaInfo.model_validate(reply["media"])
        except (ValidationError, KeyError) as error:
            raise Permanent(f"the probe's answer makes no sense: {error}".split("\n", 1)[0]) from error

    def develop(self, path: str, side: int) -> Developed:
        """A still, upright and in sRGB, its shorter side at most about `side` pixels. Raises as `probe` does."""
        with self._lock:
            reply, pixels = self._ask({"path": path, "side": side})
        if "error" in reply:
            raise failures.from_text(str(reply["error"]))
        return Developed(int(str(reply["width"])), int(str(reply["height"])), pixels)

    def close(self) -> None:
        """End the helper; the next probe starts a new one."""
        with self._lock:
            self._stop()

    def __del__(self) -> None:
        """A prober that nobody closed takes its helper along."""
        with contextlib.suppress(Exception):
            self._stop()

    def _ask(self, question: dict[str, object]) -> tuple[dict[str, object], bytes]:
        """The answer, and the bytes that follow it."""
        helper = self._running()
        assert helper.stdin is not None
        assert helper.stdout is not None
        deadline, cpu_then = time.monotonic() + self.time_limit, cpu_seconds(helper.pid)
        question = question | {"path": str(Path(str(question["path"])).absolute())}
        got = bytearray()
        try:
            helper.stdin.write(json.dumps(question).encode() + b"\n")
            helper.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(helper.stdout, selectors.EVENT_READ)

                def read_until(enough: Callable[[], bool], most: int) -> None:
                    while not enough():
                        left = deadline - time.monotonic()
                        if left <= 0 or not selector.select(left):
                            raise self._silent(helper, cpu_then)
                        data = os.read(helper.stdout.fileno(), 1 << 20)  # type: ignore[union-attr]
                        if not data or len(got) > most:
                            raise BrokenPipeError
                        got.extend(data)

                read_until(lambda: b"\n" in got, _LONGEST_ANSWER)
                line, _, rest = bytes(got).partition(b"\n")
                reply: dict[str, object] = json.loads(line)
                size = int(str(reply["bytes"]))
                got[:] = rest
                read_until(lambda: len(got) >= size, _LARGEST_PICTURE)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._died(helper) from error
        except BaseException:
            # Interrupted half-way: its answer would be taken for the next file's.
            self._stop()
            raise
        return reply, bytes(got)

    def _silent(self, helper: "subprocess.Popen[bytes]", cpu_then: float) -> Exception:
        busy = cpu_seconds(helper.pid) - cpu_then > 0.25 * self.time_limit
        return failures.from_time(self.time_limit) if busy else failures.from_silence(self.time_limit, busy)

    def _died(self, helper: "subprocess.Popen[bytes]") -> Exception:
        with contextlib.suppress(subprocess.TimeoutExpired):
            helper.wait(timeout=2)
        code = None if helper.returncode is None else signal_of(helper.returncode)
        self._stop()
        if code is not None and code < 0:
            return failures.from_signal(-code)
        if code == 1:
            return BadMedia("crashed the probe", hint="the file is damaged in a way not met before")
        return Permanent(f"the probe's helper ended with status {code}", hint="run: dampipe doctor")

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():
            # After a fork the helper is the parent's: leave it, pipes and all.
            self._helper, self._owner = None, os.getpid()
        if self._helper is not None and (self._files >= self.renew_after or self._helper.poll() is not None):
            self._stop()
        if self._helper is None:
            self._helper = subprocess.Popen(
                self.isolation.around_reader(
                    [sys.executable, "-m", "dampipe.media.probe.helper", str(self.memory)]
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_PACKAGES,
                start_new_session=True,
            )
            self._files = 0
        self._files += 1
        return self._helper

    def _stop(self) -> None:
        helper, self._helper = self._helper, None
        if helper is None or self._owner != os.getpid():
            return
        kill_group(helper)
        for pipe in (helper.stdin, helper.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
