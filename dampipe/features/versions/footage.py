"""Decides whether two contents show the same footage, so that one is a version of the other.

Fingerprints of frames alone do not tell two takes of one set from two exports of one take: parts of real footage of one
road, or of one bottle, reach similarities of 0.77 to 0.99, since most of the picture is the same. So what moves is
compared: the fingerprints of each content without their mean over time, interpolated at the same instants. Measured on
real footage, this correlation is 0.85 to 1.0 for exports of equal length (re-encoded, graded, in black and white, at
another frame rate, cropped), and -0.33 to 0.46 for other parts of the same footage.

Contents of other lengths are aligned first, as near duplicates are (`features/duplicates/match.py`): trims reach 0.58 to
0.85 at the offset that is found.

What this leaves open is decided by the frames of both proxies (`media/signatures/align.py`), which see each movement: of
exports and trims all of the shorter content is found in the longer one, bars and crops included, and what moves in it
correlates by 0.76 to 1.0. Other footage has hardly anything in common; other parts of one recording may have an empty
scene in common, in which things move for short times, by 0.44 to 0.67, once by 0.96. What is doubtful then, such as
footage in which nothing moves, stays an asset of its own: people stack it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.features.duplicates.match import align
from dampipe.features.duplicates.track import Track
from dampipe.media.signatures.alignment import Alignment
from dampipe.media.signatures.track import SignatureTrack

SAME_LENGTH = 0.1
"""Seconds by which the lengths of two exports of one clip differ at most: padding of sound, rounding to frames."""
MOTION = 0.75
"""Correlation of what moves from which two contents show the same …"""
MOTION_PLACED = 0.6
"""… and where the time offset between them is certain."""
STILL = 0.02
"""Root mean square of what moves, below which nothing does: a title, a picture that is held."""
SAME_STILL = 0.97
"""Mean correlation of the frames from which two contents of equal length in which nothing moves show the same."""
STEP = 0.5
"""Seconds between two instants that are compared; there are MIN_STEPS at least."""
MIN_STEPS = 8

COMMON_SHARE = 0.5
"""Share of the frames of one of two contents that the other one must have."""
MOVES = 0.002
MOVES_WITHIN = 0.5
"""A frame moves if its signature differs by MOVES (1 minus their cosine) from the one so many seconds before."""
MOVING_SECONDS = 1.9
"""Seconds of frames that both have and that move. Two cars that leave one road are alike for a second and a half, and
the empty road before and after them is, for any time."""
EXACT = 1e-6
"""Seconds within which two times are one."""


@dataclass(frozen=True)
class Footage:
    """What is known of the footage of a content."""

    duration: float | None
    """Seconds; None if unknown."""
    track: Track


def is_same(old: Footage, new: Footage) -> bool:
    """Whether the new content shows the same footage as the old one, or a part of it, or more."""
    if not len(old.track.times) or not len(new.track.times):
        return False
    longer, shorter = sorted((old.track, new.track), key=lambda track: -float(track.times[-1]))
    lengths = [side.duration for side in (old, new) if side.duration is not None]
    is_as_long = len(lengths) == 2 and abs(lengths[0] - lengths[1]) <= SAME_LENGTH
    if is_as_long and _same_at(longer, shorter, 0.0, MOTION, SAME_STILL):
        return True
    found = align(longer, shorter)
    if found is None or found.mirrored:
        return False
    return _same_at(longer, shorter, found.offset, MOTION if found.others else MOTION_PLACED)


def is_same_by_frames(found: Alignment, first: SignatureTrack, second: SignatureTrack) -> bool:
    """Whether two contents, whose frames were aligned, show the same: one of them has a large part of the other, and
    what moves there, for long enough, moves alike."""
    if max(found.share, found.inverse.share) < COMMON_SHARE:
        return False
    apart = max(1, round(MOVES_WITHIN / first.step))
    together = power = other_power = moving = 0.0
    for span in found.spans:
        inside = (first.seconds >= float(span.start) - EXACT) & (first.seconds < float(span.end) - EXACT)
        at = float(span.other) + float(span.speed) * (first.seconds[inside] - float(span.start))
        frames, others = np.flatnonzero(inside), _nearest(second.seconds, at)
        shown = ~(first.blank[frames] | second.blank[others])
        if not shown.any():
            continue
        ours, theirs = first.units[frames[shown]], second.units[others[shown]]
        changes = [1 - (side[apart:] * side[:-apart]).sum(axis=1) for side in (ours, theirs)]
        moving += float((np.minimum(*changes) > MOVES).sum()) * first.step
        ours, theirs = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
        together += float((ours * theirs).sum())
        power, other_power = power + float((ours**2).sum()), other_power + float((theirs**2).sum())
    return moving >= MOVING_SECONDS and together >= MOTION * math.sqrt(power * other_power)


def _nearest(times: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.int64]:
    """The numbers of the times that are nearest to others."""
    middles = (times[1:] + times[:-1]) / 2
    return np.asarray(np.searchsorted(middles, at), np.int64)


def _same_at(first: Track, second: Track, offset: float, motion: float, still: float = np.inf) -> bool:
    """Whether two tracks show the same where what is at `t` in the second is at `t + offset` in the first."""
    start = max(first.times[0], second.times[0] + offset)
    end = min(first.times[-1], second.times[-1] + offset)
    if end < start:
        return False
    times = np.linspace(start, end, max(MIN_STEPS, int((end - start) / STEP)))
    one, other = _at(first, times), _at(second, times - offset)
    moved, moved_too = one - one.mean(axis=0), other - other.mean(axis=0)
    strength, strength_too = (float((part**2).sum()) for part in (moved, moved_too))
    if max(strength, strength_too) < STILL**2 * len(times):
        return float((one * other).sum(axis=1).mean()) >= still
    if not strength or not strength_too:
        return False
    return float((moved * moved_too).sum()) >= motion * math.sqrt(strength * strength_too)


def _at(track: Track, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fingerprints of a track at other times, interpolated; shape (len(times), 192)."""
    if len(track.times) == 1:
        return np.repeat(track.rows, len(times), axis=0).astype(np.float64)
    after = np.clip(np.searchsorted(track.times, times), 1, len(track.times) - 1)
    gap = track.times[after] - track.times[after - 1]
    share = ((times - track.times[after - 1]) / gap).clip(0, 1)[:, None]
    return np.asarray(track.rows[after - 1] * (1 - share) + track.rows[after] * share, np.float64)
