"""Probes files in a disposable helper process: a file can crash the helper, never the worker."""

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

from dampipe.kernel.errors import BadMedia, Permanent, TooLarge
from dampipe.media import errors
from dampipe.media.ffmpeg import failures
from dampipe.media.ffmpeg.run import GIB, cpu_seconds, kill_group
from dampipe.media.ffmpeg.sandbox import NO_SANDBOX, Sandbox, exit_status
from dampipe.media.info import MediaInfo

_ROOT = Path(__file__).resolve().parents[3]
_MAX_RESPONSE = 1 << 20
_MAX_PICTURE = 1 << 28


@dataclass(frozen=True)
class Developed:
    """A still as plain pixels."""

    width: int
    height: int
    pixels: bytes
    """RGB, 8 bit, row by row."""


class Prober:
    """Reads technical metadata and develops stills. Has one helper, started on first use and replaced regularly."""

    def __init__(
        self,
        time_limit: float = 20.0,
        *,
        memory: int = 2 * GIB,
        renew_after: int = 500,
        sandbox: Sandbox = NO_SANDBOX,
    ) -> None:
        """time_limit: seconds for one file. memory: bytes of the helper. renew_after: files per helper.

        sandbox: the helper runs in it; it can read all files and write none.
        """
        self.sandbox = sandbox
        self.time_limit = time_limit
        self.memory = memory
        self.renew_after = renew_after
        self._helper: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._files = 0
        self._lock = threading.Lock()

    def probe(self, path: str) -> MediaInfo:
        """Read the technical metadata of the file.

        Raises `BadMedia` (not a media file, damaged, crashes or times out the helper) and `Transient` (its
        storage does not answer).
        """
        with self._lock:
            response, _ = self._request({"path": path})
        if "error" in response:
            raise failures.from_text(str(response["error"]))
        try:
            return MediaInfo.model_validate(response["media"])
        except (ValidationError, KeyError) as error:
            reason = str(error).split("\n", 1)[0]
            raise Permanent(errors.PROBE_ANSWER_INVALID, reason=reason) from error

    def develop(self, path: str, side: int) -> Developed:
        """Develop a still: upright, sRGB, its shorter side at most about `side` pixels. Raises like `probe`."""
        with self._lock:
            response, pixels = self._request({"path": path, "side": side})
        if "error" in response:
            raise failures.from_text(str(response["error"]))
        return Developed(int(str(response["width"])), int(str(response["height"])), pixels)

    def fit(self, path: str, size: int, *, crop: bool, bilinear: bool, max_pixels: int) -> Developed:
        """Read a JPEG, PNG or WebP at `size` pixels both ways: its middle (crop), or squashed.

        Raises like `probe`, and TooLarge if its header announces more pixels than that.
        """
        options = {"size": size, "crop": crop, "bilinear": bilinear, "max_pixels": max_pixels}
        with self._lock:
            response, pixels = self._request({"path": path, **options})
        if response.get("too_many_pixels"):
            raise TooLarge(errors.TOO_MANY_PIXELS, size=str(response["error"]), limit=max_pixels // 1_000_000)
        if "error" in response:
            raise failures.from_text(str(response["error"]))
        return Developed(int(str(response["width"])), int(str(response["height"])), pixels)

    def close(self) -> None:
        """End the helper; the next probe starts a new one."""
        with self._lock:
            self._stop()

    def __del__(self) -> None:
        """End the helper of a prober that was not closed."""
        with contextlib.suppress(Exception):
            self._stop()

    def _request(self, request: dict[str, object]) -> tuple[dict[str, object], bytes]:
        """Send a request; return the response and the bytes that follow it."""
        helper = self._running_helper()
        assert helper.stdin is not None
        assert helper.stdout is not None
        deadline, cpu_before = time.monotonic() + self.time_limit, cpu_seconds(helper.pid)
        request = request | {"path": str(Path(str(request["path"])).absolute())}
        received = bytearray()
        try:
            helper.stdin.write(json.dumps(request).encode() + b"\n")
            helper.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(helper.stdout, selectors.EVENT_READ)

                def read_until(complete: Callable[[], bool], max_bytes: int) -> None:
                    while not complete():
                        remaining = deadline - time.monotonic()
                        if remaining <= 0 or not selector.select(remaining):
                            raise self._timeout_error(helper, cpu_before)
                        data = os.read(helper.stdout.fileno(), 1 << 20)  # type: ignore[union-attr]
                        if not data or len(received) > max_bytes:
                            raise BrokenPipeError
                        received.extend(data)

                read_until(lambda: b"\n" in received, _MAX_RESPONSE)
                line, _, rest = bytes(received).partition(b"\n")
                response: dict[str, object] = json.loads(line)
                size = int(str(response["bytes"]))
                received[:] = rest
                read_until(lambda: len(received) >= size, _MAX_PICTURE)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._exit_error(helper) from error
        except BaseException:
            # The pending response would be read as that of the next request.
            self._stop()
            raise
        return response, bytes(received)

    def _timeout_error(self, helper: "subprocess.Popen[bytes]", cpu_before: float) -> Exception:
        busy = cpu_seconds(helper.pid) - cpu_before > 0.25 * self.time_limit
        return failures.from_timeout(self.time_limit) if busy else failures.from_stall(self.time_limit, busy)

    def _exit_error(self, helper: "subprocess.Popen[bytes]") -> Exception:
        with contextlib.suppress(subprocess.TimeoutExpired):
            helper.wait(timeout=2)
        code = None if helper.returncode is None else exit_status(helper.returncode)
        self._stop()
        if code is not None and code < 0:
            return failures.from_signal(-code)
        if code == 1:
            return BadMedia(errors.PROBE_CRASHED)
        return Permanent(errors.PROBE_FAILED, status=code)

    def _running_helper(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():
            # After a fork the helper and its pipes belong to the parent process.
            self._helper, self._owner = None, os.getpid()
        if self._helper is not None and (self._files >= self.renew_after or self._helper.poll() is not None):
            self._stop()
        if self._helper is None:
            self._helper = subprocess.Popen(
                self.sandbox.wrap_reader(
                    [sys.executable, "-m", "dampipe.media.probe.helper", str(self.memory)]
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
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
