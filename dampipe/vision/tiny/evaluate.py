"""How well an embedder finds the synthetic pictures: the figures that training prints and a test asserts."""

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dampipe.vision.base import Embedder
from dampipe.vision.tiny.camera import shot_of
from dampipe.vision.tiny.drawing import BACKGROUNDS, COLOURS, SHAPES, Scene, scenes, with_article


def held_out() -> frozenset[Scene]:
    """The 63 scenes, a tenth of all, that training never shows."""
    order = np.random.default_rng(630).permutation(630)
    everything = list(scenes())
    return frozenset(everything[i] for i in order[:63].tolist())


def measure(embedder: Embedder, seed: int = 1) -> dict[str, float]:
    """Text-to-image retrieval over one random, compressed picture of each of the 630 scenes; 0 to 1.

    "… top-1": how often the best picture fits the text; "… precision": how many of the best N fit, where N
    pictures fit in all; "held-out full top-1": full captions of the scenes never trained, against all 630.
    """
    rng = np.random.default_rng(seed)
    everything = list(scenes())
    frames = np.stack([shot_of(scene, embedder.spec.size, rng) for scene in everything])
    vectors = embedder.pictures(frames)
    unseen = held_out()

    def rank(texts: Mapping[str, Callable[[Scene], bool]]) -> tuple[float, float]:
        scores = embedder.words(list(texts)) @ vectors.T
        fits = np.array([[fit(scene) for scene in everything] for fit in texts.values()])
        return _retrieval(scores, fits)

    full = {_full(scene): scene.__eq__ for scene in everything}
    figures = {
        "full top-1": rank(full)[0],
        "held-out full top-1": rank({_full(s): s.__eq__ for s in everything if s in unseen})[0],
    }
    painted = {f"{with_article(c)} {s}": _fits(shape=s, colour=c) for c, s in product(COLOURS, SHAPES)}
    partial = {
        "a {colour} {shape}": painted,
        "{colour} {shape}": {text.split(" ", 1)[1]: fit for text, fit in painted.items()},
        "a {shape}": {f"a {s}": _fits(shape=s) for s in SHAPES},
        "{colour}": {c: _fits(colour=c) for c in COLOURS},
        "a {background} background": {f"{with_article(b)} background": _fits(ground=b) for b in BACKGROUNDS},
    }
    for name, texts in partial.items():
        figures[f"{name} top-1"], figures[f"{name} precision"] = rank(texts)
    return figures


def _full(scene: Scene) -> str:
    ground = with_article(scene.background)
    return f"{with_article(scene.colour)} {scene.shape} on {ground} background"


def _fits(
    shape: str | None = None, colour: str | None = None, ground: str | None = None
) -> Callable[[Scene], bool]:
    def fits(scene: Scene) -> bool:
        wanted = zip((shape, colour, ground), scene, strict=True)
        return all(want in (None, have) for want, have in wanted)

    return fits


def _retrieval(scores: NDArray[np.float32], fits: NDArray[np.bool_]) -> tuple[float, float]:
    """(top-1, precision at the number of pictures that fit), each the mean over the texts (rows)."""
    first, precision = [], []
    for row, good in zip(scores, fits, strict=True):
        ranked = good[np.argsort(-row, kind="stable")]
        first.append(ranked[0])
        precision.append(ranked[: good.sum()].mean())
    return float(np.mean(first)), float(np.mean(precision))
