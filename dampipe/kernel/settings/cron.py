"""Cron schedules: the subset of the crontab syntax that all implementations interpret alike."""

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of the month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
"""Name, lowest number, highest number, and names for the numbers from the lowest on."""
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")


def check_schedule(text: str) -> str:
    """Validate a schedule and return it with single spaces between its five fields.

    Raises ValueError that names the wrong part.

    >>> check_schedule("30 2 *  * mon-fri")
    '30 2 * * mon-fri'
    >>> check_schedule("30 26 * * *")
    Traceback (most recent call last):
    ValueError: '30 26 * * *' is not a valid schedule: '26' is not a valid hour (0 to 23)
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"{text!r} is not a valid schedule: give five fields as in a crontab, such as 30 2 * * *"
        )
    try:
        _, _, days, months, _ = [
            {number for part in field.split(",") for number in _numbers(part, *facts)}
            for field, facts in zip(fields, _FIELDS, strict=True)
        ]
        if min(days) > max(_LONGEST[month - 1] for month in months):
            raise ValueError(f"none of these months has a day {min(days)}")
    except ValueError as error:
        raise ValueError(f"{text!r} is not a valid schedule: {error}") from error
    return " ".join(fields)


def _numbers(part: str, name: str, low: int, high: int, words: list[str]) -> list[int]:
    """The numbers that one part of a field selects: `*`, `4`, `1-5`, `*/2` or `1-5/2`."""
    found = _PART.fullmatch(part)
    has_step = found is not None and found["step"] is not None
    if found is None or (has_step and (not int(found["step"]) or (found["first"] and not found["last"]))):
        raise ValueError(f"{part!r} is neither *, {low}, {low}-{high}, */2 nor {low}-{high}/2 ({name})")
    if found["first"] is None:
        first, last = low, high
    else:
        first, last = (
            _number(text, name, low, high, words)
            for text in (found["first"], found["last"] or found["first"])
        )
    whole = range(first, last + 1) if first <= last else [*range(first, high + 1), *range(low, last + 1)]
    return list(whole)[:: int(found["step"] or 1)]


def _number(text: str, name: str, low: int, high: int, words: list[str]) -> int:
    if text.lower() in words:
        return low + words.index(text.lower())
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        names = f", or {words[0]} to {words[-1]}" if words else ""
        raise ValueError(f"{text!r} is not a valid {name} ({low} to {high}{names})")
    return int(text)
