"""The prints of one asset in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import mirrored, unit_vectors


@dataclass(frozen=True)
class Track:
    """The prints of one asset."""

    times: NDArray[np.float64]
    """Seconds, rising."""
    rows: NDArray[np.float32]
    """Shape (len(times), 192), every row of length 1."""

    @classmethod
    def of(cls, times: Sequence[float] | NDArray[np.float64], prints: NDArray[np.int8]) -> "Track":
        """Without the frames that show nothing."""
        shows = prints.any(axis=1)
        return cls(np.asarray(times, np.float64)[shows], unit_vectors(prints[shows]))

    def mirrored(self) -> "Track":
        """The same with left and right exchanged."""
        return Track(self.times, mirrored(self.rows))

    @cached_property
    def changes(self) -> NDArray[np.float64]:
        """By how much each frame differs from the one before it (1 less their correlation); one less than frames."""
        return np.asarray(1 - (self.rows[1:] * self.rows[:-1]).sum(axis=1), np.float64).clip(0)

    @property
    def length(self) -> float:
        """Seconds from the first to the last frame."""
        return float(self.times[-1] - self.times[0])

    @property
    def gap(self) -> float:
        """The longest time between neighbours, in seconds; that of a single frame is a second."""
        return float(np.diff(self.times).max()) if len(self.times) > 1 else 1.0
