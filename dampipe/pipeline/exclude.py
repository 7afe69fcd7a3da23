"""What a walk passes by, by patterns in the syntax of .gitignore: the system's own folders, then the user's."""

from collections.abc import Sequence

from pathspec import GitIgnoreSpec

SYSTEM = (
    ".*/",
    "@eaDir/",
    "@Recycle/",
    "@Recently-Snapshot/",
    "\\#recycle/",
    "\\#snapshot/",
    "$RECYCLE.BIN/",
    "RECYCLER/",
    "System Volume Information/",
    "lost+found/",
)
"""Hidden folders, and those in which NAS systems, Windows and Linux keep what was deleted or is theirs."""


class Exclude:
    """Decides by a path relative to the source's root."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """Later patterns win, and `!pattern` takes back. Raises ValueError for one that makes no sense."""
        self._spec = GitIgnoreSpec.from_lines([*SYSTEM, *patterns])
        self.asks_files = any(not p.rstrip().endswith("/") for p in patterns if p.strip() and p[0] != "#")

    def folder(self, path: str) -> bool:
        """Whether a folder, and so all below it, is passed by."""
        return self._spec.match_file(f"{path}/")

    def file(self, path: str) -> bool:
        """Whether a file in a folder that is not passed by is. No pattern is of files: need not be asked."""
        return self.asks_files and self._spec.match_file(path)
