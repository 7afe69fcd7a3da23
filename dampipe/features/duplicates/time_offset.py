"""Estimates the time offset between two tracks: the likelihood of every offset is computed from all frames."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.features.duplicates.track import Track

NOISE = 0.001
"""How much another encode alone reduces the correlation of two frames, on average."""
UNEXPLAINED = 0.2
"""Share of frames that even the right offset does not explain: something passed by between two sampled frames."""
UNMATCHED = 0.1
"""Share of frames that resemble no frame of the other track, if the offset is wrong."""
WEIGHT = 0.5
"""Of each frame: every pair is counted from both sides, and consecutive frames are not independent."""
SLACK = 0.8
"""Greatest distance in time of two frames that are compared, in gaps between frames."""
COVERAGE_POWER = 2
"""Exponent of the coverage in the prior of an offset: a trim lies within what it was cut from."""
MIN_COVERAGE = 0.3
"""Coverage below which an offset is not considered."""
STEP = 0.1
"""Seconds between two offsets that are considered, at least …"""
STEPS = 20
"""… and their number within the greatest distance in time of two frames."""
AT_ONCE = 500
"""Offsets computed at once, which bounds the memory."""
LEVELS = 12
"""Expected differences are quantized to powers of two, of which this many lie between noise and any difference."""
NEAR = 0.5
"""Seconds within which two offsets count as the same …"""
NEARBY = 0.1
"""… or this share of a gap between frames, if that is longer."""
AS_GOOD = 0.1
"""Offsets with at least this share of the likelihood of the best one cannot be ruled out: without any of these, the best
one is right to NEAR in 98 of 100 pairs of real clips."""
MAX_OTHERS = 3
"""Other offsets reported, the likeliest."""


@dataclass(frozen=True)
class TimeOffset:
    """The offset of a second track against a first one."""

    offset: float
    """Seconds: what is at `t` in the second is at `t + offset` in the first."""
    evidence: float
    """Logarithm of how much better than chance the offset explains the frames."""
    others: tuple[tuple[float, float], ...]
    """Other ranges of offsets that cannot be ruled out, the likeliest first; () where `offset` is certain."""


def find_offset(first: Track, second: Track) -> TimeOffset:
    """The likeliest of all offsets that cover enough of the shorter track; neither track may be empty."""
    gap = max(first.gap, second.gap)
    step = max(STEP, SLACK * gap / STEPS)
    least = MIN_COVERAGE * min(first.length, second.length)
    low, high = first.times[0] - second.times[-1] + least, first.times[-1] - second.times[0] - least
    offsets = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    sides = _Side(first, second, SLACK * gap), _Side(second, first, SLACK * gap)
    likelihood = _log_likelihood(*sides, offsets)
    offset, evidence = _weighted_mean(offsets, likelihood), float(likelihood.max())
    if step > STEP:
        finer = offset + np.arange(-step, step, STEP)
        offset = _weighted_mean(finer, _log_likelihood(*sides, finer))
    return TimeOffset(offset, evidence, _others(offsets, likelihood, offset, max(NEAR, NEARBY * gap)))


class _Side:
    """The frames of one track, and how they differ from those of another.

    A picture is assumed to change evenly from one frame to the next. So at the right offset two frames differ by their
    share of this change, and by noise; at a wrong one as any two frames do. An empty road resembles all other empty
    roads, so it is not evidence.
    """

    def __init__(self, track: Track, other: Track, slack: float) -> None:
        """slack: seconds that two frames may be apart."""
        self.track = track
        self.other = other
        self.slack = slack
        self.differ = np.asarray((1 - track.rows @ other.rows.T).clip(0), np.float64)
        # The difference of two unrelated frames.
        self.usual = NOISE + np.minimum(self.differ.mean(axis=0), self.differ.mean(axis=1)[:, None])
        levels = NOISE * 2.0 ** np.arange(LEVELS)
        self.alike = np.stack([_density(self.differ, level).mean(axis=1) for level in levels])

    def explained(self, offsets: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Logarithm of how much better than chance each offset explains the frames, and the share of frames compared.

        offsets: of this track against the other.
        """
        times = self.track.times[:, None] + offsets
        near = np.searchsorted((self.other.times[1:] + self.other.times[:-1]) / 2, times)
        apart = times - self.other.times[near]
        rows = np.arange(len(self.track.times))[:, None]
        (before, after), (earlier, later) = _speeds(self.other), _speeds(self.track)
        speed = np.where(apart > 0, after[near] + earlier[rows], before[near] + later[rows]) / 2
        expected = NOISE + speed * np.abs(apart)
        level = np.log2(expected / NOISE).round().astype(int).clip(0, LEVELS - 1)
        found = self.differ[rows, near]
        chance = (1 - UNMATCHED) * self.alike[level, rows] + UNMATCHED * _density(
            found, self.usual[rows, near]
        )
        explained = np.log((1 - UNEXPLAINED) * _density(found, expected) / chance.clip(1e-300) + UNEXPLAINED)
        seen = np.abs(apart) <= self.slack
        return np.where(seen, explained, 0).sum(axis=0), seen.mean(axis=0)


def _density(differ: NDArray[np.float64], mean: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Probability density of a difference, exponentially distributed with a mean."""
    return np.asarray(np.exp(-differ / mean) / mean)


def _speeds(track: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change of the picture per second before and after each frame."""
    if len(track.times) < 2:
        return np.zeros(1), np.zeros(1)
    speeds = track.changes / np.diff(track.times).clip(1e-3)
    return np.concatenate([speeds[:1], speeds]), np.concatenate([speeds, speeds[-1:]])


def _log_likelihood(first: _Side, second: _Side, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-likelihood of each offset, up to a constant."""
    found = []
    for start in range(0, len(offsets), AT_ONCE):
        some = offsets[start : start + AT_ONCE]
        (one, covers), (other, covered) = first.explained(-some), second.explained(some)
        part = covered if second.track.length <= first.track.length else covers
        found.append(WEIGHT * (one + other) + COVERAGE_POWER * np.log(part.clip(1e-3)))
    return np.concatenate(found)


def _weighted_mean(offsets: NDArray[np.float64], likelihood: NDArray[np.float64]) -> float:
    """The mean of the offsets near the likeliest one, weighted by likelihood: noise may have moved the maximum."""
    likely = np.exp(likelihood - likelihood.max())
    is_near = np.abs(offsets - offsets[likelihood.argmax()]) <= NEAR
    return float(np.average(offsets[is_near], weights=likely[is_near]))


def _others(
    offsets: NDArray[np.float64], likelihood: NDArray[np.float64], best: float, near: float
) -> tuple[tuple[float, float], ...]:
    """Ranges of offsets that cannot be ruled out and reach farther than `near` from the best one."""
    good = np.flatnonzero(likelihood >= likelihood.max() + np.log(AS_GOOD))
    runs = np.split(good, np.flatnonzero(np.diff(offsets[good]) > 2 * near) + 1)
    others = [run for run in runs if np.abs(offsets[run] - best).max() > near]
    others.sort(key=lambda run: -likelihood[run].max())
    return tuple((float(offsets[run[0]]), float(offsets[run[-1]])) for run in others[:MAX_OTHERS])
