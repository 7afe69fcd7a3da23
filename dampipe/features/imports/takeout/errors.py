"""What can be wrong with an export of Google Takeout."""

from dampipe.kernel.errors import ErrorCode

PART_NOT_FOUND = ErrorCode(
    "import.takeout.part_not_found", "there is no part {path}", "Check the path; is the disk mounted?"
)
NO_PARTS = ErrorCode(
    "import.takeout.no_parts",
    "{path} is neither a .zip nor a .tgz, nor a folder with files",
    "Name the parts of the export, or the folder that holds them.",
)
PART_UNREADABLE = ErrorCode(
    "import.takeout.part_unreadable",
    "the part {path} cannot be read: {reason}",
    "Download it again; or allow missing parts: what is in it is left out then.",
)
PART_MISSING = ErrorCode(
    "import.takeout.part_missing",
    "{count} part(s) of the export are missing: {names}",
    "Name all parts at once, since what describes a photograph may be in any of them; or allow missing parts.",
)
