"""What can be wrong with a request to retry."""

from dampipe.kernel.errors import ErrorCode

UNKNOWN_STAGE = ErrorCode("stage.not_found", "there is no stage {stage!r}", "The status lists the stages.")
