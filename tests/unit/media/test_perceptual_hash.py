"""Perceptual hashes distinguish pictures independently of size, encode and brightness."""

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import WIDTH, perceptual_hashes, unit_vectors
from dampipe.vision.tiny.drawing import Scene, draw, scenes

EVERYTHING = list(scenes())


def pictures(shown: list[Scene], size: int = 64, seed: int = 0) -> NDArray[np.uint8]:
    """Each scene as it is drawn, with grain."""
    return np.stack(
        [draw(*s, (size, size), np.random.default_rng(seed + n), True) for n, s in enumerate(shown)]
    )


def test_a_hash_is_the_same_for_another_size_and_brightness() -> None:
    shown = [EVERYTHING[n] for n in (3, 200, 401, 600)]
    one = unit_vectors(perceptual_hashes(pictures(shown, 64)))
    other = unit_vectors(perceptual_hashes((pictures(shown, 224) * 0.8 + 20).astype(np.uint8)))
    same = one @ other.T
    assert (np.diag(same) > 0.97).all()
    assert (same - np.diag(np.diag(same)) < 0.9).all()


def test_a_blank_frame_has_an_empty_hash() -> None:
    frames = np.zeros((3, 64, 64, 3), np.uint8)
    frames[1] = 200
    frames[2, :, 32:, 0] = 9
    hashes = perceptual_hashes(frames)
    assert hashes.shape == (3, WIDTH)
    assert hashes.any(axis=1).tolist() == [False, False, True]
    assert perceptual_hashes(frames[:0]).shape == (0, WIDTH)
