"""Checks that an ONNX file is complete, without reading its tensors."""

import os
from pathlib import Path
from typing import BinaryIO

from dampipe.kernel.errors import Unavailable
from dampipe.vision.errors import WEIGHTS_DAMAGED

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Protocol Buffers' wire types."""
_GRAPH = 7
"""The number of the field of a model that holds its graph."""


def check_graph(path: Path) -> None:
    """Raise `Unavailable` for a file that is cut short or is not an ONNX model.

    A model is one Protocol Buffers message. Its top-level fields are skipped by their declared lengths; in a file that
    is cut short the last of them, which is large, ends after the file does.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        found = set[int]()
        try:
            while file.tell() < size:
                key = _varint(file)
                found.add(key >> 3)
                _skip(file, key & 7)
        except ValueError as error:
            raise _damaged(path, str(error)) from error
        if file.tell() > size:
            raise _damaged(path, f"it has {size:,} of {file.tell():,} bytes")
    if _GRAPH not in found:
        raise _damaged(path, "it holds no graph")


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _VARINT:
        _varint(file)
    elif kind in (_FIXED32, _FIXED64):
        file.seek(4 if kind == _FIXED32 else 8, os.SEEK_CUR)
    elif kind == _BYTES:
        length = _varint(file)
        file.seek(length, os.SEEK_CUR)
    else:
        raise ValueError("it is not an ONNX model")


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise ValueError("it is cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("it is not an ONNX model")


def _damaged(path: Path, reason: str) -> Unavailable:
    return Unavailable(WEIGHTS_DAMAGED, path=path, reason=reason)
