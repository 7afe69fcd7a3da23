"""The rule that turns scores into shots, and the peaks of sound, bounded however long it is."""

from pathlib import Path

import numpy as np
import pytest

from dampipe.media.audio.peaks import PER_PIXEL, Peaks
from dampipe.media.preview.shots import SCORES_NAME, SHORTEST, THRESHOLD, read_scores, shot_starts


def test_without_scores_there_is_one_shot() -> None:
    assert shot_starts([]) == (0.0,)


def test_a_score_below_the_threshold_starts_nothing() -> None:
    assert shot_starts([(3.0, THRESHOLD - 0.1)]) == (0.0,)
    assert shot_starts([(3.0, THRESHOLD)]) == (0.0, 3.0)


def test_of_starts_close_together_the_highest_stays() -> None:
    assert shot_starts([(3.0, 20.0), (3.0 + SHORTEST / 2, 40.0)]) == (0.0, 3.0 + SHORTEST / 2)
    assert shot_starts([(3.0, 40.0), (3.0 + SHORTEST / 2, 20.0)]) == (0.0, 3.0)
    assert shot_starts([(3.0, 40.0), (3.0 + SHORTEST, 20.0)]) == (0.0, 3.0, 3.0 + SHORTEST)


def test_a_cut_right_after_the_start_is_no_shot_of_its_own() -> None:
    assert shot_starts([(SHORTEST / 2, 90.0)]) == (0.0,)


def test_scores_are_read_as_ffmpeg_writes_them(tmp_path: Path) -> None:
    path = tmp_path / SCORES_NAME
    path.write_text(
        "frame:30   pts:30      pts_time:1.2\nlavfi.scd.score=27.406\nframe:70 pts:70 pts_time:2.8\n"
    )
    assert read_scores(tmp_path) == [(1.2, 27.406)]
    assert not path.exists()
    assert read_scores(tmp_path) == []


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_peaks_do_not_depend_on_the_pieces_in_which_sound_comes(piece: int) -> None:
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
    peaks = Peaks(most=64)
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
