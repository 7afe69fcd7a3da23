"""Which footage shows the same, and shifted by how much: likely pairs by hashing, then votes for an offset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dampipe.media.prints import WIDTH, unit_rows

SAME = 0.90
"""Correlation from which two frames vote for the offset between them …"""
ALIKE = 0.55
"""… and mean correlation over the common part from which two assets show the same. Real clips encoded anew,
trimmed and made smaller reach 0.6 to 1.0, since frames a second apart are compared with each other; unrelated
ones find no two frames that are the same."""
EXPLAINED = 0.5
"""Share of the frames whose difference the footage's own motion has to explain: measured, true pairs reach 0.7 at
least, and pictures that only resemble each other 0.15 at the most."""
NOISE = 0.02
"""What another encode alone takes off the correlation of two frames."""
MOTION = 2.0
"""How much more than its nearer neighbour in time a frame may differ from one taken at another instant."""
TABLES = 12
PLANES = 16
CHANCE = 10_000
"""Frames from which on some meet by chance."""
CROWDED = 100
"""Frames that look like those of more assets than this tell nothing: slates, logos, empty sky."""
OFFSETS = 200
"""Offsets tried for one pair, at the most, those with the most votes."""
SLACK = 0.8
"""How far apart in time two frames may be that are compared, in gaps between frames."""
TIE = 0.005
"""Offsets whose score differs by less are equally good."""
STEP = 0.1
"""Seconds: votes that differ by less are one."""


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
        return cls(np.asarray(times, np.float64)[shows], unit_rows(prints[shows]))

    @cached_property
    def allowed(self) -> NDArray[np.float32]:
        """How much the same instant may differ in another version, by how much each frame's own neighbours do."""
        alike = (self.rows[1:] * self.rows[:-1]).sum(axis=1)
        before, after = np.append(-1.0, alike), np.append(alike, -1.0)
        own = 1 - np.maximum(before, after) if len(self.rows) > 1 else np.zeros(len(self.rows))
        return np.asarray(NOISE + MOTION * own, np.float32)

    @property
    def length(self) -> float:
        """Seconds from the first to the last frame."""
        return float(self.times[-1] - self.times[0])

    @property
    def gap(self) -> float:
        """The longest time between neighbours, in seconds; that of a single frame is a second."""
        return float(np.diff(self.times).max()) if len(self.times) > 1 else 1.0


@dataclass(frozen=True)
class Alignment:
    """How two tracks lie to each other; see NearDuplicate."""

    offset: float
    similarity: float
    coverage: float
    frames: int
    start: float
    """Of the common part, in seconds of the first; as is `end`."""
    end: float

    @property
    def score(self) -> float:
        """What offsets are compared by."""
        return self.similarity * self.coverage


def likely_pairs(tracks: Iterable[tuple[int, Track]]) -> list[tuple[int, int]]:
    """Pairs of tracks (by their numbers, the smaller first) with frames that may be the same, each once.

    Random hyperplanes (Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002): frames
    that fall on the same side of all planes of a table meet. Twelve tables of 16 planes find frames of
    correlation 0.97 in nineteen of twenty cases, and an asset has many frames. Where there are so many frames that
    some meet by chance, two meetings are asked for. Only 24 bytes a frame are held at once.
    """
    dice = np.random.default_rng(0)
    planes = dice.standard_normal((WIDTH, TABLES * PLANES)).astype(np.float32)
    weights = 1 << np.arange(PLANES)
    numbers, sides = list[NDArray[np.int64]](), list[NDArray[np.uint16]]()
    for number, track in tracks:
        above = (track.rows @ planes > 0).reshape(-1, TABLES, PLANES)
        sides.append((above @ weights).astype(np.uint16).T)
        numbers.append(np.full(len(track.rows), number, np.int64))
    if not numbers:
        return []
    owners, keys = np.concatenate(numbers), np.concatenate(sides, axis=1)
    met = np.concatenate([_meetings(table.astype(np.int64), owners) for table in keys])
    pairs, times = np.unique(met, return_counts=True)
    certain = pairs[times >= (2 if len(owners) > CHANCE else 1)]
    return [(int(pair >> 32), int(pair & 0xFFFFFFFF)) for pair in certain]


def _meetings(keys: NDArray[np.int64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of owners with a key in common, `smaller << 32 | larger`; none of keys that too many have."""
    # Of each key the owners that have it, each once, in order.
    places = np.unique(keys << 32 | owners)
    keys, owners = places >> 32, places & 0xFFFFFFFF
    _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
    few = (counts <= CROWDED)[at]
    keys, owners = keys[few], owners[few]
    found = []
    for apart in range(1, CROWDED):
        same = keys[apart:] == keys[:-apart]
        if not same.any():
            break
        found.append(owners[:-apart][same] << 32 | owners[apart:][same])
    return np.concatenate(found) if found else np.empty(0, np.int64)


def align(first: Track, second: Track) -> Alignment | None:
    """How the second lies to the first, if they show the same; None if not.

    Every two frames that look the same vote for the offset between their times; for the offsets with votes
    all frames of the common part are compared with the nearest in time of the other.
    """
    same = first.rows @ second.rows.T
    at, of = np.nonzero(same >= SAME)
    if not len(at):
        return None
    votes = np.round((first.times[at] - second.times[of]) / STEP)
    offsets, counts = np.unique(votes, return_counts=True)
    tried = offsets[np.argsort(-counts, kind="stable")[:OFFSETS]] * STEP
    slack = SLACK * max(first.gap, second.gap)
    found = [one for offset in tried if (one := _compared(first, second, same, float(offset), slack))]
    best = max((one.score for one in found), default=0.0)
    if best < ALIKE:
        return None
    # While a picture stands still many offsets are as good: the one in the middle is nearest to the truth.
    good = sorted((one for one in found if one.score >= best - TIE), key=lambda one: one.offset)
    return good[len(good) // 2]


def _compared(
    first: Track, second: Track, same: NDArray[np.float32], offset: float, slack: float
) -> Alignment | None:
    shifted = second.times + offset
    start = max(first.times[0], shifted[0]) - slack
    end = min(first.times[-1], shifted[-1]) + slack
    mine = np.flatnonzero((first.times >= start) & (first.times <= end))
    other = np.flatnonzero((shifted >= start) & (shifted <= end))
    if not len(mine) or not len(other):
        return None
    apart = np.abs(first.times[mine][:, None] - shifted[other][None])
    known = np.where(apart <= slack, same[np.ix_(mine, other)], -np.inf)
    best = np.concatenate([known.max(axis=1), known.max(axis=0)])
    allowed = np.concatenate([first.allowed[mine], second.allowed[other]])
    seen = np.isfinite(best)
    if not seen.any() or (1 - best[seen] <= allowed[seen]).mean() < EXPLAINED:
        return None
    best = best[seen]
    shorter, within = (second, other) if second.length <= first.length else (first, mine)
    return Alignment(
        offset=offset,
        similarity=float(best.mean()),
        coverage=len(within) / len(shorter.times),
        frames=len(best),
        start=float(max(first.times[mine[0]], shifted[other[0]])),
        end=float(min(first.times[mine[-1]], shifted[other[-1]])),
    )
