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
from typing import Any

from pydantic import ValidationError

from dampipe.kernel.errors import BadMedia, Permanent, StageError, TooLarge
from dampipe.media import errors
from dampipe.media.ffmpeg import failures
from dampipe.media.ffmpeg.run import GIB, cpu_seconds, kill_group
from dampipe.media.ffmpeg.sandbox import NO_SANDBOX, Sandbox, exit_status
from dampipe.media.info import MediaInfo
from dampipe.media.stills.failures import from_json

_ROOT = Path(__file__).resolve().parents[3]
_MAX_RESPONSE = 1 << 20
_MAX_PICTURE = 1 << 28
_GENERAL = tuple(
    error.code
    for error in (
        *(errors.DAMAGED, errors.NO_STREAMS, errors.UNKNOWN_CODEC, errors.INDEX_MISSING),
        errors.FORMAT_NOT_ALLOWED,
    )
)
"""Errors that a diagnosis replaces."""
_DIAGNOSES = {error.code: error for error in (errors.ENCRYPTED, errors.OTHER_KIND)}
HELPER_MEMORY = 5 * GIB
"""Bytes of address space; see docs/media.md for what the largest stills need."""
_DEVELOP_FACTOR = 6
"""Developing a still may take this many times as long as probing a file."""


@dataclass(frozen=True)
class Developed:
    """A still as plain pixels."""

    width: int
    height: int
    pixels: bytes
    """RGB, row by row: 8 bit, or 16 bit (most significant byte first) if it is HDR."""
    primaries: str | None = None
    """With `transfer`: the colours of an HDR picture, by the names of ffmpeg; None if it is sRGB."""
    transfer: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def hdr(self) -> bool:
        """Whether it still has to be tone-mapped."""
        return self.transfer is not None


class Prober:
    """Reads technical metadata and develops stills. Has one helper, started on first use and replaced regularly."""

    def __init__(
        self,
        time_limit: float = 20.0,
        *,
        memory: int = HELPER_MEMORY,
        renew_after: int = 500,
        sandbox: Sandbox = NO_SANDBOX,
        ffmpeg: str = "",
    ) -> None:
        """time_limit: seconds to probe one file. memory: bytes of the helper. renew_after: files per helper.

        sandbox: the helper runs in it; it can read all files and write none. ffmpeg: the path of the program that
        reads the stills which no library reads; empty: none.
        """
        self.ffmpeg = ffmpeg
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
            response, _ = self._request({"path": path}, self.time_limit)
        _raise_failure(response, path)
        try:
            return MediaInfo.model_validate(response["media"])
        except (ValidationError, KeyError) as error:
            reason = str(error).split("\n", 1)[0]
            raise Permanent(errors.PROBE_ANSWER_INVALID, reason=reason) from error

    def develop(self, path: str, side: int) -> Developed:
        """Develop a still: upright, its shorter side at most about `side` pixels; sRGB unless it is HDR.

        Raises like `probe`, and `Unavailable` if a package is missing.
        """
        with self._lock:
            response, pixels = self._request({"path": path, "side": side}, self.time_limit * _DEVELOP_FACTOR)
        _raise_failure(response, path)
        primaries, transfer = response["tags"] or (None, None)
        return Developed(
            response["width"], response["height"], pixels, primaries, transfer, tuple(response["warnings"])
        )

    def fit(self, path: str, size: int, *, crop: bool, bilinear: bool, max_pixels: int) -> Developed:
        """Read a JPEG, PNG or WebP at `size` pixels both ways: its middle (crop), or squashed.

        Raises like `probe`, and TooLarge if its header announces more pixels than that.
        """
        options = {"size": size, "crop": crop, "bilinear": bilinear, "max_pixels": max_pixels}
        with self._lock:
            response, pixels = self._request({"path": path, **options}, self.time_limit)
        if response.get("too_many_pixels"):
            raise TooLarge(errors.TOO_MANY_PIXELS, size=str(response["error"]), limit=max_pixels // 1_000_000)
        _raise_failure(response, path)
        return Developed(int(response["width"]), int(response["height"]), pixels)

    def close(self) -> None:
        """End the helper; the next probe starts a new one."""
        with self._lock:
            self._stop()

    def __del__(self) -> None:
        """End the helper of a prober that was not closed."""
        with contextlib.suppress(Exception):
            self._stop()

    def _request(self, request: dict[str, object], time_limit: float) -> tuple[dict[str, Any], bytes]:
        """Send a request; return the response and the bytes that follow it."""
        helper = self._running_helper()
        assert helper.stdin is not None
        assert helper.stdout is not None
        deadline, cpu_before = time.monotonic() + time_limit, cpu_seconds(helper.pid)
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
                            raise _timeout_error(helper, cpu_before, time_limit)
                        data = os.read(helper.stdout.fileno(), 1 << 20)  # type: ignore[union-attr]
                        if not data or len(received) > max_bytes:
                            raise BrokenPipeError
                        received.extend(data)

                read_until(lambda: b"\n" in received, _MAX_RESPONSE)
                line, _, rest = bytes(received).partition(b"\n")
                response: dict[str, Any] = json.loads(line)
                size = int(response["bytes"])
                received[:] = rest
                read_until(lambda: len(received) >= size, _MAX_PICTURE)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._exit_error(helper) from error
        except BaseException:
            # The pending response would be read as that of the next request.
            self._stop()
            raise
        return response, bytes(received)

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
                    [sys.executable, "-m", "dampipe.media.probe.helper", str(self.memory), self.ffmpeg]
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


def _timeout_error(helper: "subprocess.Popen[bytes]", cpu_before: float, time_limit: float) -> Exception:
    busy = cpu_seconds(helper.pid) - cpu_before > 0.25 * time_limit
    return failures.from_timeout(time_limit) if busy else failures.from_stall(time_limit, busy)


def _raise_failure(response: dict[str, Any], path: str) -> None:
    if "failure" in response:
        raise from_json(response["failure"])
    if "error" in response:
        raise _explained(failures.from_text(str(response["error"]), [path]), response.get("diagnosis"))


def _explained(error: StageError, diagnosis: Any) -> StageError:
    """The error with a more exact reason, if ffmpeg's message is a general one."""
    if not isinstance(error, BadMedia) or error.code not in _GENERAL:
        return error
    if diagnosis is None:
        return BadMedia(errors.NOT_MEDIA) if error.code == errors.DAMAGED.code else error
    if diagnosis["code"] == errors.DAMAGED.code:
        return error
    return BadMedia(_DIAGNOSES[diagnosis["code"]], **diagnosis["parameters"])
