"""Two tracks at one speed: which frames meet at an offset in time, and how well they agree."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.track import SignatureTrack

SIMILAR = 0.5
"""Cosine of two signatures from which a frame speaks for a line, not against it."""
BLANK = -0.5
"""Agreement of a blank frame with one that is not blank; two blank frames neither agree nor disagree."""
MOVED = 0.5
"""Seconds within which a frame of full evidence has to change."""


@dataclass(frozen=True)
class Line:
    """A candidate span: frames `start` to `stop` of the first track, whose time in the second is speed * t + offset."""

    start: int
    stop: int
    offset: float
    evidence: float = 0.0


class Comparison:
    """Two tracks at one speed."""

    def __init__(self, first: SignatureTrack, second: SignatureTrack, speed: Fraction) -> None:
        self.first = first
        self.second = second
        self.speed = speed
        self._speed = float(speed)
        self.step = min(first.step * self._speed, second.step)
        """Seconds between two frames of the track with more of them, in the time of the second track."""
        self.longest = max(first.step * self._speed, second.step)
        self.change = _change(first)
        """Shape (frames,): how much each frame of the first track says about times, from 0.02 to 1."""

    def speed_of(self, seconds: NDArray[np.float64] | float) -> Any:
        """Seconds of the first track as seconds of the second one."""
        return self._speed * seconds

    def nearest(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The frames of the second track that begin nearest to these times."""
        times = self.second.seconds
        if len(times) == 1:
            return np.zeros(seconds.shape, np.int64)
        after = np.searchsorted(times, seconds).clip(1, len(times) - 1)
        return np.asarray(after - (seconds - times[after - 1] <= times[after] - seconds))

    def agreement(
        self, frames: NDArray[np.int64], offset: float | NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """The cosine of each frame with that of the second track at its time on a line; -1 where there is none.

        offset: one, or shape (count, 1) for a result of shape (count, frames).
        """
        at = self._speed * self.first.seconds[frames] + offset
        others = self.nearest(at)
        cosines = np.einsum("...j,...j->...", self.first.units[frames], self.second.units[others])
        blank, other_blank = self.first.blank[frames], self.second.blank[others]
        cosines[blank != other_blank] = SIMILAR + BLANK
        cosines[blank & other_blank] = SIMILAR
        half = 0.75 * self.longest
        outside = (at < self.second.seconds[0] - half) | (at > self.second.seconds[-1] + half)
        cosines[outside] = -1
        return np.asarray(cosines, np.float32)

    def evidence(self, frames: NDArray[np.int64], offset: float) -> NDArray[np.float32]:
        """How much each frame speaks for a line (positive) or against it (negative)."""
        return np.asarray(self.agreement(frames, offset) - np.float32(SIMILAR))

    def weights(self, line: Line) -> NDArray[np.float32]:
        """The evidence of each frame of a line, weighted by how much it says about times."""
        frames = np.arange(line.start, line.stop)
        return (self.evidence(frames, line.offset) * self.change[frames]).astype(np.float32)


def _change(track: SignatureTrack) -> NDArray[np.float64]:
    """How much the picture changes around each frame, from 0 (not at all) to 1: what it says about times."""
    apart = max(1, round(MOVED / track.step))
    units = track.units
    if len(units) <= apart:
        return np.full(len(units), 0.05)
    differ = 1 - np.einsum("ij,ij->i", units[apart:], units[:-apart])
    differ[track.blank[apart:] & track.blank[:-apart]] = 0
    change = np.zeros(len(units))
    change[apart:] = differ
    change[:-apart] = np.maximum(change[:-apart], differ)
    return np.asarray(np.clip(change / 0.05, 0.02, 1))
