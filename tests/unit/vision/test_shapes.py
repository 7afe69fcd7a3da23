"""The synthetic pictures keep their promises."""

import numpy as np
import pytest

from dampipe.kernel.errors import InvalidInput
from dampipe.vision.tiny.drawing import BACKGROUNDS, COLOURS, SHAPES, captions, draw, scenes, with_article


def test_there_are_630_scenes() -> None:
    everything = list(scenes())
    assert len(everything) == len(set(everything)) == 7 * 10 * 9
    assert (len(SHAPES), len(COLOURS), len(BACKGROUNDS)) == (7, 10, 9)


@pytest.mark.parametrize("size", [(64, 64), (160, 90), (90, 160), (321, 180)])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_stays_inside_the_middle_square(shape: str, size: tuple[int, int]) -> None:
    width, height = size
    side = min(size)
    left, top = (width - side) // 2, (height - side) // 2
    for seed in range(20):
        picture = draw(shape, "white", "navy", size, np.random.default_rng(seed))
        assert picture.shape == (height, width, 3)
        assert picture.dtype == np.uint8
        rows, columns = np.nonzero(picture[..., 0] > 120)
        assert len(rows) > 0.02 * side**2
        assert left <= columns.min() <= columns.max() < left + side
        assert top <= rows.min() <= rows.max() < top + side


def test_without_a_generator_the_picture_is_always_the_same_and_centred() -> None:
    picture = draw("square", "red", "grey", (100, 60))
    assert (picture == draw("square", "red", "grey", (100, 60))).all()
    assert tuple(picture[30, 50]) == COLOURS["red"]
    assert tuple(picture[0, 0]) == BACKGROUNDS["grey"]


def test_a_generator_varies_it_and_a_seed_repeats_it() -> None:
    first, second = (draw("star", "red", "grey", rng=np.random.default_rng(seed)) for seed in (1, 2))
    assert (first != second).any()
    assert (first == draw("star", "red", "grey", rng=np.random.default_rng(1))).all()


def test_a_ring_has_a_hole_and_a_circle_has_none() -> None:
    assert tuple(draw("ring", "red", "grey")[32, 32]) == BACKGROUNDS["grey"]
    assert tuple(draw("circle", "red", "grey")[32, 32]) == COLOURS["red"]


def test_noise_is_grain_on_the_same_picture() -> None:
    clean, noisy = (
        draw("heart", "pink", "teal").astype(int),
        draw("heart", "pink", "teal", noise=True).astype(int),
    )
    assert 2 < np.abs(noisy - clean).mean() < 10


def test_every_colour_shows_on_every_background() -> None:
    colours, grounds = np.array([*COLOURS.values()], float), np.array([*BACKGROUNDS.values()], float)
    assert np.linalg.norm(colours[:, None] - grounds[None], axis=-1).min() > 60


def test_captions_are_true_and_end_with_parts() -> None:
    assert captions("circle", "red", "blue") == (
        "a red circle on a blue background",
        "a red circle",
        "a circle on a blue background",
        "a circle",
        "red",
        "a blue background",
    )
    assert with_article("olive") == "an olive"


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="no shape 'blob'") as caught:
        draw("blob", "red", "grey")
    assert "circle" in caught.value.hint
    with pytest.raises(InvalidInput, match="no colour 'mauve'"):
        draw("circle", "mauve", "grey")
    with pytest.raises(InvalidInput, match="no background 'red'"):
        draw("circle", "red", "red")
