"""A frames file (.npy) read piece by piece, into memory that is there already."""

import os
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self

from numpy.lib import format as npy

from dampipe.domain.errors import Permanent
from dampipe.vision.base import Pictures

_START = 128
"""Bytes that NumPy's header of such an array takes."""


class FramesFile:
    """`count` frames of `size` × `size` RGB bytes, in the order of the file.

    A photograph costs one call each to open, read and close it: each lets go of the interpreter, which other
    threads then hold on to.
    """

    def __init__(self, path: Path, size: int, count: int) -> None:
        """Opens nothing before the first frame is read."""
        self._path = path
        self._size = size
        self._count = count
        self._file: int | None = None
        self._at = 0
        """Where the next frame begins."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __len__(self) -> int:
        return self._count

    def read(self, into: Pictures) -> None:
        """Fill `into`, of shape (any, size, size, 3), with the next frames.

        Raises Permanent for a file that holds something else, or ends before, and what opening raises.
        """
        wanted = memoryview(into.data).cast("B")
        read = 0 if self._file is not None else self._open(wanted)
        while read < len(wanted):
            more = os.preadv(self._open_file, [wanted[read:]], self._at + read)
            if not more:
                raise Permanent(f"{self._path} is cut short", hint="delete it, and make the preview anew")
            read += more
        self._at += len(wanted)

    @property
    def _open_file(self) -> int:
        assert self._file is not None
        return self._file

    def _open(self, wanted: memoryview) -> int:
        """Read the header and what is wanted at once; returns how many bytes of it were read."""
        self._file = os.open(self._path, os.O_RDONLY)
        start = bytearray(_START)
        read = max(0, os.preadv(self._file, [start, wanted], 0) - _START)
        count, self._at = self._header(bytes(start))
        if count != self._count:
            raise Permanent(
                f"{self._path} holds {count} frames, not {self._count}",
                hint="delete it, and make the preview anew",
            )
        return read if self._at == _START else 0

    def _header(self, start: bytes) -> tuple[int, int]:
        try:
            return _header(start, self._size)
        except ValueError as error:
            raise Permanent(
                f"{self._path} holds no frames of {self._size}×{self._size} RGB bytes: {error}",
                hint="frames made for another model have to be made anew",
            ) from error


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
