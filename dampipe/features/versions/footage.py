"""Decides whether two contents show the same footage, so that one is a version of the other.

The fingerprints of their frames are aligned as near duplicates are (`features/duplicates/match.py`): re-encodes, grades,
trims and resized pictures align, other footage does not. Where the pictures do not tell one instant from another (a
locked-off camera, a title), frames of another take look the same; then the lengths have to agree, too, as those of two
exports of one clip do and those of two takes do not.
"""

from dataclasses import dataclass

from dampipe.features.duplicates.match import align
from dampipe.features.duplicates.track import Track

SAME_LENGTH = 0.1
"""Seconds by which the lengths of two exports of one clip differ at most: padding of sound, rounding to frames."""


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
    longer, shorter = sorted((old, new), key=lambda side: -float(side.track.times[-1]))
    found = align(longer.track, shorter.track)
    if found is None or found.mirrored:
        return False
    if not found.others:
        return True
    return (
        old.duration is not None
        and new.duration is not None
        and abs(old.duration - new.duration) <= SAME_LENGTH
    )
