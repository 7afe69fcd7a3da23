"""Wall clocks: times as a clock at some place showed them, which compare without a time zone.

Most cameras do not write a time zone. A time without one must not be converted by the zone of a worker or of the
person who searches, so the catalogue compares what clocks showed.
"""

from datetime import datetime, timedelta

_EPOCH = datetime(1970, 1, 1)


def wall_clock(time: datetime) -> float:
    """Seconds from 1970-01-01T00:00:00 to a time, both on its own clock: its time zone is not applied.

    >>> wall_clock(datetime(1970, 1, 1, 12)), wall_clock(datetime.fromisoformat("1970-01-01T12:00+02:00"))
    (43200.0, 43200.0)
    """
    return (time.replace(tzinfo=None) - _EPOCH).total_seconds()


def utc_offset(time: datetime) -> int | None:
    """Minutes by which the time's clock is ahead of UTC; None without a time zone.

    >>> utc_offset(datetime.fromisoformat("1970-01-01T12:00-03:30")), utc_offset(datetime(1970, 1, 1))
    (-210, None)
    """
    offset = time.utcoffset()
    return None if offset is None else offset // timedelta(minutes=1)
