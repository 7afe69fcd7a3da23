"""Cuts: spans of assets in the order of a search's answer, for an editing program."""

from collections.abc import Iterable

from dampipe.features.search.model import Hit
from dampipe.storage.moments import Moment

LONGEST = 60.0
"""Seconds: of a longer shot only so much round the moment is taken."""


STILL = 5.0
"""Seconds that a still stands."""


UNKNOWN = 2.0
"""Seconds after the moment where nobody knows the end of its shot."""


def span(moment: Moment) -> tuple[float, float]:
    """Start and end of what is cut out for a moment: its shot, at most 60 s of it, half before and half after.

    >>> span(Moment(asset="a", path="a", time=50.0, score=1.0, start=0.0, end=200.0, duration=200.0))
    (20.0, 80.0)
    >>> span(Moment(asset="a", path="a", time=5.0, score=1.0, start=0.0, end=200.0, duration=200.0))
    (0.0, 60.0)
    """
    if moment.duration is None:
        return 0.0, STILL
    start = moment.time if moment.start is None else moment.start
    end = min(moment.duration, moment.time + UNKNOWN) if moment.end is None else moment.end
    if end - start > LONGEST:
        start = min(max(start, moment.time - LONGEST / 2), end - LONGEST)
        end = start + LONGEST
    return start, max(start, end)


def beginning(hit: Hit) -> Moment:
    """The first moment of an asset: what stands for it where no moment was asked for."""
    places = {"asset": hit.asset, "path": hit.path, "name": hit.name, "duration": hit.duration}
    return Moment(**places, time=0.0, score=hit.score or 0.0, start=0.0, end=hit.duration)


def all_moments(hits: Iterable[Iterable[Moment]]) -> list[Moment]:
    """The moments of all hits, in their order, each shot once."""
    found: dict[tuple[str, int], Moment] = {}
    for moments in hits:
        for moment in moments:
            found.setdefault((moment.asset, moment.shot), moment)
    return list(found.values())
