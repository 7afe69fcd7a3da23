"""Days and times of licences, each in the time zone of the licence.

A licence that is valid until 31 December ends with that day where the licence holds, not where the server stands.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dampipe.features.rights.errors import DATE_INVALID, ZONE_UNKNOWN
from dampipe.kernel.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 1900, 9000


@dataclass(frozen=True)
class Moment:
    """A day or a time as a person wrote it, and the moment that it means."""

    text: str
    """`2026-12-31` or `2026-12-31T18:00:00`, without an offset; its zone is that of the licence."""
    at: float
    """Seconds since 1970: the first moment at which a licence that begins there is valid, or one that ends there is
    not valid any more."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """A time zone of the IANA database. Raises InvalidInput."""
    try:
        if name != name.strip() or name.startswith((".", "/")) or ".." in name:
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise InvalidInput(ZONE_UNKNOWN, name=name) from None


def beginning(text: str, zone: str) -> Moment:
    """When what begins at a day or time begins: a day at its first moment.

    >>> beginning("2027-01-01", "UTC").at, beginning("2027-01-01", "Europe/Berlin").at
    (1798761600.0, 1798758000.0)
    """
    return _moment(text, zone, is_end=False)


def end(text: str, zone: str) -> Moment:
    """When what is valid until a day or time ends: a day includes its last moment.

    >>> end("2026-12-31", "UTC").at, end("2026-12-31T18:00", "Europe/Berlin").at
    (1798761600.0, 1798736400.0)
    """
    return _moment(text, zone, is_end=True)


def shown(moment: Moment, zone: str) -> str:
    """A moment with its zone, for people."""
    return f"{moment.text.replace('T', ' ')} ({zone})"


def _moment(text: str, zone: str, *, is_end: bool) -> Moment:
    place = zone_of(zone)
    stated = text.strip()
    try:
        if len(stated) == 10:
            day = date.fromisoformat(stated)
            _check(day)
            first = datetime.combine(day + timedelta(days=1) if is_end else day, time(), place)
            return Moment(day.isoformat(), first.timestamp())
        found = datetime.fromisoformat(stated)
        _check(found.date())
        if found.tzinfo is not None:
            found = found.astimezone(place)
            return Moment(found.replace(tzinfo=None).isoformat(timespec="seconds"), found.timestamp())
        # A clock shows some times twice and others never: a licence ends at the earlier moment, and begins at the later.
        both = [found.replace(tzinfo=place, fold=fold).timestamp() for fold in (0, 1)]
        return Moment(found.isoformat(timespec="seconds"), min(both) if is_end else max(both))
    except (ValueError, OverflowError) as error:
        raise InvalidInput(DATE_INVALID, text=text, reason=str(error)) from None


def _check(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year is not between {FIRST_YEAR} and {LAST_YEAR}")


def day_of(at: float, zone: str) -> str:
    """The day of a moment in a zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone)).date().isoformat()
