"""What to do about the errors of scanning, by code, in the terms of each face."""

from dampipe.features.scanning import errors

CLI = {
    errors.NOT_FOUND.code: "`dampipe scan list` lists them.",
    errors.NOT_WATCHED.code: "`dampipe sync NAME` scans it: by cron, or with the setting sync_schedule; "
    "docs/cron.md shows how.",
    errors.NOT_PAUSED.code: "`dampipe scan list` shows the state of each scan.",
    errors.IS_OVER.code: "`dampipe scan list` shows the state of each scan.",
    errors.NO_PROGRESS.code: "`dampipe doctor` shows which queue has no worker, and which worker to restart "
    "because it runs with earlier settings; what was asked for is kept.",
    errors.SCAN_KEPT.code: "The scan starts when the broker works again; `dampipe up` starts the embedded one.",
}
PAGE: dict[str, str] = {}
