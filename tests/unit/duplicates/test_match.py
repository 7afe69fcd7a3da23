"""Tracks with the same pictures are matched, with their offset; others are not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.features.duplicates.match import align
from dampipe.features.duplicates.track import Track
from dampipe.media.perceptual_hash import perceptual_hashes
from dampipe.vision.tiny.drawing import Scene, draw, scenes

EVERYTHING = list(scenes())


def pictures(shown: list[Scene], size: int = 64, seed: int = 0) -> NDArray[np.uint8]:
    """Each scene as it is drawn, with grain."""
    return np.stack(
        [draw(*s, (size, size), np.random.default_rng(seed + n), True) for n, s in enumerate(shown)]
    )


def moving(count: int, seed: int) -> NDArray[np.uint8]:
    """A smooth random walk through colourful pictures: neighbours are alike, far ones are not."""
    rng = np.random.default_rng(seed)
    anchors = rng.uniform(0, 255, (count // 4 + 2, 8, 8, 3))
    at = np.arange(count) / 4
    low, part = at.astype(int), (at % 1)[:, None, None, None]
    small = anchors[low] * (1 - part) + anchors[low + 1] * part
    return np.repeat(np.repeat(small, 8, axis=1), 8, axis=2).astype(np.uint8)


def track(frames: NDArray[np.uint8], times: NDArray[np.float64]) -> Track:
    return Track.of(times, perceptual_hashes(frames))


@pytest.mark.parametrize(("begin", "end"), [(0, 40), (7, 33), (20, 40), (3, 13)])
def test_a_trim_is_found_with_its_offset(begin: int, end: int) -> None:
    frames, times = moving(80, seed=3), np.arange(80) * 0.5
    whole = track(frames[::2], times[::2])
    part = track(frames[begin:end:2], times[begin:end:2] - times[begin])
    found = align(whole, part)
    assert found is not None
    assert found.offset == pytest.approx(times[begin], abs=0.5)
    assert not found.mirrored
    assert found.coverage == 1.0
    assert found.similarity > 0.8
    assert found.start == pytest.approx(times[begin], abs=1.1)
    assert found.end == pytest.approx(times[end - 1], abs=1.1)


def test_blank_frames_are_not_part_of_a_track() -> None:
    frames = np.zeros((3, 64, 64, 3), np.uint8)
    frames[1] = 200
    frames[2, :, 32:, 0] = 9
    assert track(frames, np.arange(3.0)).times.tolist() == [2.0]


def test_other_footage_is_not_the_same() -> None:
    times = np.arange(40.0)
    one, other = track(moving(40, 1), times), track(moving(40, 2), times)
    assert align(one, other) is None
    nothing = Track.of(times[:0], perceptual_hashes(np.zeros((0, 64, 64, 3), np.uint8)))
    assert align(one, nothing) is None


def test_still_pictures_that_resemble_each_other_are_not_the_same() -> None:
    rng = np.random.default_rng(0)
    alike, times = list[Track](), np.arange(5.0)
    for shape in ("square", "circle"):
        picture = draw(shape, "red", "navy", (64, 64)).astype(float)
        frames = np.clip(picture + rng.normal(0, 4, (5, *picture.shape)), 0, 255).astype(np.uint8)
        alike.append(track(frames, times))
    assert (alike[0].rows @ alike[1].rows.T).min() > 0.9
    assert align(*alike) is None
    assert align(alike[0], alike[0]) is not None


def test_a_mirrored_version_is_told_from_a_straight_one() -> None:
    frames, times = moving(60, seed=5).astype(float), np.arange(60.0)
    # Nearly the same left and right, or its mirrored version would not be found at all.
    frames = (frames + frames[:, :, ::-1]) / 2 + frames / 8
    straight = track(frames.clip(0, 255).astype(np.uint8), times)
    turned = track(frames[10:40, :, ::-1].clip(0, 255).astype(np.uint8), times[:30])
    assert (straight.rows[10:40] * turned.rows).sum(axis=1).mean() > 0.9
    found = align(straight, turned)
    assert found is not None and found.mirrored
    assert found.offset == pytest.approx(10, abs=0.5)
    again = align(straight, track(frames[10:40].clip(0, 255).astype(np.uint8), times[:30]))
    assert again is not None and not again.mirrored
    still = track(pictures([EVERYTHING[3]]), np.zeros(1))
    same = align(still, still)
    assert same is not None and not same.mirrored
