"""Exclusion of files and folders by patterns in .gitignore syntax: system folders first, then patterns of the user."""

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
"""Hidden folders, trash and system folders of NAS systems, Windows and Linux, and folders of derivatives. Without
the last, a home folder inside a source would be processed again and again."""


def check_patterns(patterns: Sequence[str]) -> None:
    """Raises ValueError that names the first invalid pattern."""
    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            raise ValueError(f"{pattern!r} is not a valid pattern: {error}") from error


class Exclude:
    """Decides whether a path relative to the root of the source is excluded."""

    def __init__(self, patterns: Sequence[str] = (), include: Sequence[str] = ()) -> None:
        """Later patterns win; `!pattern` includes again. include: if not empty, only matching files are included.

        Raises ValueError for an invalid pattern.
        """
        self._spec = GitIgnoreSpec.from_lines([*SYSTEM, *patterns])
        self._include = GitIgnoreSpec.from_lines(include) if include else None
        matches_files = any(not p.rstrip().endswith("/") for p in patterns if p.strip() and p[0] != "#")
        self.asks_files = matches_files or bool(include)
        """Whether any pattern can match a file; if not, `file` need not be called."""

    def folder(self, path: str) -> bool:
        """Whether a folder is excluded, and so everything in it."""
        return self._spec.match_file(f"{path}/")

    def file(self, path: str) -> bool:
        """Whether a file in an included folder is excluded."""
        if self._include is not None and not self._include.match_file(path):
            return True
        return self.asks_files and self._spec.match_file(path)
