"""Keys: what the facet index keeps a set of versions for. No I/O.

Each field has one `Mode`, and each value one key of it. A key has a name, which is unique in its field:

| Mode | Fields | One key for | Name |
|---|---|---|---|
| presence | all | having a value | empty |
| text | facets of texts | each text, its case folded | the folded text, its first 200 characters |
| number | ratings, booleans, facets of numbers | each number | the number |
| span | other numbers | numbers that differ by 3 % at most | its position among all spans |
| month | dates | each month by the clock of the date | months since the year 0 |
| term, asset | terms, references | each term, each asset | its number |
| column | other texts | none: the texts themselves are kept, see `texts.py` | |

Texts that are facts, and no facets, have the mode `presence` alone.
"""

import math
import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from dampipe.features.metadata.values import SHORT, fold
from dampipe.kernel.field import FieldType, MetadataField

PLAN_VERSION = 3
"""Rises when something else is kept, or in another way: the index is then built again."""


class Mode(StrEnum):
    """How the values of a field become keys."""

    PRESENCE = "presence"
    TEXT = "text"
    NUMBER = "number"
    SPAN = "span"
    MONTH = "month"
    TERM = "term"
    ASSET = "asset"
    COLUMN = "column"


class Key(NamedTuple):
    """One key."""

    field: str
    name: str


EVERY = Key("", "")
"""What all versions have."""


def mode_of(given: MetadataField) -> Mode:
    """How a field is indexed."""
    match given.type:
        case FieldType.TERM:
            return Mode.TERM
        case FieldType.ASSET:
            return Mode.ASSET
        case FieldType.DATE:
            return Mode.MONTH
        case FieldType.RATING | FieldType.BOOLEAN:
            return Mode.NUMBER
        case FieldType.NUMBER:
            return Mode.NUMBER if given.facet else Mode.SPAN
        case FieldType.LABEL:
            return Mode.TEXT
        case FieldType.TEXT | FieldType.PERSON if given.facet:
            return Mode.TEXT
        case kind if kind.is_text and not given.is_fact:
            return Mode.COLUMN
        case _:
            return Mode.PRESENCE


def text_name(text: str) -> str:
    """The name of a text's key.

    >>> text_name("STRASSE") == text_name("Straße")
    True
    """
    return fold(text)[:SHORT]


def number_name(mode: Mode, number: float) -> str:
    """The name of the key of a finite number, or of a date in seconds."""
    match mode:
        case Mode.SPAN:
            return str(span_of(number))
        case Mode.MONTH:
            return str(month_of(number))
        case _:
            return repr(float(number) + 0.0)  # -0.0 is 0.0


def number_names(mode: Mode, numbers: Sequence[float]) -> list[str]:
    """The names of the keys of many finite numbers: what `number_name` says of each, in a tenth of the time.

    >>> number_names(Mode.SPAN, [0.5, -3.0]) == [number_name(Mode.SPAN, one) for one in (0.5, -3.0)]
    True
    """
    import numpy as np

    given = np.array(numbers, np.float64) + 0.0
    if mode is Mode.SPAN:
        bits = given.view(np.uint64)
        flipped = np.where(bits & np.uint64(_SIGN), ~bits, bits | np.uint64(_SIGN))
        return [str(one) for one in (flipped >> np.uint64(_SHIFT)).tolist()]
    if mode is Mode.MONTH:
        seconds = np.clip(np.floor(given), _LEAST_SECOND, _MOST_SECOND).astype(np.int64)
        months = seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        return [str(one) for one in (months + 1970 * 12).tolist()]
    return [number_name(mode, one) for one in given.tolist()]


_KEPT_BITS = 5
"""Of the fraction of a number: 32 spans from one power of two to the next."""
_SHIFT = 52 - _KEPT_BITS
_SIGN = 1 << 63


def span_of(number: float) -> int:
    """The span of a finite number; spans have the order of their numbers.

    >>> [span_of(n) - span_of(800.0) for n in (799.0, 800.0, 801.0, 831.0, 832.0)]
    [-1, 0, 0, 1, 2]
    """
    [bits] = struct.unpack(">Q", struct.pack(">d", number + 0.0))
    return int(bits ^ (_SIGN if not bits & _SIGN else 2 * _SIGN - 1)) >> _SHIFT


def span_limits(span: int) -> tuple[float, float]:
    """The first number of a span, and the first after it.

    >>> span_limits(span_of(800.5))
    (800.0, 816.0)
    """
    return _first_of(span << _SHIFT), _first_of((span + 1) << _SHIFT)


def _first_of(ordered: int) -> float:
    if ordered > 2 * _SIGN - 1:
        return math.inf
    bits = ordered ^ (_SIGN if ordered & _SIGN else 2 * _SIGN - 1)
    [number] = struct.unpack(">d", struct.pack(">Q", bits))
    if math.isnan(number):
        return math.inf if ordered & _SIGN else -math.inf
    return float(number)


_EPOCH = datetime(1970, 1, 1)
_LEAST_SECOND = (datetime.min - _EPOCH).total_seconds()
_MOST_SECOND = (datetime(9999, 12, 31) - _EPOCH).total_seconds()


def month_of(seconds: float) -> int:
    """Months from the year 0 to a wall clock time in seconds since 1970; outside of the years 1 to 9999 the nearest."""
    try:
        moment = _EPOCH + timedelta(seconds=math.floor(seconds))
    except OverflowError:
        moment = datetime.max if seconds > 0 else datetime.min
    return moment.year * 12 + moment.month - 1


@lru_cache(maxsize=4096)
def month_limits(month: int) -> tuple[float, float]:
    """The first second of a month, and the first after it; the first and the last month have no limit outwards.

    >>> month_limits(1970 * 12)
    (0.0, 2678400.0)
    """
    least = -math.inf if month <= 12 else _first_second(month)
    most = math.inf if month >= 9999 * 12 + 11 else _first_second(month + 1)
    return least, most


def _first_second(month: int) -> float:
    return (datetime(month // 12, month % 12 + 1, 1) - _EPOCH).total_seconds()


def month_text(month: int) -> str:
    """A month as people write it.

    >>> month_text(2024 * 12 + 5)
    '2024-06'
    """
    return f"{month // 12:04}-{month % 12 + 1:02}"


class Interval(NamedTuple):
    """The numbers that a comparison asks for: from `least` to `most`, each of them included or not."""

    least: float = -math.inf
    most: float = math.inf
    with_least: bool = True
    with_most: bool = True

    def holds(self, number: float) -> bool:
        """Whether a number lies in it."""
        above = number > self.least or (self.with_least and number == self.least)
        below = number < self.most or (self.with_most and number == self.most)
        return above and below

    def covers(self, first: float, after: float, slack: float = 0.0) -> bool:
        """Whether all numbers from `first` to before `after` lie in it, even if moved by `slack`."""
        first, after = first - slack, after + slack
        return (first > self.least or (self.with_least and first == self.least)) and after <= self.most

    def meets(self, first: float, after: float, slack: float = 0.0) -> bool:
        """Whether one of these numbers may lie in it."""
        first, after = first - slack, after + slack
        return after > self.least and (first < self.most or (self.with_most and first == self.most))
