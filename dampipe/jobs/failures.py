"""Translates what a stage raises into the error that says what happens next."""

import errno
import logging
from collections.abc import Callable
from typing import TypeVar

from dampipe.jobs.errors import SOURCE_ERROR, UNEXPECTED
from dampipe.kernel.errors import CatalogueDown, DampipeError, Permanent, StageError, StorageFull, Transient
from dampipe.kernel.file_errors import DISK_FULL

log = logging.getLogger(__name__)
T = TypeVar("T")

SOURCE_ERRORS = {errno.ENOENT, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT}
"""What opening or reading a file gives while its share is away."""
FULL_DISK_DELAY = 300.0
"""Seconds until the next attempt after a disk was full."""


def classify_errors(call: Callable[[], T]) -> T | StageError:
    """The result of a call, or its error as a StageError; errors of dampipe itself are logged."""
    try:
        return call()
    except Exception as error:
        translated = as_stage_error(error)
        if isinstance(translated, Permanent):
            log.error("%s", translated, exc_info=error)
        return translated


def as_stage_error(error: Exception) -> StageError:
    """Translate foreign errors; most specific first, unknown is Permanent."""
    if isinstance(error, StageError):
        return error
    if isinstance(error, StorageFull):
        return Transient.of(error, delay=FULL_DISK_DELAY)
    if isinstance(error, CatalogueDown):
        return Transient.of(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Transient(DISK_FULL, delay=FULL_DISK_DELAY)
    if isinstance(error, OSError) and error.errno in SOURCE_ERRORS:
        return Transient(SOURCE_ERROR, problem=error.strerror, path=error.filename)
    if isinstance(error, DampipeError):
        return Permanent.of(error)
    return Permanent(UNEXPECTED, type=type(error).__name__, problem=error)
