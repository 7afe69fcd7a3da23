"""A frames file (.npy) read piece by piece, into memory that is there already."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from numpy.lib import format as npy

from dampipe.kernel.errors import Permanent
from dampipe.vision.base import Pictures
from dampipe.vision.errors import FRAMES_INVALID, FRAMES_MISCOUNTED, FRAMES_TRUNCATED

_START = 128
"""Bytes that NumPy's header of such an array takes."""


class FramesFile:
    """`count` frames of `size` × `size` RGB bytes.

    A photograph costs one call each to open, read and close it: each lets go of the interpreter, which other
    threads then hold on to.
    """

    def __init__(self, place: Callable[[], AbstractContextManager[Path]], size: int, count: int) -> None:
        """place: where the file is, which may have to be fetched; entered when the first frame is read."""
        self._place = place
        self._size = size
        self._left = self._count = count
        self._lock = Lock()
        self._open: ExitStack | None = None
        self._path = Path()
        self._file = -1
        self._at = 0
        """Where the first frame begins."""

    def __len__(self) -> int:
        return self._count

    def read(self, into: Pictures, first: int) -> None:
        """Fill `into`, of shape (any, size, size, 3), with the frames from the `first` on; in any thread, each once.

        Raises Permanent for a file that holds something else, or ends before, and what opening raises.
        """
        wanted = memoryview(into.data).cast("B")
        try:
            read = self._begin(wanted, first)
            at = self._at + first * self._size**2 * 3
            while read < len(wanted):
                more = os.preadv(self._file, [wanted[read:]], at + read)
                if not more:
                    raise Permanent(FRAMES_TRUNCATED, path=self._path)
                read += more
        except BaseException:
            self.close()
            raise
        with self._lock:
            self._left -= len(into)
        if self._left <= 0:
            self.close()

    def close(self) -> None:
        """Nothing more is read."""
        with self._lock:
            opened, self._open = self._open, None
        if opened is not None:
            opened.close()

    def _begin(self, wanted: memoryview, first: int) -> int:
        """Open it if it is not; returns how many bytes of what is wanted were read along with the header."""
        with self._lock:
            if self._open is not None:
                return 0
            self._open = opened = ExitStack()
            self._path = opened.enter_context(self._place())
            self._file = os.open(self._path, os.O_RDONLY)
            opened.callback(os.close, self._file)
            start = bytearray(_START)
            read = max(0, os.preadv(self._file, [start, wanted], 0) - _START)
            count, self._at = self._header(bytes(start))
            if count != self._count:
                raise Permanent(FRAMES_MISCOUNTED, path=self._path, found=count, expected=self._count)
            return read if first == 0 and self._at == _START else 0

    def _header(self, start: bytes) -> tuple[int, int]:
        try:
            return _header(start, self._size)
        except ValueError as error:
            raise Permanent(FRAMES_INVALID, path=self._path, size=self._size, reason=error) from error


@lru_cache(maxsize=256)
def _header(start: bytes, size: int) -> tuple[int, int]:
    """How many frames, and where they begin. Raises ValueError. Most files of a library begin alike."""
    stream = BytesIO(start)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError("an unknown version of the format")
    shape, backward, kind = npy.read_array_header_1_0(stream)
    if backward or kind != "uint8" or shape[1:] != (size, size, 3):
        raise ValueError(f"{kind} of shape {shape}")
    return shape[0], stream.tell()
