"""What to do about the errors of fixity checks, by code, in the terms of each face."""

from dampipe.features.fixity import errors

_START = "Start one with `dampipe up` or `dampipe worker`; what was asked for is kept."

CLI = {
    errors.NO_WORKER.code: _START,
    errors.NO_WORKER_FOR_QUEUE.code: _START,
    errors.NOT_IN_A_SOURCE.code: "`dampipe source list` lists them; `dampipe enqueue` adds a folder.",
    errors.NO_HISTORY.code: "`dampipe mhl create` writes one.",
}
PAGE: dict[str, str] = {}
