"""Which frames are chosen, on pictures whose shots are known."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.vision.frames import choose
from dampipe.vision.tiny.drawing import draw

Picture = NDArray[np.uint8]


def grain(picture: Picture, count: int, amount: float = 6.0, seed: int = 0) -> Picture:
    """The picture `count` times, each with its own noise."""
    rng = np.random.default_rng(seed)
    noisy = picture + rng.normal(0, amount, (count, *picture.shape))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def seconds(frames: Picture, step: float = 1.0) -> list[float]:
    return [step * n for n in range(len(frames))]


RED = draw("circle", "red", "beige")
BLUE = draw("star", "blue", "olive")
GREEN = draw("cross", "green", "lavender")


def test_nothing_gives_nothing() -> None:
    assert choose(np.empty((0, 64, 64, 3), np.uint8), []) == []


def test_one_frame_is_kept_even_when_it_is_black() -> None:
    assert choose(np.zeros((1, 64, 64, 3), np.uint8), [0.0]) == [(0, 0)]


def test_a_time_for_every_frame() -> None:
    with pytest.raises(ValueError, match="2 frames, but 1 times"):
        choose(np.stack([RED, BLUE]), [0.0])


def test_a_picture_that_never_changes_is_kept_once_however_long() -> None:
    frames = grain(RED, 60)
    assert choose(frames, seconds(frames)) == [(0, 0)]


@pytest.mark.parametrize("size", [16, 64, 97, 224])
def test_hard_cuts_make_shots_and_keep_the_first_frame_of_each(size: int) -> None:
    scenes = [draw(*s, size=(size, size)) for s in [("circle", "red", "beige"), ("star", "blue", "navy")]]
    frames = np.concatenate([grain(scenes[0], 5), grain(scenes[1], 3), grain(scenes[0], 4)])
    assert choose(frames, seconds(frames)) == [(0, 0), (5, 1), (8, 2)]


def test_shots_of_a_single_frame() -> None:
    frames = np.stack([RED, BLUE, GREEN, RED])
    assert choose(frames, seconds(frames, 5.0)) == [(0, 0), (1, 1), (2, 2), (3, 3)]


def pan(count: int) -> Picture:
    """A slow pan: no two neighbours differ enough for a cut."""
    scene = np.random.default_rng(3).integers(0, 255, (8, 40, 3))
    plane = np.kron(scene, np.ones((8, 8, 1))).astype(np.uint8)
    return np.stack([plane[:, shift : shift + 64] for shift in range(count)])


def test_a_moving_shot_gives_first_middle_and_last() -> None:
    frames = pan(9)
    assert choose(frames, seconds(frames)) == [(0, 0), (4, 0), (8, 0)]


def test_a_long_moving_shot_gives_one_at_least_every_ten_seconds() -> None:
    frames = pan(61)
    times = seconds(frames, 2.0)
    chosen = choose(frames, times)
    kept = [times[row] for row, _ in chosen]
    assert {shot for _, shot in chosen} == {0}
    assert kept[0] == 0.0
    assert kept[-1] == times[-1]
    assert max(b - a for a, b in pairwise(kept)) <= 10.0


def test_something_that_comes_into_a_still_picture_is_kept_where_it_comes() -> None:
    empty = np.full((64, 64, 3), (110, 110, 40), np.uint8)
    visited = empty.copy()
    visited[30:46, 4:20] = (225, 25, 30)
    frames = np.concatenate([grain(empty, 7), grain(visited, 3, seed=1), grain(empty, 9, seed=2)])
    chosen = choose(frames, seconds(frames))
    assert (7, 0) in chosen
    assert [row for row, _ in chosen] == [0, 7, 10]


def test_the_same_background_with_another_shape_is_found() -> None:
    other = draw("square", "red", "beige")
    frames = np.concatenate([grain(RED, 4), grain(draw("cross", "black", "beige"), 4), grain(other, 4)])
    assert {0, 4, 8} <= {row for row, _ in choose(frames, seconds(frames))}


def test_a_dissolve_is_no_shot_and_no_choice() -> None:
    mixed = [(RED * (1 - part) + BLUE * part).astype(np.uint8) for part in (0.35, 0.65)]
    frames = np.concatenate([grain(RED, 4), grain(mixed[0], 1), grain(mixed[1], 1), grain(BLUE, 4)])
    assert choose(frames, seconds(frames)) == [(0, 0), (6, 1)]


def test_fades_through_black_leave_the_pictures_alone() -> None:
    dim, black, rise = (RED * 0.4).astype(np.uint8), np.zeros_like(RED), (BLUE * 0.5).astype(np.uint8)
    frames = np.concatenate(
        [grain(p, n, 2.0) for p, n in ((RED, 3), (dim, 1), (black, 2), (rise, 1), (BLUE, 3))]
    )
    assert choose(frames, seconds(frames)) == [(0, 0), (7, 1)]


def test_plain_colours_are_never_taken_for_a_dissolve() -> None:
    plain = [np.full((64, 64, 3), tone, np.uint8) for tone in (40, 120, 200)]
    frames = np.stack([p for p in plain for _ in range(3)])
    assert choose(frames, seconds(frames)) == [(0, 0), (3, 1), (6, 2)]


def test_order_and_numbers_hold_on_anything() -> None:
    rng = np.random.default_rng(5)
    for count in (1, 2, 3, 40):
        frames = rng.integers(0, 255, (count, 32, 32, 3), dtype=np.uint8)
        chosen = choose(frames, seconds(frames))
        rows, shots = [row for row, _ in chosen], [shot for _, shot in chosen]
        assert rows == sorted(set(rows))
        assert shots == sorted(shots)
        assert sorted(set(shots)) == list(range(len(set(shots))))
