"""What can be wrong with frames."""

from dampipe.kernel.errors import ErrorCode

NO_PICTURE = ErrorCode(
    "frame.no_picture",
    "there is no picture of {name} yet",
    "A frame is read from the proxy, and a still from its poster: both are made when the file is processed.",
)
UNREADABLE = ErrorCode("frame.unreadable", "no frame of {name} can be read: {reason}")
FRAMES_BUSY = ErrorCode("frame.busy", "too many other frames are being read", "Try again in a few seconds.")
