"""A track of signatures: a few bytes for each frame of a version, by which its frames are found in another version.

The file format, version 1, little-endian:

    offset  size  content
    0       4     "DPSG"
    4       1     version of the format: 1
    5       1     what was signed: 1 a picture, 2 sound
    6       2     bytes of a signature: 16
    8       4     number of frames
    12      8     time base: numerator and denominator of the seconds of a tick, 4 bytes each
    20      8     end of the last frame, in ticks
    28      4     bytes of the compressed times
    32      4     CRC-32 of everything after this field
    36            times: zlib of signed 8-byte integers: the first tick, then the differences between differences
                  signatures: zlib of signed bytes, one plane per coefficient, each as differences modulo 256

A track of a million frames of constant rate has the times in 8 kB.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

FILE_NAME = "signatures.bin"
MEDIA_TYPE = "application/octet-stream"
WIDTH = 16
"""Bytes of a signature."""
MAX_FRAMES = 1 << 25
"""Four days at 90 frames a second; a larger count is not believed."""
_MAGIC = b"DPSG"
_VERSION = 1
_HEAD = struct.Struct("<4sBBHIIIqI")
_LEVEL = 6


class SignatureKind(IntEnum):
    """What the signatures are of."""

    PICTURE = 1
    SOUND = 2


class InvalidTrack(ValueError):
    """The bytes are not a track of signatures, or are damaged."""


@dataclass(frozen=True, eq=False)
class SignatureTrack:
    """The signatures of all frames of one version, in the order in which they are shown."""

    kind: SignatureKind
    time_base: Fraction
    """Seconds of a tick."""
    ticks: NDArray[np.int64]
    """Shape (count,): when each frame begins, ascending."""
    rows: NDArray[np.int8]
    """Shape (count, WIDTH); a row of zeros is a blank frame: black, one colour, silence."""
    end: int
    """When the last frame ends, in ticks."""

    def __len__(self) -> int:
        return len(self.ticks)

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """When each frame begins, in seconds."""
        return np.asarray(self.ticks * float(self.time_base), np.float64)

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether each frame is blank."""
        return np.asarray(~self.rows.any(axis=1))

    @cached_property
    def units(self) -> NDArray[np.float32]:
        """The rows as vectors of length 1, whose products are cosines; those of blank frames stay 0."""
        rows = self.rows.astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return rows

    @cached_property
    def step(self) -> float:
        """Seconds between two frames, as most are."""
        if len(self) < 2:
            return float(max(self.end - int(self.ticks[0]), 1) * self.time_base) if len(self) else 1.0
        return float(np.median(np.diff(self.ticks)) * self.time_base)

    @cached_property
    def mean_step(self) -> float:
        """Seconds between two frames, on average."""
        if len(self) < 2:
            return self.step
        return float(int(self.ticks[-1] - self.ticks[0]) / (len(self) - 1) * self.time_base)

    @cached_property
    def is_regular(self) -> bool:
        """Whether all frames begin within an eighth of a frame of a grid."""
        grid = self.ticks[0] + np.arange(len(self)) * (self.mean_step / float(self.time_base))
        return bool(np.abs(grid - self.ticks).max(initial=0) * float(self.time_base) <= self.mean_step / 8)

    def to_bytes(self) -> bytes:
        """The file; see the format above."""
        second = np.diff(np.diff(self.ticks, prepend=0), prepend=0)
        times = zlib.compress(second.astype("<i8").tobytes(), _LEVEL)
        planes = np.diff(self.rows.view(np.uint8).T, axis=1, prepend=np.uint8(0))
        body = times + zlib.compress(np.ascontiguousarray(planes).tobytes(), _LEVEL)
        base = self.time_base
        head = _HEAD.pack(
            _MAGIC,
            _VERSION,
            self.kind,
            WIDTH,
            len(self),
            base.numerator,
            base.denominator,
            self.end,
            len(times),
        )
        return head + struct.pack("<I", zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a file. Raises InvalidTrack, also for a newer version of the format."""
        body = data[_HEAD.size + 4 :]
        try:
            magic, version, kind, width, count, numerator, denominator, end, size = _HEAD.unpack_from(data)
            (checksum,) = struct.unpack_from("<I", data, _HEAD.size)
        except struct.error:
            raise InvalidTrack("the head is cut off") from None
        if magic != _MAGIC or version != _VERSION or width != WIDTH:
            raise InvalidTrack("not a track of signatures of version 1")
        if zlib.crc32(body) != checksum:
            raise InvalidTrack("the checksum does not match")
        if count > MAX_FRAMES or not numerator or not denominator:
            raise InvalidTrack("the head is not valid")
        second = np.frombuffer(_inflated(body[:size], 8 * count), "<i8")
        planes = np.frombuffer(_inflated(body[size:], WIDTH * count), np.uint8).reshape(WIDTH, count)
        rows = np.cumsum(planes, axis=1, dtype=np.uint8).T
        return cls(
            SignatureKind(kind),
            Fraction(numerator, denominator),
            np.cumsum(np.cumsum(second)),
            np.ascontiguousarray(rows).view(np.int8),
            end,
        )

    def write(self, folder: Path) -> Path:
        """Write the file FILE_NAME into a folder."""
        path = folder / FILE_NAME
        path.write_bytes(self.to_bytes())
        return path


def _inflated(data: bytes, size: int) -> bytes:
    decoder = zlib.decompressobj()
    try:
        out = decoder.decompress(data, size + 1)
    except zlib.error as error:
        raise InvalidTrack(str(error)) from None
    if len(out) != size:
        raise InvalidTrack("it has another length than its head says")
    return out
