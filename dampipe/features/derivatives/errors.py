"""What can be wrong with a request for a derivative."""

from dampipe.kernel.errors import ErrorCode

UNKNOWN_DERIVATIVE = ErrorCode("derivative.not_found", "{name} has no derivative {derivative!r}")
