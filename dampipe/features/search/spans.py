"""The span of a file that a moment becomes in a timeline."""

from collections.abc import Iterable

from dampipe.features.search.model import Hit
from dampipe.storage.moments import Moment

MAX_SPAN = 60.0
"""Seconds; a longer shot is cut to this length around the moment."""


STILL_SPAN = 5.0
"""Seconds that a still is shown."""


UNKNOWN_SPAN = 2.0
"""Seconds after the moment where the end of its shot is unknown."""


def span(moment: Moment) -> tuple[float, float]:
    """Start and end of the span of a moment, in seconds: its shot, at most 60 s of it, half before and half after.

    >>> span(Moment(asset="a", path="a", time=50.0, score=1.0, start=0.0, end=200.0, duration=200.0))
    (20.0, 80.0)
    >>> span(Moment(asset="a", path="a", time=5.0, score=1.0, start=0.0, end=200.0, duration=200.0))
    (0.0, 60.0)
    """
    if moment.duration is None:
        return 0.0, STILL_SPAN
    start = moment.time if moment.start is None else moment.start
    end = min(moment.duration, moment.time + UNKNOWN_SPAN) if moment.end is None else moment.end
    if end - start > MAX_SPAN and moment.subclip is None and moment.comment is None:
        start = min(max(start, moment.time - MAX_SPAN / 2), end - MAX_SPAN)
        end = start + MAX_SPAN
    return start, max(start, end)


def beginning(hit: Hit) -> Moment:
    """The first moment of an asset, for a hit without moments."""
    asset = {"asset": hit.asset, "path": hit.path, "name": hit.name, "duration": hit.duration}
    return Moment(**asset, time=0.0, score=hit.score or 0.0, start=0.0, end=hit.duration)


def all_moments(hits: Iterable[Iterable[Moment]]) -> list[Moment]:
    """The moments of all hits in their order, one per shot."""
    found: dict[tuple[str, int], Moment] = {}
    for moments in hits:
        for moment in moments:
            found.setdefault((moment.asset, moment.shot), moment)
    return list(found.values())
