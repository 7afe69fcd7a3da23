"""What can be wrong with an import."""

from dampipe.kernel.errors import ErrorCode

NOT_FOUND = ErrorCode(
    "import.not_found", "there is no import {number}", "List the imports to see which exist."
)
IMPORTER_UNKNOWN = ErrorCode(
    "import.importer_unknown", "there is no importer {name!r}; there are: {known}", "Choose one of these."
)
PATH_INVALID = ErrorCode(
    "import.path_invalid", "{path} is not a valid absolute path", "Give an absolute path."
)
ORIGIN_NOT_FOUND = ErrorCode(
    "import.origin_not_found", "there is no folder {path}", "Check the path; is the card mounted?"
)
NOT_A_CARD = ErrorCode(
    "import.not_a_card",
    "{path} is not a camera card: none of the known structures is in it",
    "Import it as a folder; a card is named by the folder that holds its structure, such as PRIVATE or DCIM.",
)
DESTINATION_COUNT = ErrorCode(
    "import.destination_count", "{count} destinations were given", "Give one to {most}."
)
DESTINATION_UNKNOWN = ErrorCode(
    "import.destination_unknown",
    "{path} is neither the name of a source nor a path in one",
    "Name a managed source, or a folder in one.",
)
DESTINATION_READ_ONLY = ErrorCode(
    "import.destination_read_only",
    "{path} is in a kind of storage that is only read",
    "Import into a folder, a bucket or a share.",
)
ORIGIN_REMOTE = ErrorCode(
    "import.origin_remote",
    "the importer {importer!r} takes no URLs such as {origin}",
    "Import it as a folder.",
)
SAME_DESTINATION = ErrorCode(
    "import.same_destination",
    "{path} and {other} are the same folder, or one lies in the other",
    "Name two folders that are apart, at best on different disks.",
)
OVERLAP = ErrorCode(
    "import.overlap",
    "the origin {path} and the destination {other} lie in one another",
    "Choose a destination outside of the origin.",
)
ALREADY_RUNNING = ErrorCode(
    "import.already_running",
    "import {number} of {path} is not over yet",
    "Resume or cancel it.",
)
PATTERN_INVALID = ErrorCode(
    "import.pattern_invalid",
    "{pattern!r} is not a valid pattern: {problem}",
    "The fields are {fields}.",
)
IS_OVER = ErrorCode("import.is_over", "import {number} is {state}", "Start another import.")
NOT_STOPPED = ErrorCode(
    "import.not_stopped", "import {number} is {state}", "Only a paused or blocked one is resumed."
)
ORIGIN_AWAY = ErrorCode(
    "import.origin_away",
    "the origin {path} is away, or another medium is mounted there",
    "Mount it again at the same place; the import continues where it was.",
)
DESTINATION_AWAY = ErrorCode(
    "import.destination_away",
    "the destination {path} is away, cannot be written, or another medium is mounted there",
    "Mount it again at the same place; the import continues where it was.",
)
DESTINATION_FULL = ErrorCode(
    "import.destination_full",
    "the destination {path} is full",
    "Free some space; the import continues where it was.",
)
ORIGIN_CHANGED = ErrorCode(
    "import.origin_changed",
    "the origin still changes after it was listed {rounds} times",
    "Stop what writes to it, and import it again: what is there is not copied twice.",
)
RECEIPT_WRONG = ErrorCode(
    "import.receipt_wrong",
    "the receipt does not add up: {inputs} inputs, {outcomes} outcomes",
    "Keep the origin, and report this: it is a bug.",
)
PROGRAM_MISSING = ErrorCode(
    "import.program_missing",
    "the program {program} is not installed",
    "Install it, into an environment of its own.",
)
PROGRAM_NOT_INSTALLED = ErrorCode(
    "import.program_not_installed",
    "{program} could not be installed: {problem}",
    "pip fetches it from the package index; install it by other means where there is no way to it: it is found in PATH.",
)
PROGRAM_FAILED = ErrorCode(
    "import.program_failed",
    "{program} ended with an error: {problem}",
    "Run it by hand to see all of what it says.",
)
INCLUDE_UNKNOWN = ErrorCode(
    "import.include_unknown",
    "{name!r} is nothing that can be included; there are: {known}",
    "Choose among these.",
)
INCLUDE_LOCAL = ErrorCode(
    "import.include_local",
    "{name!r} is only included at the command line: it leads to files outside of the origin",
    "Import it at the command line of that machine.",
)
SPOOL_FULL = ErrorCode(
    "import.spool_full",
    "the space for files that are fetched is used up, and none of them can be copied to make room",
    "Give the setting staging_quota more, or free space on the disk of the home folder; see what was set aside.",
)
