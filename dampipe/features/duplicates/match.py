"""Which footage shows the same: likely pairs by hashing, then the common part at the likeliest offset is compared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dampipe.features.duplicates.time_offset import SLACK, placed
from dampipe.features.duplicates.track import Track
from dampipe.media.perceptual_hash import WIDTH

SAME = 0.90
"""Correlation of the two frames most alike from which a closer look is worth it …"""
ALIKE = 0.55
"""… and mean correlation over the common part from which two assets show the same. Real clips encoded anew,
trimmed and made smaller reach 0.6 to 1.0, since frames a second apart are compared with each other; unrelated
ones find no two frames that are the same."""
EXPLAINED = 0.5
"""Share of the frames whose difference the footage's own motion has to explain: measured, true pairs reach 0.7 at
least, and pictures that only resemble each other 0.15 at the most."""
NOISE = 0.02
"""What another encode alone takes off the correlation of two frames, at the most."""
MOTION = 2.0
"""How much more than its nearer neighbour in time a frame may differ from one taken at another instant."""
TABLES = 12
PLANES = 16
CHANCE = 10_000
"""Frames from which on some meet by chance."""
CROWDED = 100
"""Frames that look like those of more assets than this tell nothing: slates, logos, empty sky."""
CLEARLY = 2.0
"""By how much more evidence the mirrored picture must have: where it is the right one, it has 4 more at least."""


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
    others: tuple[tuple[float, float], ...] = ()
    mirrored: bool = False

    @property
    def score(self) -> float:
        """What is held against ALIKE."""
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

    At the likeliest offset all frames of the common part are compared with the nearest in time of the other. A
    mirrored version is told from a straight one; it is found only where left and right are much the same.
    """
    if not _meet(first, second):
        return None
    at, other, turned = placed(first, second), second, second.mirrored()
    if _meet(first, turned):
        there = placed(first, turned)
        if there.evidence > at.evidence + CLEARLY:
            at, other = there, turned
    found = _compared(first, other, at.offset)
    if found is None or found.score < ALIKE:
        return None
    return replace(found, others=at.others, mirrored=other is turned)


def _meet(first: Track, second: Track) -> bool:
    return bool((first.rows @ second.rows.T >= SAME).any())


def _compared(first: Track, second: Track, offset: float) -> Alignment | None:
    slack = SLACK * max(first.gap, second.gap)
    shifted = second.times + offset
    start = max(first.times[0], shifted[0]) - slack
    end = min(first.times[-1], shifted[-1]) + slack
    mine = np.flatnonzero((first.times >= start) & (first.times <= end))
    other = np.flatnonzero((shifted >= start) & (shifted <= end))
    if not len(mine) or not len(other):
        return None
    apart = np.abs(first.times[mine][:, None] - shifted[other][None])
    known = np.where(apart <= slack, first.rows[mine] @ second.rows[other].T, -np.inf)
    best = np.concatenate([known.max(axis=1), known.max(axis=0)])
    allowed = np.concatenate([_allowed(first)[mine], _allowed(second)[other]])
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


def _allowed(track: Track) -> NDArray[np.float64]:
    """How much the same instant may differ in another version, by how much each frame's own neighbours do."""
    if len(track.rows) < 2:
        return np.full(len(track.rows), NOISE)
    before, after = np.append(2.0, track.changes), np.append(track.changes, 2.0)
    return np.asarray(NOISE + MOTION * np.minimum(before, after), np.float64)
