"""Error codes of the settings."""

from dampipe.kernel.errors import ErrorCode

SETTING_INVALID = ErrorCode(
    "settings.invalid",
    "setting {name!r}: {problem}",
    "Correct it in {file} or in the environment variable {variable}.",
)
SETTING_UNKNOWN = ErrorCode(
    "settings.unknown", "setting {name!r}: there is no such setting", "Remove it from {file}."
)
SETTING_MISSPELLED = ErrorCode(
    "settings.misspelled",
    "setting {name!r}: there is no such setting, did you mean {suggestion!r}?",
    "Correct it in {file}.",
)
SETTINGS_UNREADABLE = ErrorCode("settings.unreadable", "{file} cannot be read: {reason}", "Correct the file.")
SETTING_NOT_WRITTEN = ErrorCode(
    "settings.not_written", "{file} cannot be written: {reason}", "Add this line to the file: {line}"
)
