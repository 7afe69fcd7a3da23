"""Decides whether two assets show the same, by a comparison at the likeliest offset.

Frames are compared by their perceptual hashes (`dampipe/media/perceptual_hash.py`). Which pairs are compared at all is
decided by keys of their frames (`keys.py`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dampipe.features.duplicates.model import MIN_SIMILARITY, NearKind
from dampipe.features.duplicates.time_offset import SLACK, find_offset
from dampipe.features.duplicates.track import Track

SAME = 0.90
"""Correlation of the two most similar frames from which a pair is compared. A pair is reported from a mean correlation
of MIN_SIMILARITY over the common part: real clips that were encoded again, trimmed and resized reach 0.6 to 1.0, since
frames up to a second apart are compared with each other; unrelated clips have no two frames of correlation SAME."""
OF_FEW_FRAMES = (0.95, 0.8, 0.7)
"""Similarity that a track of one, two and three frames needs. Among millions of clips some have two frames that resemble
each other; in real clips of so few frames, true pairs reach 0.97."""
EXPLAINED = 0.5
"""Share of the frames whose difference has to be explained by the motion in the footage itself: measured, true pairs
reach at least 0.7, pictures that only resemble each other at most 0.15."""
NOISE = 0.02
"""Most that another encode alone reduces the correlation of two frames by."""
MOTION = 2.0
"""How many times more than from its nearer neighbour in time a frame may differ from one of another instant."""
WHOLE = 0.9
"""Share of a track from which all of it counts as common: its first and last frames are compared with none if the
other one begins or ends between two sampled frames."""
CLEARLY = 2.0
"""How much more evidence the flipped picture must have: where it is the right one, it has at least 4 more."""


@dataclass(frozen=True)
class Alignment:
    """Where two tracks show the same; see NearDuplicate."""

    offset: float
    similarity: float
    coverage: float
    frames: int
    start: float
    """Of the common part, in seconds of the first track; so is `end`."""
    end: float
    others: tuple[tuple[float, float], ...] = ()
    mirrored: bool = False
    coverage_of_longer: float = 1.0
    """Share of the longer track that is common."""

    @property
    def kind(self) -> NearKind:
        """How much of each is common."""
        if self.coverage < WHOLE:
            return NearKind.OVERLAP
        return NearKind.WHOLE if self.coverage_of_longer >= WHOLE else NearKind.PART

    @property
    def score(self) -> float:
        """What has to reach MIN_SIMILARITY."""
        return self.similarity * self.coverage


def align(first: Track, second: Track) -> Alignment | None:
    """Align the second track with the first; None if they do not show the same.

    At the likeliest offset each frame of the common part is compared with the frame of the other track that is nearest
    in time. A horizontally flipped version is recognized as such, but only found where left and right are similar.
    """
    if not _have_same_frame(first, second):
        return None
    best, other, flipped = find_offset(first, second), second, second.mirrored()
    if _have_same_frame(first, flipped):
        of_flipped = find_offset(first, flipped)
        if of_flipped.evidence > best.evidence + CLEARLY:
            best, other = of_flipped, flipped
    found = _compared(first, other, best.offset)
    if found is None or found.score < MIN_SIMILARITY:
        return None
    if found.similarity < _least_similarity(min(len(first.times), len(second.times))):
        return None
    return replace(found, others=best.others, mirrored=other is flipped)


def _least_similarity(frames: int) -> float:
    """The similarity that a pair needs whose shorter track has so many frames."""
    return OF_FEW_FRAMES[frames - 1] if frames <= len(OF_FEW_FRAMES) else MIN_SIMILARITY


def _have_same_frame(first: Track, second: Track) -> bool:
    return bool((first.rows @ second.rows.T >= SAME).any())


def _compared(first: Track, second: Track, offset: float) -> Alignment | None:
    """Compare the common part at an offset; None if too few frames fit."""
    slack = SLACK * max(first.gap, second.gap)
    shifted = second.times + offset
    start = max(first.times[0], shifted[0]) - slack
    end = min(first.times[-1], shifted[-1]) + slack
    in_first = np.flatnonzero((first.times >= start) & (first.times <= end))
    in_second = np.flatnonzero((shifted >= start) & (shifted <= end))
    if not len(in_first) or not len(in_second):
        return None
    apart = np.abs(first.times[in_first][:, None] - shifted[in_second][None])
    known = np.where(apart <= slack, first.rows[in_first] @ second.rows[in_second].T, -np.inf)
    best = np.concatenate([known.max(axis=1), known.max(axis=0)])
    allowed = np.concatenate([_allowed(first)[in_first], _allowed(second)[in_second]])
    seen = np.isfinite(best)
    if not seen.any() or (1 - best[seen] <= allowed[seen]).mean() < EXPLAINED:
        return None
    best = best[seen]
    of_first, of_second = len(in_first) / len(first.times), len(in_second) / len(second.times)
    is_longer = second.length <= first.length
    return Alignment(
        offset=offset,
        similarity=float(best.mean()),
        coverage=of_second if is_longer else of_first,
        coverage_of_longer=of_first if is_longer else of_second,
        frames=len(best),
        start=float(max(first.times[in_first[0]], shifted[in_second[0]])),
        end=float(min(first.times[in_first[-1]], shifted[in_second[-1]])),
    )


def _allowed(track: Track) -> NDArray[np.float64]:
    """How much each frame may differ from the same instant in another version, from how much its neighbours differ."""
    if len(track.rows) < 2:
        return np.full(len(track.rows), NOISE)
    before, after = np.append(2.0, track.changes), np.append(track.changes, 2.0)
    return np.asarray(NOISE + MOTION * np.minimum(before, after), np.float64)
