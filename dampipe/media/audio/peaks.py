"""The waveform for players: lowest and highest samples of short spans, in a file of bounded size.

The file is a data file of BBC's audiowaveform, version 2, as peaks.js and waveform-data.js read it.
Little-endian: int32 version (2), uint32 flags (1: 8 bit), int32 samples per second, int32 samples per
pixel, uint32 pixels, int32 channels (1); then for each pixel int8 lowest and int8 highest sample.
A pixel begins at its number × samples per pixel / samples per second, in seconds from the start.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.media.audio.samples import PER_PIXEL, RATE

WAVEFORM_NAME = "waveform.dat"
MEDIA_TYPE = "application/octet-stream"
MAX_PIXELS = 1 << 16
"""54 minutes at PER_PIXEL; when this many are reached, each pair is merged into one."""


class Peaks:
    """Accumulates the lowest and the highest sample of each pixel."""

    def __init__(self, max_pixels: int = MAX_PIXELS) -> None:
        """max_pixels: even; when reached, the number of pixels is halved."""
        self._max_pixels = max_pixels
        self._rest = b""
        self._parts: list[NDArray[np.int16]] = []
        self._count = 0
        self.per_pixel = PER_PIXEL

    def feed(self, data: bytes) -> None:
        """Add mono samples, 16 bit, little-endian, RATE per second; any number of bytes."""
        self._rest += data
        while count := min(len(self._rest) // (2 * self.per_pixel), self._max_pixels - self._count):
            samples = np.frombuffer(self._rest, "<i2", count * self.per_pixel).reshape(count, -1)
            self._rest = self._rest[2 * count * self.per_pixel :]
            self._parts.append(np.stack([samples.min(axis=1), samples.max(axis=1)], axis=1))
            self._count += count
            if self._count == self._max_pixels:
                self._halve()

    def _halve(self) -> None:
        pairs = np.concatenate(self._parts).reshape(-1, 2, 2)
        self._parts = [np.stack([pairs[:, :, 0].min(axis=1), pairs[:, :, 1].max(axis=1)], axis=1)]
        self._count //= 2
        self.per_pixel *= 2

    def pixels(self) -> NDArray[np.int16]:
        """Lowest and highest sample of each pixel, shape (count, 2); the last pixel may cover fewer samples."""
        rest = np.frombuffer(self._rest, "<i2", len(self._rest) // 2)
        last = [np.array([[rest.min(), rest.max()]], np.int16)] if len(rest) else []
        return np.concatenate([np.empty((0, 2), np.int16), *self._parts, *last])

    def write(self, folder: Path) -> Path | None:
        """Write the waveform file; None if no samples were added."""
        pixels = self.pixels()
        if not len(pixels):
            return None
        head = struct.pack("<iIiiIi", 2, 1, RATE, self.per_pixel, len(pixels), 1)
        path = folder / WAVEFORM_NAME
        path.write_bytes(head + np.fix(pixels / 256).astype(np.int8).tobytes())
        return path
