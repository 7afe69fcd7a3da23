"""Which footage shows the same, and shifted by how much: likely pairs by hashing, then votes for an offset."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

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
CROWDED = 100
"""Frames that look like those of more assets than this tell nothing: slates, logos, empty sky."""
OFFSETS = 200
"""Offsets tried for one pair, at the most, those with the most votes."""
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


def likely_pairs(tracks: Sequence[Track]) -> Iterator[tuple[int, int]]:
    """Pairs of tracks (their numbers, the smaller first) with frames that may be the same, each once.

    Random hyperplanes (Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002): frames
    that fall on the same side of all planes of a table meet. Twelve tables, with as many planes as keep the
    chance meetings few, find frames of correlation 0.97 nine times in ten, and an asset has many frames.
    """
    owners = np.concatenate([np.full(len(t.rows), n) for n, t in enumerate(tracks)] or [np.empty(0, int)])
    if not len(owners):
        return
    rows = np.concatenate([track.rows for track in tracks])
    planes = int(np.clip(np.log2(len(rows)), 6, 16))
    dice = np.random.default_rng(0)
    met: set[tuple[int, int]] = set()
    for _ in range(TABLES):
        sides = rows @ dice.standard_normal((WIDTH, planes)).astype(np.float32) > 0
        keys = sides @ (1 << np.arange(planes))
        # Of each bucket the assets in it, each once.
        places = np.unique(np.stack([keys, owners]), axis=1)
        ends = np.flatnonzero(np.diff(places[0], append=-1)) + 1
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            if 1 < end - start <= CROWDED:
                met.update(combinations(places[1, start:end].tolist(), 2))
    yield from sorted(met)


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
    slack = 0.6 * max(first.gap, second.gap)
    found = [one for offset in tried if (one := _compared(first, second, same, float(offset), slack))]
    best = max(found, key=lambda one: (one.similarity * one.coverage, one.frames), default=None)
    return best if best and best.similarity * best.coverage >= ALIKE else None


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
    near = np.abs(first.times[mine][:, None] - shifted[other][None]) <= slack
    known = np.where(near, same[np.ix_(mine, other)], -np.inf)
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
