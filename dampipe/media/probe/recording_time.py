"""Recording times: dates as cameras and programs write them, and the rule which of several wins.

A time without a time zone stays without one: it is what the camera's clock showed, and nothing here converts it.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple


class DateSource(StrEnum):
    """Where a file says when it was recorded, the most reliable first: of several plausible times the first one wins.

    The time at which a file was last changed is not among them: a copy has another one.
    """

    ORIGINAL = "original"
    """EXIF DateTimeOriginal; the clock of an AVCHD camcorder."""
    DIGITIZED = "digitized"
    """EXIF DateTimeDigitized."""
    ZONED = "zoned"
    """A date in the container that has a time zone: Apple's creation date, `©day`, DATE_RECORDED …"""
    CAMERA = "camera"
    """The camera's own document, in the file or beside it: Sony, Panasonic; subtitles of DJI."""
    RECORDER = "recorder"
    """Date and time of Broadcast WAVE."""
    CONTAINER = "container"
    """The creation time of the container: in UTC, but local time where a GoPro wrote it."""
    TAG = "tag"
    """A date in the container without a time zone."""
    XMP = "xmp"
    """XMP in the file."""
    IPTC = "iptc"
    GPS = "gps"
    """The time of the satellites, in UTC: that of the last fix, which may be older than the recording."""
    CHANGED = "changed"
    """EXIF DateTime, or the modification date of MXF: the last change."""
    SIDECAR = "sidecar"
    """XMP beside the file."""
    NAME = "name"
    """The file name, if it holds date and time of day."""


_RANKS = {source: rank for rank, source in enumerate(DateSource)}

FIRST_YEAR = 1971
"""Cameras without a clock write the epoch of a format, 1904 or 1970, or zeros."""
END_YEAR = 2040
"""Later years are those of broken clocks. The 32-bit time of MP4 ends in 2040."""
_TIME = re.compile(
    r"(\d{4})[-:/.](\d{1,2})[-:/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2})[:\-.](\d{2})(?:[:\-.](\d{2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})", re.ASCII)
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)
"""Of UTC, the time zones farthest away."""
_EPOCHS = ("1904-01-01", "1970-01-01", "1904:01:01", "1970:01:01")
_BLANK = re.compile(r"[\s:/\-\x00]*")
_SHOWN = 40


class Candidate(NamedTuple):
    """A text that may be a recording time."""

    field: str
    """What the file calls it, for warnings."""
    text: str
    offset: str = ""
    """Difference to UTC where it is stored on its own, "+02:00"."""
    fraction: str = ""
    """Decimals of the second where they are stored on their own, "25"."""
    zoned: bool = True
    """False: a time zone in the text is known to be wrong."""
    source: DateSource = DateSource.ORIGINAL


class Recorded(NamedTuple):
    """The recording time of a file, and what it comes from."""

    time: datetime
    source: DateSource


def best_plausible(candidates: Iterable[Candidate], warnings: list[str]) -> Recorded | None:
    """The plausible time of the most reliable source, the first one of several; None if there is none.

    Appends a warning for each invalid one before it.
    """
    for candidate in sorted(candidates, key=lambda one: _RANKS[one.source]):
        if _BLANK.fullmatch(candidate.text) or candidate.text.strip().startswith(_EPOCHS):
            continue  # standards ask for blanks where a time is unknown, and clocks that are not set write an epoch
        try:
            time = parse_time(candidate.text)
        except ValueError:
            warnings.append(f"its recording time is not valid ({candidate.field}: {_shown(candidate.text)})")
            continue
        time = _with_fraction(time, candidate.fraction)
        if time.tzinfo is None and candidate.offset.strip():
            zone = parse_offset(candidate.offset)
            if zone is None:
                warnings.append(f"its time zone is not valid ({candidate.field}: {_shown(candidate.offset)})")
            time = time.replace(tzinfo=zone)
        return Recorded(time if candidate.zoned else time.replace(tzinfo=None), candidate.source)
    return None


_IN_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)([01]\d)\2([0-3]\d)[-_. T]?(?:at )?"
    r"([0-2]\d)([-_.:]?)([0-5]\d)\6([0-5]\d)(?:\d{3})?(?!\d)",
    re.ASCII,
)


def in_name(path: str) -> list[Candidate]:
    """The time in a file name such as `VID_20240506_070809.mp4` or `2024-05-06 07.08.09.jpg`; none without a time of
    day. Pixel phones name files by UTC.

    >>> [one.text for one in in_name("VID_20240506_070809.mp4")], in_name("20240506_interview.mov")
    (['2024-05-06 07:08:09'], [])
    """
    name = PurePath(path).name
    match = _IN_NAME.search(name)
    if match is None:
        return []
    year, _, month, day, hour, _, minute, second = match.groups()
    text = f"{year}-{month}-{day} {hour}:{minute}:{second}"
    zone = "+00:00" if name.startswith("PXL_") else ""
    try:
        parse_time(text)
    except ValueError:
        return []  # digits that mean something else
    return [Candidate("file name", text, zone, source=DateSource.NAME)]


def parse_time(text: str) -> datetime:
    """A time as EXIF or ISO 8601 write it; midnight for a date alone; with a time zone if the text has a valid one.

    Raises ValueError for everything else, and for years that no camera recorded in.

    >>> parse_time("2024:05:06 07:08:09.25+02:00").isoformat()
    '2024-05-06T07:08:09.250000+02:00'
    """
    match = _TIME.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in range(1, 7))
    if not FIRST_YEAR <= year < END_YEAR:
        raise ValueError(f"{year} is not a plausible year")
    time = _with_fraction(datetime(year, month, day, hour, minute, second), match[7] or "")
    return time.replace(tzinfo=parse_offset(match[8] or ""))


def parse_offset(text: str) -> timezone | None:
    """The time zone of "+02:00", "-0330" or "Z"; None for anything else, such as "+99:99".

    >>> parse_offset("-03:30"), parse_offset("+24:00")
    (datetime.timezone(datetime.timedelta(days=-1, seconds=73800)), None)
    """
    text = text.strip("\x00 ").upper()
    if text in ("Z", "UTC", "GMT"):
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[3]) >= 60:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1)
    return timezone(offset) if _WEST <= offset <= _EAST else None


def _with_fraction(time: datetime, digits: str) -> datetime:
    digits = digits.strip("\x00 ")
    if not re.fullmatch(r"[0-9]+", digits):
        return time
    return time.replace(microsecond=int(digits[:6].ljust(6, "0")))


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text.strip()[:_SHOWN])
