"""The errors of fixity checks and of ASC MHL manifests."""

from dampipe.kernel.errors import ErrorCode

NO_WORKER = ErrorCode(
    "workers.absent",
    "no worker has reported for {seconds:.0f} s",
    "Start a worker; what was asked for is kept.",
)
NO_WORKER_FOR_QUEUE = ErrorCode(
    "workers.absent_for_queue",
    "no worker for the queue {queue} has reported for {seconds:.0f} s",
    "Start a worker for the queue; what was asked for is kept.",
)
NOT_IN_A_SOURCE = ErrorCode(
    "verify.not_in_a_source",
    "{path} is neither a source nor below one",
    "Name a source or a path below one; a scan of a folder makes it a source.",
)
FOLDER_NOT_FOUND = ErrorCode("mhl.folder_not_found", "there is no folder {path}", "Is the card mounted?")
REMOTE_FOLDER = ErrorCode(
    "mhl.remote_folder",
    "{path} is not in a file system: ASC MHL manifests of object stores and other remote places are neither written nor "
    "compared",
    "Verify the source instead, which reads its files again; or compare a copy of the folder on a disk.",
)
NO_HISTORY = ErrorCode(
    "mhl.no_history",
    "there is no ASC MHL history in or below {path}",
    "Create a manifest of the folder first.",
)
OLD_MANIFEST = ErrorCode(
    "mhl.old_manifest",
    "there is no ASC MHL history in or below {path}, only manifests of MHL 1.x",
    "Manifests of MHL 1.x are not ASC MHL; `mhlver` of the package mhl-suite compares them.",
)
PROGRAM_FAILED = ErrorCode("mhl.program_failed", "{program} failed on {path}: {problem}")
PROGRAM_CANNOT_RUN = ErrorCode(
    "mhl.program_cannot_run",
    "{program} cannot be run: {problem}",
    "`pipx install ascmhl` (or `uv tool install ascmhl`) installs it; the setting ascmhl says where it is.",
)
PROGRAM_MISSING = ErrorCode(
    "mhl.program_missing",
    "the program ascmhl is not installed",
    "`pipx install ascmhl` (or `uv tool install ascmhl`) installs it; the setting ascmhl says where it is.",
)
NEVER_VERIFIED = ErrorCode(
    "verified.never",
    "a version of it has no file that was read again and found good",
    "Verify its files; they may be offline.",
)
FILE_BAD = ErrorCode(
    "verified.bad",
    "a file of it is damaged or cannot be read",
    "Replace the file by a good copy, and verify it.",
)
VERIFIED_LONG_AGO = ErrorCode(
    "verified.long_ago", "its files were not verified within {days:g} days", "Verify its files again."
)
