"""Moments that people wrote something about (comments, subclips): registered by the features that keep them.

The words of a query are found in the documents of assets (`text_index.py`). A feature whose words are about a time names
a class in `Feature.text_moments`, which the container builds; it says at which times of the hits the words are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dampipe.kernel.container import Services
from dampipe.kernel.feature import registered
from dampipe.storage.moments import Moment


@dataclass(frozen=True)
class TextMoment:
    """A time of a version, and what somebody wrote about it."""

    version: int
    time: float
    """Seconds."""
    end: float | None
    """Seconds, of a span; None: a point."""
    text: str
    words: int
    """How many words of the query it has."""


class TextMoments(Protocol):
    """Finds the moments of versions by words."""

    def __call__(self, versions: Mapping[int, int], words: Sequence[str]) -> list[TextMoment]:
        """The moments whose text has one of the words at least.

        versions: ids of versions, which the one who asks may see, with those of their assets. words: as
        `text_index.words_of` returns them; a text has a word where one of its words begins with it.
        """
        ...


def text_moments(
    services: Services, versions: Mapping[int, int], words: Sequence[str]
) -> dict[int, list[TextMoment]]:
    """The moments of versions by all features: those with most words first, then in the order of time."""
    found: dict[int, list[TextMoment]] = {}
    for kind in registered("text_moments") if versions and words else ():
        finder: TextMoments = services.get(kind)
        for one in finder(versions, words):
            found.setdefault(one.version, []).append(one)
    for some in found.values():
        some.sort(key=lambda one: (-one.words, one.time))
    return found


def as_moments(found: Sequence[TextMoment], moment: Moment) -> list[Moment]:
    """Moments for a hit. moment: one of its version, for the facts of that; shots are negative: they have none."""
    return [
        moment.model_copy(
            update={
                "time": one.time,
                "start": one.time,
                "end": one.end,
                "text": one.text,
                "shot": -number,
                "score": 0.0,
                "weak": False,
            }
        )
        for number, one in enumerate(found, 1)
    ]
