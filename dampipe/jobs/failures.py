"""What a stage raises becomes the error that says what happens next."""

import errno
import logging
from collections.abc import Callable
from typing import TypeVar

from dampipe.kernel.errors import CatalogueDown, DampipeError, Permanent, StageError, StorageFull, Transient

log = logging.getLogger(__name__)
T = TypeVar("T")

PLACE_ERRORS = {errno.ENOENT, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT}
FULL_DISK_DELAY = 300.0


def classify_errors(call: Callable[[], T]) -> T | StageError:
    """What the call gives, or why it gives nothing; our own faults are logged."""
    try:
        return call()
    except Exception as error:
        ours = as_stage_error(error)
        if isinstance(ours, Permanent):
            log.error("%s", ours, exc_info=error)
        return ours


def as_stage_error(error: Exception) -> StageError:
    """Foreign errors to ours; most specific first, unknown is Permanent."""
    if isinstance(error, StageError):
        return error
    if isinstance(error, StorageFull):
        return Transient(str(error), error.hint, delay=FULL_DISK_DELAY)
    if isinstance(error, CatalogueDown):
        return Transient(str(error), error.hint)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Transient("no space left on the device", "Free some space.", delay=FULL_DISK_DELAY)
    if isinstance(error, OSError) and error.errno in PLACE_ERRORS:
        return Transient(f"{error.strerror}: {error.filename}")
    if isinstance(error, DampipeError):
        return Permanent(str(error), error.hint)
    return Permanent(f"{type(error).__name__}: {error}")
