"""Times, dates and ranges as people write them in a query: "1:15.2", "2024-05", "10-60", "4k+"."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import ErrorCode, InvalidInput

LINES = {"8k": 4320.0, "5k": 2880.0, "4k": 2160.0, "uhd": 2160.0, "fhd": 1080.0, "hd": 720.0}
"""Names of resolutions: pixels of the shorter side."""

TIME_INVALID = ErrorCode(
    "time.invalid", "invalid time {value!r}", "Give seconds (12.5) or a clock time (1:15.2)."
)
DURATION_INVALID = ErrorCode(
    "duration.invalid",
    "invalid duration {value!r}",
    "Give seconds (10-60, 10+, 60-) or clock times (1:00-2:30).",
)
RESOLUTION_INVALID = ErrorCode(
    "resolution.invalid",
    "invalid resolution {value!r}",
    "Give 1080p, 2160, a range (720-1080, 4k+) or one of {names}.",
)
RANGE_REVERSED = ErrorCode(
    "range.reversed", "the range {value!r} begins after its end", "Give the smaller value first."
)
DATE_INVALID = ErrorCode(
    "date.invalid", "invalid date {value!r}", "Give 2024, 2024-05, 2024-05-17 or 2024-05-17T10:30."
)

AGE_INVALID = ErrorCode(
    "age.invalid", "invalid age {value!r}", "Give hours (36h), days (30d), weeks (6w) or years (2y)."
)
_UNITS = {"h": 3600.0, "d": 86_400.0, "w": 7 * 86_400.0, "y": 365 * 86_400.0}


class Range(BaseModel):
    """From `least` to `most`, both included; None means no limit."""

    model_config = ConfigDict(frozen=True)

    least: float | None = None
    most: float | None = None


def parse_seconds(text: str) -> float:
    """Seconds from "12.5", "1:15.2" or "1:01:15". Raises InvalidInput (TIME_INVALID).

    >>> parse_seconds("1:15.2"), parse_seconds("12.5")
    (75.2, 12.5)
    """
    if (seconds := _seconds(text)) is None:
        raise InvalidInput(TIME_INVALID, value=text)
    return seconds


def parse_age(text: str) -> float:
    """Seconds of an age: "36h", "30d", "6w", "2y"; a year has 365 days. Raises InvalidInput (AGE_INVALID).

    >>> parse_age("36h"), parse_age("1.5d")
    (129600.0, 129600.0)
    """
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([hdwy])", text.strip().lower(), re.ASCII)
    if found is None:
        raise InvalidInput(AGE_INVALID, value=text)
    return float(found[1]) * _UNITS[found[2]]


def parse_duration(text: str) -> Range:
    """A range of seconds: "10-60" between, "10+" at least, "60-" at most; "10" is 10 s, rounded.

    Raises InvalidInput (DURATION_INVALID, RANGE_REVERSED).

    >>> parse_duration("1:00+")
    Range(least=60.0, most=None)
    """
    if (found := _range(text, _seconds, 0.5)) is None:
        raise InvalidInput(DURATION_INVALID, value=text)
    return found


def parse_lines(text: str) -> Range:
    """A range of pixels of the shorter side: "1080p" exactly, "4k+" at least, "720p-" at most, "720-1080".

    Raises InvalidInput (RESOLUTION_INVALID, RANGE_REVERSED).

    >>> parse_lines("4k+"), parse_lines("1080p")
    (Range(least=2160.0, most=None), Range(least=1080.0, most=1080.0))
    """
    if (found := _range(text, _lines, 0.0)) is None:
        raise InvalidInput(RESOLUTION_INVALID, value=text, names=", ".join(LINES))
    return found


def parse_date(text: str) -> tuple[datetime, datetime]:
    """The period of "2024", "2024-05", "2024-05-17" or "2024-05-17T10:30": its first moment, and the first after it.

    Without a time zone both are compared with wall clocks, in no zone. Raises InvalidInput (DATE_INVALID).

    >>> [moment.isoformat() for moment in parse_date("2024-02")]
    ['2024-02-01T00:00:00', '2024-03-01T00:00:00']
    """
    try:
        first, after = _period(text.strip())
        first.timestamp(), after.timestamp()  # the first and the last years have none in some zones
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInput(DATE_INVALID, value=text) from error
    return first, after


def _period(word: str) -> tuple[datetime, datetime]:
    if re.fullmatch(r"\d{4}", word):
        return datetime(int(word), 1, 1), datetime(int(word) + 1, 1, 1)
    if re.fullmatch(r"\d{4}-\d{2}", word):
        first = datetime.fromisoformat(f"{word}-01")
        return first, (first + timedelta(days=31)).replace(day=1)
    begin = datetime.fromisoformat(word)
    return begin, begin + (timedelta(days=1) if len(word) == 10 else timedelta(minutes=1))


def _seconds(text: str) -> float | None:
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text.strip()):
        return None
    seconds = 0.0
    for part in text.strip().split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _lines(text: str) -> float | None:
    word = text.strip().lower()
    if word in LINES:
        return LINES[word]
    return float(word.rstrip("p")) if re.fullmatch(r"\d+p?", word) else None


def _range(text: str, parse: Callable[[str], float | None], slack: float) -> Range | None:
    """the range that a text means, None for an invalid text. slack: how far a single value reaches, both ways."""
    word = text.strip()
    if word.endswith("+"):
        least = parse(word[:-1])
        return None if least is None else Range(least=least)
    first, dash, last = word.partition("-")
    least, most = parse(first), parse(last)
    if dash and last:
        if least is None or most is None:
            return None
        if least > most:
            raise InvalidInput(RANGE_REVERSED, value=text)
        return Range(least=least, most=most)
    if least is None:
        return None
    return Range(most=least) if dash else Range(least=least - slack, most=least + slack)
