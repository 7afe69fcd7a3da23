"""The fingerprints of one asset over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import mirrored, unit_vectors


@dataclass(frozen=True)
class Track:
    """The fingerprints of one asset."""

    times: NDArray[np.float64]
    """Seconds, ascending."""
    rows: NDArray[np.float32]
    """Shape (len(times), 192), every row of length 1."""

    @classmethod
    def of(cls, times: Sequence[float] | NDArray[np.float64], prints: NDArray[np.int8]) -> "Track":
        """A track of fingerprints (shape (len(times), 192)) without frames that show nothing: black, a fade."""
        shows = prints.any(axis=1)
        return cls(np.asarray(times, np.float64)[shows], unit_vectors(prints[shows]))

    def mirrored(self) -> "Track":
        """The same track with its pictures flipped horizontally."""
        return Track(self.times, mirrored(self.rows))

    @cached_property
    def changes(self) -> NDArray[np.float64]:
        """Difference of each frame from the one before it (1 minus their correlation); one less than frames."""
        return np.asarray(1 - (self.rows[1:] * self.rows[:-1]).sum(axis=1), np.float64).clip(0)

    @property
    def length(self) -> float:
        """Seconds from the first to the last frame."""
        return float(self.times[-1] - self.times[0])

    @property
    def gap(self) -> float:
        """The longest time between two neighbouring frames, in seconds; 1 for a single frame."""
        return float(np.diff(self.times).max()) if len(self.times) > 1 else 1.0
