"""The errors of scanning."""

from dampipe.kernel.errors import ErrorCode


class ScanStopped(Exception):
    """The scan was paused, cancelled or claimed by another worker: its walk writes nothing more."""


NOT_FOUND = ErrorCode("scan.not_found", "there is no scan {scan}", "List the scans to see which exist.")
NOT_PAUSED = ErrorCode(
    "scan.not_paused", "scan {scan} is not paused", "The list of scans shows the state of each."
)
IS_OVER = ErrorCode("scan.is_over", "scan {scan} is {state}", "The list of scans shows the state of each.")
PATH_NOT_FOUND = ErrorCode(
    "scan.path_not_found", "no such file or folder: {paths}", "Check the path; is the share mounted?"
)
PATH_INVALID = ErrorCode(
    "scan.path_invalid", "{path} is not a valid path", "Give the path of a file or folder."
)
NOT_A_FILE = ErrorCode("scan.not_a_file", "{path} is neither a folder nor a file")
RELATIVE_PATH = ErrorCode(
    "scan.relative_path", "not an absolute path: {path}", "Give absolute paths, as the server sees them."
)
NOT_WATCHED = ErrorCode(
    "scan.not_watched",
    "the source {name!r} is not in a file system, so that nothing says when its files change",
    "Have it scanned at intervals: with the setting sync_schedule, or by cron.",
)
NOTIFICATION_UNKNOWN = ErrorCode(
    "notification.unknown",
    "the notification is not understood: {problem}",
    "Send the documents of S3, SNS, EventBridge, MinIO or Ceph, a list of keys, or nothing: docs/sources.md shows them.",
)
SYNC_RUNNING = ErrorCode(
    "sync.running",
    "another sync of {sources} is already running",
    "Wait for it; nothing is lost.",
)
NO_PROGRESS = ErrorCode(
    "sync.no_progress",
    "{stages} stages wait, and no worker has taken one for {seconds:.0f} s",
    "Start a worker for the queue that has none, or restart one that runs with earlier settings; what was "
    "asked for is kept.",
)
SCAN_KEPT = ErrorCode("scan.kept", "scan {scan} is kept, but {problem}")
SCHEDULE_INVALID = ErrorCode("sync.schedule_invalid", "{problem}", "Leave it empty for never.")
SETTING_FROM_ENVIRONMENT = ErrorCode(
    "sync.from_environment",
    "{variable} is set in the environment of the server and takes precedence",
    "Change it there.",
)
