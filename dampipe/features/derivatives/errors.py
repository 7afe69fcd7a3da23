"""What can be wrong with a request for a derivative, or for a check."""

from dampipe.kernel.errors import ErrorCode

UNKNOWN_DERIVATIVE = ErrorCode("derivative.not_found", "{name} has no derivative {derivative!r}")
LOST_DERIVATIVE = ErrorCode(
    "derivative.lost",
    "the file of {derivative} is {problem}",
    "It is made again within some minutes, if the footage is there.",
)
UNKNOWN_CHECK = ErrorCode("check.not_found", "there is no check {check}", "Request another one.")
STORE_AWAY = ErrorCode(
    "derivatives.away",
    "{missing} of {sampled} derivatives that were looked at are missing: {store} is away or was emptied",
    "Bring the folder or bucket back. Nothing is made again until then, unless this is confirmed.",
)
STORE_SILENT = ErrorCode(
    "derivatives.no_answer", "{problem}", "Nothing can be shown or made until it answers."
)
DERIVATIVES_LOST = ErrorCode(
    "derivatives.lost",
    "{missing} of {sampled} derivatives that were looked at are missing",
    "They can be made again.",
)
NO_PROXY = ErrorCode("signatures.no_proxy", "{name} has no proxy to make signatures from")
