"""Amounts, times and dates as people write them in a question, and what they mean."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import InvalidInput

LINES = {"8k": 4320.0, "5k": 2880.0, "4k": 2160.0, "uhd": 2160.0, "fhd": 1080.0, "hd": 720.0}
"""Names of resolutions: pixels of the shorter side."""


class Range(BaseModel):
    """From `least` to `most`, both included; None is no limit."""

    model_config = ConfigDict(frozen=True)

    least: float | None = None
    most: float | None = None


def parse_seconds(text: str) -> float:
    """Seconds from "12.5", "1:15.2" or "1:01:15". Raises InvalidInput.

    >>> parse_seconds("1:15.2"), parse_seconds("12.5")
    (75.2, 12.5)
    """
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text.strip()):
        raise InvalidInput(f"{text!r} is no time", hint="Give seconds (12.5) or a clock's time (1:15.2).")
    seconds = 0.0
    for part in text.strip().split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def parse_duration(text: str) -> Range:
    """Durations: "10-60" between, "10+" at least, "60-" at most; "10" is 10 s, rounded.

    >>> parse_duration("1:00+")
    Range(least=60.0, most=None)
    """
    return _range(text, parse_seconds, 0.5)


def parse_lines(text: str) -> Range:
    """Resolutions by the shorter side: "1080p" exactly, "4k+" at least, "720p-" at most, "720-1080".

    >>> parse_lines("4k+"), parse_lines("1080p")
    (Range(least=2160.0, most=None), Range(least=1080.0, most=1080.0))
    """
    return _range(text, _lines, 0.0)


def _lines(text: str) -> float:
    word = text.strip().lower()
    if word in LINES:
        return LINES[word]
    if not re.fullmatch(r"\d+p?", word):
        known = ", ".join(LINES)
        raise InvalidInput(f"{text!r} is no resolution", hint=f"Give 1080p, 2160 or one of {known}.")
    return float(word.rstrip("p"))


def _range(text: str, read: Callable[[str], float], slack: float) -> Range:
    word = text.strip()
    if word.endswith("+"):
        return Range(least=read(word[:-1]))
    first, dash, last = word.partition("-")
    if dash and first and last:
        least, most = read(first), read(last)
        if least > most:
            raise InvalidInput(f"{text!r} begins after its end")
        return Range(least=least, most=most)
    if dash and first:
        return Range(most=read(first))
    value = read(word)
    return Range(least=value - slack, most=value + slack)


def parse_date(text: str) -> tuple[datetime, datetime]:
    """What "2024", "2024-05", "2024-05-17" or "2024-05-17T10:30" covers: its first moment, and the first after it.

    Without a time zone in the zone of this machine. Raises InvalidInput.

    >>> [moment.isoformat() for moment in parse_date("2024-02")]
    ['2024-02-01T00:00:00', '2024-03-01T00:00:00']
    """
    word = text.strip()
    try:
        if re.fullmatch(r"\d{4}", word):
            return datetime(int(word), 1, 1), datetime(int(word) + 1, 1, 1)
        if re.fullmatch(r"\d{4}-\d{2}", word):
            first = datetime.fromisoformat(f"{word}-01")
            return first, (first + timedelta(days=31)).replace(day=1)
        begin = datetime.fromisoformat(word)
        return begin, begin + (timedelta(days=1) if len(word) == 10 else timedelta(minutes=1))
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{text!r} is no date", hint="Give 2024, 2024-05, 2024-05-17 or 2024-05-17T10:30."
        ) from error
