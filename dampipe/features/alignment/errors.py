"""What can be wrong with a time that is to be carried, and with versions that cannot be aligned."""

from dampipe.kernel.errors import ErrorCode

NO_TIMES = ErrorCode("alignment.still", "{name} is a still: it has no times to carry")
OTHER_KIND = ErrorCode(
    "alignment.other_kind",
    "{source} has a picture and {target} has none, or the other way round: their frames cannot be compared",
)
NO_PROXY = ErrorCode(
    "alignment.no_proxy",
    "{name} has no proxy, by whose frames it is aligned: {reason}",
    "Make its proxy first.",
)
NO_SUCH_CODE = ErrorCode(
    "time.no_such_timecode",
    "{name} has no frame with the time code {code}",
    "Its time codes run from {first} to {last}.",
)
NO_TIMECODE = ErrorCode(
    "time.no_timecode", "{name} has no time code: its frame rate is not known", "Give seconds, as in 12.5."
)
OUTSIDE = ErrorCode("time.outside", "{text} is outside of {name}, which is {duration} s long")
EMPTY_SPAN = ErrorCode(
    "time.empty_span",
    "the span from {start} to {end} is empty: its end is not behind its start",
    "The end is the first frame that is not part of the span.",
)
