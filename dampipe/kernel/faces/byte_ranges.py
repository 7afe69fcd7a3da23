"""The Range header (RFC 9110, section 14): one span of bytes."""

import re
from typing import NamedTuple

_ONE_SPAN = re.compile(r"^bytes=(\d*)-(\d*)$", re.ASCII)
_MOST_DIGITS = 18
_BEYOND = 10**_MOST_DIGITS


class Span(NamedTuple):
    """Bytes from `start` up to, not with, `end`. Empty when nothing of the file was asked for."""

    start: int
    end: int


def parse_range(header: str | None, size: int) -> Span | None:
    """The span that is asked for of `size` bytes; None to send the whole file.

    A malformed header and several spans are answered with the whole file, as the RFC allows.

    >>> parse_range("bytes=0-99", 1000)
    Span(start=0, end=100)
    >>> parse_range("bytes=-5", 1000)
    Span(start=995, end=1000)
    """
    match = _ONE_SPAN.match(header.strip()) if header else None
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if not first:
        length = min(_number(last), size)
        return Span(size - length, size)
    start = _number(first)
    end = min(_number(last) + 1, size) if last else size
    if last and _number(last) < start:
        return None
    return Span(min(start, size), end)


def _number(digits: str) -> int:
    """The number, or one beyond every file: to convert thousands of digits is slow, or refused by Python."""
    significant = digits.lstrip("0")
    return _BEYOND if len(significant) > _MOST_DIGITS else int(significant or "0")
