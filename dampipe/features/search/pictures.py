"""Pictures that people search by: read in helper processes with limits, a few at a time."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from dampipe.features.search.errors import PICTURE_BUSY, PICTURE_NO_SPACE, PICTURE_UNREADABLE
from dampipe.kernel.errors import Busy, InvalidInput, StageError, StorageFull
from dampipe.media.probe.prober import Prober
from dampipe.vision.base import FrameSpec, Pictures

MAX_PIXELS = 100_000_000
"""Pixels of a picture; as RGB they take 400 MB in the helper that decodes them."""
PICTURE_SECONDS = 15.0
"""Seconds that reading one may take."""
AT_ONCE = 2
"""Pictures that are decoded at a time,"""
WAITING = 6
"""and those that wait for that; more are refused."""


class QueryPictures:
    """Reads pictures of any origin. Safe to use from several threads."""

    def __init__(
        self, make_prober: Callable[[], Prober], at_once: int = AT_ONCE, waiting: int = WAITING
    ) -> None:
        """make_prober: called once for each of the pictures that are decoded at a time."""
        self._make_prober = make_prober
        self._room = threading.BoundedSemaphore(at_once + waiting)
        # The kernel ends a helper when the thread that started it ends: these threads stay.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="picture")
        self._own = threading.local()
        self._probers: list[Prober] = []

    def read(self, data: bytes, spec: FrameSpec) -> Pictures:
        """A JPEG, PNG or WebP as an array of shape (1, size, size, 3), RGB, turned upright.

        Raises InvalidInput if it cannot be read, TooLarge if it has too many pixels, Busy if too many others are
        being read.
        """
        if not self._room.acquire(blocking=False):
            raise Busy(PICTURE_BUSY)
        try:
            return self._threads.submit(self._read, data, spec).result()
        finally:
            self._room.release()

    def close(self) -> None:
        """End the helper processes; the next picture starts a new one."""
        for prober in self._probers:
            prober.close()

    def _read(self, data: bytes, spec: FrameSpec) -> Pictures:
        with _file_with(data) as path:
            try:
                fitted = self._prober().fit(
                    path,
                    spec.size,
                    crop=spec.fit == "crop",
                    bilinear=spec.interpolation == "bilinear",
                    max_pixels=MAX_PIXELS,
                )
            except StageError as error:
                raise InvalidInput(PICTURE_UNREADABLE, name="the picture") from error
        shape = (1, fitted.height, fitted.width, 3)
        return np.frombuffer(fitted.pixels, np.uint8).reshape(shape)

    def _prober(self) -> Prober:
        if not hasattr(self._own, "prober"):
            self._own.prober = self._make_prober()
            self._probers.append(self._own.prober)
        prober: Prober = self._own.prober
        return prober


@contextmanager
def _file_with(data: bytes) -> Iterator[str]:
    """The path of a temporary file that only this user reads. Raises StorageFull."""
    with tempfile.NamedTemporaryFile(prefix="dampipe-picture-") as file:
        try:
            file.write(data)
            file.flush()
        except OSError as error:
            raise StorageFull(
                PICTURE_NO_SPACE, folder=tempfile.gettempdir(), reason=error.strerror
            ) from error
        yield file.name
