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
    f"**/{'[0-9a-f]' * 2}/{'[0-9a-f]' * 40}/",
)
"""Hidden folders, those in which NAS systems, Windows and Linux keep what was deleted or is theirs, and
those of derivatives, whoever made them: else a home inside a source would feed on itself."""


def check_patterns(patterns: Sequence[str]) -> None:
    """Raise ValueError that names the pattern which makes no sense."""
    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            raise ValueError(f"{pattern!r} is no pattern: {error}") from error


class Exclude:
    """Decides by a path relative to the source's root."""

    def __init__(self, patterns: Sequence[str] = (), include: Sequence[str] = ()) -> None:
        """Later patterns win, and `!pattern` takes back; `include`: if there are any, only these files.

        Raises ValueError for a pattern that makes no sense.
        """
        self._spec = GitIgnoreSpec.from_lines([*SYSTEM, *patterns])
        self._include = GitIgnoreSpec.from_lines(include) if include else None
        of_files = any(not p.rstrip().endswith("/") for p in patterns if p.strip() and p[0] != "#")
        self.asks_files = of_files or bool(include)

    def folder(self, path: str) -> bool:
        """Whether a folder, and so all below it, is passed by."""
        return self._spec.match_file(f"{path}/")

    def file(self, path: str) -> bool:
        """Whether a file in a folder that is not passed by is. No pattern is of files: need not be asked."""
        if self._include is not None and not self._include.match_file(path):
            return True
        return self.asks_files and self._spec.match_file(path)
