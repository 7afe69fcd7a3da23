"""The error codes of the demo."""

from dampipe.kernel.errors import ErrorCode

SCENES_INVALID = ErrorCode("demo.scenes_invalid", "a clip needs scenes of one size that last longer than 0 s")
