"""By how much one track is shifted against another: all frames weigh every offset, and what fits as well is told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.features.duplicates.track import Track

NOISE = 0.001
"""What another encode alone takes off the correlation of two frames, on average."""
STRANGE = 0.2
"""Share of frames that even the right offset does not explain: something passed by between two of the other's."""
UNSEEN = 0.1
"""Share of frames that look like nothing in the other track, if the offset is wrong."""
WEIGHT = 0.5
"""Of each frame: every two are weighed from both sides, and frames one after another tell much the same."""
SLACK = 0.8
"""How far apart in time two frames may be that are compared, in gaps between frames."""
COVER = 2
"""Power of the coverage by which an offset is likely beforehand: a trim lies within what it was cut from."""
LEAST = 0.3
"""Coverage below which no offset is weighed."""
STEP = 0.1
"""Seconds between the offsets that are weighed, at the least …"""
STEPS = 20
"""… and how many go into the time that frames may be apart."""
AT_ONCE = 500
"""Offsets weighed at once, which bounds the memory."""
LEVELS = 12
"""Expected differences are told apart by powers of two, of which this many lie between noise and anything."""
NEAR = 0.5
"""Seconds: what is no further away is the same place …"""
NEARBY = 0.1
"""… nor is what is nearer than this share of a gap between frames, which counts where they are far apart."""
AS_GOOD = 0.1
"""What is as likely as this share of the best offset cannot be ruled out: told without another, it is right to NEAR in
98 of 100 pairs of real clips."""
MOST = 3
"""Other places told, the likeliest."""


@dataclass(frozen=True)
class Placed:
    """Where the second lies in the first."""

    offset: float
    """Seconds: what is at `t` in the second is at `t + offset` in the first."""
    evidence: float
    """By what logarithm this explains the frames better than chance does."""
    others: tuple[tuple[float, float], ...]
    """Other offsets that cannot be ruled out, from and to, the likeliest first; () where the one told is certain."""


def placed(first: Track, second: Track) -> Placed:
    """Weigh all offsets at which enough of the shorter one is covered; neither track may be empty."""
    gap = max(first.gap, second.gap)
    step = max(STEP, SLACK * gap / STEPS)
    least = LEAST * min(first.length, second.length)
    low, high = first.times[0] - second.times[-1] + least, first.times[-1] - second.times[0] - least
    offsets = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    sides = _Side(first, second, SLACK * gap), _Side(second, first, SLACK * gap)
    weighed = _weighed(*sides, offsets)
    offset, evidence = _middle(offsets, weighed), float(weighed.max())
    if step > STEP:
        finer = offset + np.arange(-step, step, STEP)
        offset = _middle(finer, _weighed(*sides, finer))
    return Placed(offset, evidence, _others(offsets, weighed, offset, max(NEAR, NEARBY * gap)))


class _Side:
    """The frames of one track, and what they are like those of another.

    A picture is taken to change evenly from one frame to the next. So at the right offset frames that are some time
    apart differ by their share of this change, and by noise; at a wrong one as any two frames do. An empty road is
    like all other empty roads, so that it tells nothing.
    """

    def __init__(self, track: Track, other: Track, slack: float) -> None:
        """slack: seconds that two frames may be apart."""
        self.track = track
        self.other = other
        self.slack = slack
        self.differ = np.asarray((1 - track.rows @ other.rows.T).clip(0), np.float64)
        # What the two frames would differ by if they had nothing to do with each other.
        self.usual = NOISE + np.minimum(self.differ.mean(axis=0), self.differ.mean(axis=1)[:, None])
        levels = NOISE * 2.0 ** np.arange(LEVELS)
        self.alike = np.stack([_density(self.differ, level).mean(axis=1) for level in levels])

    def explained(self, offsets: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """By what logarithm the nearest frames of the other explain these better than chance; how many have one.

        offsets: of this track against the other.
        """
        times = self.track.times[:, None] + offsets
        near = np.searchsorted((self.other.times[1:] + self.other.times[:-1]) / 2, times)
        apart = times - self.other.times[near]
        mine = np.arange(len(self.track.times))[:, None]
        (before, after), (earlier, later) = _speeds(self.other), _speeds(self.track)
        speed = np.where(apart > 0, after[near] + earlier[mine], before[near] + later[mine]) / 2
        expected = NOISE + speed * np.abs(apart)
        level = np.log2(expected / NOISE).round().astype(int).clip(0, LEVELS - 1)
        found = self.differ[mine, near]
        chance = (1 - UNSEEN) * self.alike[level, mine] + UNSEEN * _density(found, self.usual[mine, near])
        explained = np.log((1 - STRANGE) * _density(found, expected) / chance.clip(1e-300) + STRANGE)
        seen = np.abs(apart) <= self.slack
        return np.where(seen, explained, 0).sum(axis=0), seen.mean(axis=0)


def _density(differ: NDArray[np.float64], mean: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """How likely a difference is, of those distributed exponentially about a mean."""
    return np.asarray(np.exp(-differ / mean) / mean)


def _speeds(track: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How quickly the picture changes before and after each frame, a second."""
    if len(track.times) < 2:
        return np.zeros(1), np.zeros(1)
    speeds = track.changes / np.diff(track.times).clip(1e-3)
    return np.concatenate([speeds[:1], speeds]), np.concatenate([speeds, speeds[-1:]])


def _weighed(first: _Side, second: _Side, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of how likely each offset is, but for a constant."""
    found = []
    for start in range(0, len(offsets), AT_ONCE):
        some = offsets[start : start + AT_ONCE]
        (one, covers), (other, covered) = first.explained(-some), second.explained(some)
        part = covered if second.track.length <= first.track.length else covers
        found.append(WEIGHT * (one + other) + COVER * np.log(part.clip(1e-3)))
    return np.concatenate(found)


def _middle(offsets: NDArray[np.float64], weighed: NDArray[np.float64]) -> float:
    """The mean of what lies near the likeliest one, which noise may have moved a little."""
    likely = np.exp(weighed - weighed.max())
    there = np.abs(offsets - offsets[weighed.argmax()]) <= NEAR
    return float(np.average(offsets[there], weights=likely[there]))


def _others(
    offsets: NDArray[np.float64], weighed: NDArray[np.float64], told: float, near: float
) -> tuple[tuple[float, float], ...]:
    """Runs of offsets that cannot be ruled out, where any of them is another place than the one told."""
    good = np.flatnonzero(weighed >= weighed.max() + np.log(AS_GOOD))
    runs = np.split(good, np.flatnonzero(np.diff(offsets[good]) > 2 * near) + 1)
    others = [run for run in runs if np.abs(offsets[run] - told).max() > near]
    others.sort(key=lambda run: -weighed[run].max())
    return tuple((float(offsets[run[0]]), float(offsets[run[-1]])) for run in others[:MOST])
