"""What can be wrong with a library of Apple Photos."""

from dampipe.kernel.errors import ErrorCode

NOT_A_LIBRARY = ErrorCode(
    "import.not_a_photos_library",
    "{path} is not a library of Apple Photos: it has no database",
    "Name the package itself, such as ~/Pictures/Photos Library.photoslibrary.",
)
LIBRARY_UNREADABLE = ErrorCode(
    "import.photos_library_unreadable",
    "{path} may not be read",
    "On macOS, give the terminal or the worker Full Disk Access (System Settings, Privacy & Security).",
)
LIBRARY_BUSY = ErrorCode(
    "import.photos_library_busy",
    "Photos is writing to {path}",
    "Quit Photos, or wait until it has imported; the import continues by itself.",
)
