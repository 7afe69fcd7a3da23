"""Errors of reading and writing files that every part of dampipe meets."""

from dampipe.kernel.errors import ErrorCode

DISK_FULL = ErrorCode(
    "disk.full",
    "no space left on the device that dampipe writes to",
    "Free some space; the work is retried automatically.",
)
FILE_UNREADABLE = ErrorCode(
    "file.unreadable",
    "the file cannot be read: permission denied",
    "Make it readable for the worker, then retry.",
)
