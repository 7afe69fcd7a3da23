"""The peaks of sound: independent of chunk sizes, bounded for sound of any length."""

from pathlib import Path

import numpy as np
import pytest

from dampipe.media.audio.peaks import Peaks
from dampipe.media.audio.samples import PER_PIXEL


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_peaks_do_not_depend_on_chunk_sizes(piece: int) -> None:
    samples = np.random.default_rng(1).integers(-30000, 30000, PER_PIXEL * 5 + 17).astype("<i2")
    peaks = Peaks()
    data = samples.tobytes()
    for start in range(0, len(data), piece):
        peaks.feed(data[start : start + piece])
    pixels = peaks.pixels()
    assert len(pixels) == 6
    for n, (low, high) in enumerate(pixels):
        part = samples[n * PER_PIXEL : (n + 1) * PER_PIXEL]
        assert (low, high) == (part.min(), part.max())


def test_long_sound_is_folded_and_keeps_its_times() -> None:
    samples = np.zeros(PER_PIXEL * 1003, "<i2")
    samples[PER_PIXEL * 900 + 5] = 12000
    peaks = Peaks(max_pixels=64)
    data = samples.tobytes()
    for start in range(0, len(data), 99_999):
        peaks.feed(data[start : start + 99_999])
    pixels = peaks.pixels()
    assert len(pixels) <= 64
    assert len(pixels) * peaks.per_pixel >= len(samples) > (len(pixels) - 1) * peaks.per_pixel
    [loud] = np.flatnonzero(pixels[:, 1])
    assert loud == (PER_PIXEL * 900 + 5) // peaks.per_pixel


def test_silence_is_a_file_and_no_sound_is_none(tmp_path: Path) -> None:
    assert Peaks().write(tmp_path) is None
    peaks = Peaks()
    peaks.feed(np.array([0, -1, 1, 32767, -32768], "<i2").tobytes())
    path = peaks.write(tmp_path)
    assert path is not None
    assert path.read_bytes()[24:] == bytes([0x80, 0x7F])
