"""A frames file (.npy) read piece by piece, into memory that is there already."""

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
    """Frames of `size` × `size` RGB bytes, in the order of the file.

    Raises Permanent for a file that holds something else, and what opening raises.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._file = path.open("rb", buffering=0)
        try:
            self._count, begin = _header(self._file.read(_START), size)
            if begin != _START:
                self._file.seek(begin)
        except ValueError as error:
            self._file.close()
            raise Permanent(
                f"{path} holds no frames of {size}×{size} RGB bytes: {error}",
                hint="frames made for another model have to be made anew",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def read(self, into: Pictures) -> None:
        """Fill `into`, of shape (any, size, size, 3), with the next frames. Raises Permanent where they end before."""
        rest = memoryview(into.data).cast("B")
        while rest:
            read = self._file.readinto(rest)
            if not read:
                raise Permanent(f"{self._path} is cut short", hint="delete it, and make the preview anew")
            rest = rest[read:]


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
