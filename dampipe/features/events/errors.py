"""What can be wrong with a request for events."""

from dampipe.kernel.errors import ErrorCode

SINCE_INVALID = ErrorCode(
    "event.since_invalid",
    "{since!r} is neither the number of an event nor a time",
    "Give a number, a time such as 2026-05-01 or 2026-05-01T12:30, or how long ago: 30m, 12h, 7d.",
)
TOO_MANY_STREAMS = ErrorCode(
    "event.too_many_streams",
    "{limit} clients follow the events of this server already",
    "Try again later, or close some.",
)
