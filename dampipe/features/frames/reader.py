"""Reads frames in limited processes, a few at a time, and keeps the latest."""

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dampipe.features.frames.errors import FRAMES_BUSY
from dampipe.kernel.errors import Busy
from dampipe.media.box import Box
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.one_frame import read_frame
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.storage.blobs.derivatives import DerivativeStore

AT_ONCE = 2
"""Frames that are read at a time,"""
WAITING = 30
"""and those that wait for that; more are refused."""
KEPT = 32 * 1024 * 1024
"""Bytes of frames that a process keeps."""


class Wanted(NamedTuple):
    """What is read: of a proxy the frame at a time, of a poster all of it."""

    key: str
    time: float | None
    """Seconds."""
    height: int | None
    box: Box | None


class FrameReader:
    """Safe to use from several threads."""

    def __init__(
        self,
        ffmpeg: Callable[[], Ffmpeg],
        store: DerivativeStore,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._store = store
        self._turns = threading.BoundedSemaphore(at_once)
        self._room = threading.BoundedSemaphore(at_once + waiting)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Wanted, bytes] = OrderedDict()
        self._size = 0

    def read(
        self, derivative: Derivative, time: float, height: int | None = None, box: Box | None = None
    ) -> bytes:
        """A JPEG of the frame of a proxy at a time, or of a poster.

        Raises StageError, Busy if too many others are being read, and what the store raises, NotFound among it.
        """
        is_film = derivative.kind is DerivativeKind.PROXY
        wanted = Wanted(derivative.key, round(time, 3) if is_film else None, height, box)
        with self._lock:
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
                return self._kept[wanted]
        if not self._room.acquire(blocking=False):
            raise Busy(FRAMES_BUSY)
        try:
            with (
                self._turns,
                self._store.local_path(derivative) as path,
                tempfile.TemporaryDirectory(prefix="dampipe-frame-") as folder,
            ):
                made = read_frame(self._ffmpeg(), path, Path(folder), wanted.time, height, box)
        finally:
            self._room.release()
        self._keep(wanted, made)
        return made

    def _keep(self, wanted: Wanted, made: bytes) -> None:
        with self._lock:
            self._size += len(made) - len(self._kept.pop(wanted, b""))
            self._kept[wanted] = made
            while self._size > KEPT:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest)
