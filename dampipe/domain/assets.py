"""Sources, locations and assets: where footage is, and what it is.

Paths are `str` as `os.fsdecode` gives them, so a name that is no UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

import os
from enum import StrEnum
from pathlib import Path, PurePath

from pydantic import BaseModel, ConfigDict

from dampipe.domain.output import StageOutput


def printable(path: str | Path) -> str:
    """The path as text that any terminal and JSON parser takes; odd bytes become \\xNN.

    >>> printable("caf\\udce9.mp4")
    'caf\\\\xe9.mp4'
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class LocationState(StrEnum):
    """Whether the file was there at the last clean walk."""

    PRESENT = "present"
    MISSING = "missing"


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


def kept_time(mtime_ns: int) -> int:
    """A file's time as the catalogue keeps it: a broken clock reaches further than 64 bits of nanoseconds."""
    return max(-(2**63), min(mtime_ns, 2**63 - 1))


class SourceFile(BaseModel):
    """A file of a source that this process can open: what the first stages work on."""

    model_config = ConfigDict(frozen=True)

    location: int
    path: str
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """The file's own name, printable."""
        return printable(Path(self.path).name)


class AssetRef(BaseModel):
    """One content: what the stages after hash work on."""

    model_config = ConfigDict(frozen=True)

    id: int
    sha1: str
    size: int
    name: str
    """The name of one of its files, printable: for messages, never for opening."""


class ContentHash(StageOutput):
    """What the hash stage gives: the identity of a file's content."""

    sha1: str
    size: int
