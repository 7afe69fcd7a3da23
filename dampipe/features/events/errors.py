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
UNKNOWN_SUBSCRIBER = ErrorCode(
    "subscriber.unknown", "there is no subscriber {name!r}", "The subscribers are {names}."
)
NOT_STUCK = ErrorCode(
    "subscriber.not_stuck",
    "{name} does not fail at {event}",
    "Only an event at which a subscriber fails is skipped, after it was delivered to it alone.",
)
