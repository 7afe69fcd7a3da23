"""Due dates: a point in time, and the zone in which it was given."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from datetime import tzinfo as TzInfo
from typing import Self
from zoneinfo import ZoneInfo

from dampipe.features.workflow.errors import INVALID_DUE
from dampipe.kernel.errors import InvalidInput

_OFFSET = re.compile(r"^([+-])(\d\d):(\d\d)$")
_END_OF_DAY = time(23, 59, 59)
MAX_ZONE = 64
EARLIEST, LATEST = 1900, 2999
"""Years of a due date."""


@dataclass(frozen=True)
class DueDate:
    """When something is due."""

    at: float
    """Seconds since 1970."""
    zone: str
    """A name of the IANA database, or an offset such as `+02:00`."""

    @classmethod
    def parse(cls, text: str, zone: str | None) -> Self:
        """From `2026-12-24` (the end of that day) or `2026-12-24T18:00`, and the zone of that clock.

        A time with an offset needs no zone. Raises InvalidInput, also for a time that the clock of the zone skips. Of a
        time that it shows twice, the first one is meant.
        """
        text = text.strip()

        def wrong(problem: str) -> InvalidInput:
            return InvalidInput(INVALID_DUE, text=text[:100], problem=problem)

        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                local = datetime.combine(date.fromisoformat(text), _END_OF_DAY)
            else:
                local = datetime.fromisoformat(text)
        except ValueError:
            raise wrong("it is not a date or a time in the form of ISO 8601") from None
        if not EARLIEST <= local.year <= LATEST:
            raise wrong(f"its year is not between {EARLIEST} and {LATEST}")
        local = local.replace(microsecond=0)
        offset = local.utcoffset()
        if offset is not None:
            if offset % timedelta(minutes=1):
                raise wrong("its offset is not one of whole minutes")
            if zone is None:
                return cls(local.timestamp(), _offset_name(offset))
        if zone is None:
            raise wrong("it has no time zone")
        where = _zone(zone)
        if where is None:
            raise wrong(f"{zone[:100]!r} is not a time zone")
        if offset is not None:
            return cls(local.timestamp(), zone)
        at = local.replace(tzinfo=where).timestamp()
        if datetime.fromtimestamp(at, where).replace(tzinfo=None) != local:
            raise wrong(f"the clocks of {zone} skip that time")
        return cls(at, zone)

    @property
    def local(self) -> datetime:
        """The time as the clock of its zone shows it; in UTC, if this machine does not know the zone."""
        return datetime.fromtimestamp(self.at, _zone(self.zone) or UTC)


def _zone(name: str) -> TzInfo | None:
    found = _OFFSET.match(name)
    if found:
        hours, minutes = int(found[2]), int(found[3])
        if hours > 14 or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if found[1] == "-" else offset)
    if len(name) > MAX_ZONE or not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", name):
        return None
    try:
        return ZoneInfo(name)
    except (
        OSError,
        ValueError,
        KeyError,
    ):  # a folder of the database, a name that is not one, one that is not in it
        return None


def _offset_name(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
