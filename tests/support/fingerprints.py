"""Synthetic fingerprints, distributed as those of natural pictures, with frames that many clips share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import CELLS, WIDTH

_AT = np.arange(CELLS)
_COSINES = np.cos(np.pi * (2 * _AT[None] + 1) * _AT[:, None] / (2 * CELLS))
_COSINES /= np.linalg.norm(_COSINES, axis=1, keepdims=True)
_DEVIATION = 1 / ((_AT[:, None] + 0.6) * (_AT + 0.6))
_DEVIATION[0, 0] = 0
"""Of the luma's coefficients. Measured on 678 crops of real footage: 0.30 for (1, 0), 0.10 for (1, 1), 0.14 for (2, 0),
0.06 for (2, 2) and 0.02 for (4, 4); here 0.25, 0.09, 0.15, 0.04 and 0.01. That of chroma is a quarter of it."""
_FROM_YCC = np.array([[1, 0, 1.402], [1, -0.344, -0.714], [1, 1.772, 0]])

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """A synthetic clip."""

    times: NDArray[np.float64]
    """Seconds; ascending."""
    hashes: NDArray[np.int8]
    """Shape (len(times), 192)."""


class Footage:
    """Makes synthetic clips; the same ones for the same seed."""

    def __init__(self, seed: int, stills: float = 0.3, frames: float = 10.0) -> None:
        """stills: share of clips with one frame. frames: of the others, on average; exponentially distributed."""
        self.rng = np.random.default_rng(seed)
        self._stills = stills
        self._frames = frames
        fixed = np.random.default_rng(1)
        self._slates = pictures(fixed, 40)
        bars = np.repeat(fixed.uniform(-1, 1, (1, CELLS, 3)), CELLS, axis=0)
        self._bars = unit(bars.reshape(1, WIDTH))

    def clips(self, count: int) -> list[Clip]:
        """Clips of shots of four frames on average, which move more or less.

        Of those with several frames one in three begins black, one in ten with one of 40 slates, and one in fifty with
        colour bars.
        """
        rng = self.rng
        is_still = rng.random(count) < self._stills
        lengths = np.where(is_still, 1, 2 + np.minimum(rng.exponential(self._frames - 2, count), 200)).astype(
            int
        )
        rows = self._shots(lengths)
        starts = np.cumsum(lengths) - lengths
        kind = np.where(is_still, 1.0, rng.random(count))
        rows[starts[kind < 0.33]] = 0
        slates = starts[(kind >= 0.33) & (kind < 0.43)]
        rows[slates] = altered(rng, self._slates[rng.integers(0, len(self._slates), len(slates))], 0.01)
        bars = starts[(kind >= 0.43) & (kind < 0.45)]
        rows[bars] = altered(rng, np.repeat(self._bars, len(bars), axis=0), 0.002)
        hashes = quantized(rows)
        return [
            Clip(2.0 * np.arange(length) + rng.uniform(0, 0.3, length), hashes[start : start + length])
            for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        ]

    def clip(self, frames: int) -> Clip:
        """One clip of shots, without frames that many share."""
        rows = quantized(self._shots(np.array([frames])))
        return Clip(2.0 * np.arange(frames) + self.rng.uniform(0, 0.3, frames), rows)

    def _shots(self, lengths: NDArray[np.integer]) -> Floats:
        """The frames of clips, one after the other: in a shot each is the one before, and something new."""
        total = int(lengths.sum())
        cuts = self.rng.random(total) < 0.25
        cuts[np.cumsum(lengths) - lengths] = True
        shot = np.cumsum(cuts) - 1
        moves = self.rng.uniform(0.02, 0.5, shot[-1] + 1)[shot]
        new = pictures(self.rng, total) * np.where(cuts, 1.0, moves)[:, None].astype(np.float32)
        sums = np.cumsum(new, axis=0, dtype=np.float64)
        before = np.flatnonzero(cuts)
        earlier = np.concatenate([np.zeros((1, WIDTH)), sums])[before]
        return unit(sums - earlier[shot])

    def version(self, clip: Clip) -> Clip:
        """Another encode of a clip; of one with ten frames or more a trim, whose frames are between the clip's."""
        rows = clip.hashes.astype(np.float32)
        if len(rows) < 10:
            return Clip(clip.times, quantized(altered(self.rng, rows, 0.05)))
        begin = int(self.rng.integers(0, len(rows) // 2))
        end = begin + max(4, len(rows) // 3)
        share = self.rng.uniform(0.1, 0.3)
        between = (1 - share) * unit(rows[begin:end]) + share * unit(rows[begin + 1 : end + 1])
        times = np.arange(end - begin) * 2.0
        return Clip(times, quantized(altered(self.rng, between.astype(np.float32), 0.05)))


def pictures(rng: np.random.Generator, count: int) -> Floats:
    """Unrelated natural pictures as vectors of length 1, shape (count, 192)."""
    ycc = rng.standard_normal((count, CELLS, CELLS, 3)) * _DEVIATION[..., None] * (1, 0.25, 0.25)
    ycc *= rng.gamma(2.0, 0.5, (count, CELLS, CELLS, 1))  # some pictures are smooth, some are not
    shown = np.einsum("nuvc,ui,vj->nijc", ycc, _COSINES, _COSINES, optimize=True) @ _FROM_YCC.T
    return unit(shown.reshape(count, WIDTH))


def altered(rng: np.random.Generator, rows: Floats, change: float) -> Floats:
    """The pictures with another one of a relative amplitude mixed in."""
    return unit(unit(rows) + change * pictures(rng, len(rows)))


def unit(rows: NDArray[np.floating]) -> Floats:
    """Rows of length 1; those of zeros stay."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def quantized(rows: Floats) -> NDArray[np.int8]:
    """As `perceptual_hashes` quantizes."""
    largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-6)
    return np.round(rows / largest * 127).astype(np.int8)
