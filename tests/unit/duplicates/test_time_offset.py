"""Offsets are told right to half a second where frames can tell, and what fits as well is told where they cannot."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.features.duplicates.time_offset import TimeOffset, find_offset
from dampipe.features.duplicates.track import Track
from dampipe.media.perceptual_hash import perceptual_hashes

LENGTH = 60.0
ROAD = np.random.default_rng(7).uniform(40, 215, (8, 8, 3))


class Street:
    """A fixed camera: the same road, and cars that cross it in about a second."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.starts = np.cumsum(rng.uniform(0.5, 2.0, 60))
        self.speeds = rng.uniform(5, 14, 60)
        self.lanes = rng.integers(0, 4, 60)
        self.colors = rng.uniform(0, 255, (60, 3))

    def at(self, time: float) -> NDArray[np.float64]:
        cells = ROAD.copy()
        for start, speed, lane, color in zip(self.starts, self.speeds, self.lanes, self.colors, strict=True):
            shown = np.clip(2 - np.abs(np.arange(8) + 0.5 - (time - start) * speed), 0, 1)[:, None]
            for row in (lane + 2, lane + 3):
                cells[row] = cells[row] * (1 - shown) + color * shown
        return cells


def filmed(show: Callable[[float], NDArray[np.float64]], begin: float, end: float, gap: float) -> Track:
    """Frames `gap` seconds apart, with the noise of an encoder."""
    times = np.arange(0, end - begin, gap)
    rng = np.random.default_rng(int(begin * 100))
    cells = np.stack([show(begin + time) for time in times])
    frames = np.clip(cells + rng.normal(0, 1, cells.shape), 0, 255).astype(np.uint8)
    return Track.of(times, perceptual_hashes(np.repeat(np.repeat(frames, 8, axis=1), 8, axis=2)))


def fits(found: TimeOffset, truth: float) -> bool:
    spans = ((found.offset, found.offset), *found.others)
    return any(begin - 0.5 <= truth <= end + 0.5 for begin, end in spans)


def test_the_same_road_with_other_cars_is_another_time() -> None:
    rng = np.random.default_rng(0)
    right = told = certain = wrong = 0
    for seed in range(40):
        street, begin = Street(seed), float(rng.uniform(5, 30))
        whole = filmed(street.at, 0, LENGTH, 1.84)
        found = find_offset(whole, filmed(street.at, begin, begin + 20, 1.5))
        hit = abs(found.offset - begin) <= 0.5
        right += hit
        told += fits(found, begin)
        certain += not found.others
        wrong += not found.others and not hit
    assert right >= 27
    assert told >= 32
    assert certain >= 10
    assert wrong == 0


@pytest.mark.parametrize("begin", [11.0, 11.7, 12.4, 13.1, 13.8])
def test_a_slow_move_is_placed_between_the_frames(begin: float) -> None:
    anchors = np.random.default_rng(1).uniform(0, 255, (30, 8, 8, 3))

    def pan(time: float) -> NDArray[np.float64]:
        at, part = int(time / 4), time / 4 % 1
        return np.asarray(anchors[at] * (1 - part) + anchors[at + 1] * part)

    found = find_offset(filmed(pan, 0, LENGTH, 2.0), filmed(pan, begin, begin + 15, 2.0))
    assert found.offset == pytest.approx(begin, abs=0.5)
    assert fits(found, begin)


def test_what_is_shown_again_and_again_fits_in_several_places() -> None:
    street = Street(3)
    again = filmed(lambda time: street.at(time % 20), 0, LENGTH, 1.0)
    found = find_offset(again, filmed(street.at, 3, 17, 0.5))
    assert all(fits(found, begin) for begin in (3.0, 23.0, 43.0))
    assert len(found.others) == 2


def test_what_stands_still_fits_in_a_wide_place() -> None:
    whole = filmed(lambda _: ROAD, 0, LENGTH, 2.0)
    found = find_offset(whole, filmed(lambda _: ROAD, 10, 30, 2.0))
    [(begin, end)] = found.others
    assert begin < 5 and end > 35


def test_stills_lie_on_each_other() -> None:
    one = filmed(lambda _: ROAD, 0, 1, 1.0)
    assert len(one.times) == 1
    assert (find_offset(one, one).offset, find_offset(one, one).others) == (0.0, ())
    street = Street(5)
    assert fits(find_offset(filmed(street.at, 0, LENGTH, 2.0), filmed(street.at, 24, 24.5, 1.0)), 24.0)


def test_a_film_with_frames_far_apart_is_placed_by_its_cuts() -> None:
    rng = np.random.default_rng(2)
    cuts = np.cumsum(rng.uniform(5, 40, 120))
    shots = rng.uniform(0, 255, (121, 8, 8, 3))

    def film(times: NDArray[np.float64], begin: float) -> Track:
        frames = shots[np.searchsorted(cuts, times + begin + 1e-6, "right")].astype(np.uint8)
        return Track.of(times, perceptual_hashes(np.repeat(np.repeat(frames, 8, axis=1), 8, axis=2)))

    begin, end = 321.3, 1921.3
    inside = cuts[(cuts > begin) & (cuts < end)] - begin
    whole = film(np.sort(np.concatenate([np.arange(0, 2400, 20.0), cuts[cuts < 2400]])), 0)
    trim = film(np.sort(np.concatenate([np.arange(0, end - begin, 15.0), inside])), begin)
    assert find_offset(whole, trim).offset == pytest.approx(begin, abs=0.3)
