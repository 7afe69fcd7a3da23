"""Sources, locations and assets: where footage is, and what it is.

Paths are `str` as `os.fsdecode` gives them, so a name that is no UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

from pathlib import PurePath

from pydantic import BaseModel, ConfigDict


class Source(BaseModel):
    """A footage root."""

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    root: str
    """Absolute path, as this machine sees it."""
    declared: str = ""
    """Absolute path as the source was added; empty: the same."""
    include: tuple[str, ...] = ()
    """Patterns in the syntax of .gitignore: if there are any, only files that match are footage."""
    exclude: tuple[str, ...] = ()
    """Patterns of what is passed by, after those for all sources."""
    path_maps: dict[str, str] = {}
    """By machine: where it sees the root."""

    def holds(self, path: str | PurePath) -> bool:
        """Whether an absolute path, as this machine sees it, is the root or lies below it."""
        return PurePath(path).is_relative_to(self.root)


class SourceReport(BaseModel):
    """A source, and what is known of it. Counts are files."""

    model_config = ConfigDict(frozen=True)

    name: str
    root: str
    present: int = 0
    missing: int = 0
    reachable: bool = True
    """Whether its root is a folder on the machine that asks."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    path_maps: dict[str, str] = {}
    """By machine: where it sees the root."""
