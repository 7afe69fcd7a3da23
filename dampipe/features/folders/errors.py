"""Errors of folders."""

from dampipe.kernel.errors import ErrorCode

FOLDER_UNKNOWN = ErrorCode("folders.unknown", "there is no folder {path} with footage")
