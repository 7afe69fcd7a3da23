"""Sources: the roots of footage.

Paths are `str` as `os.fsdecode` gives them, so a name that is not UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

import os
from enum import StrEnum
from pathlib import PurePath
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from dampipe.features.sources import errors
from dampipe.features.sources.costs import CostModel
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import is_below, is_url, printable
from dampipe.storage.files.urls import check_url


class VersionRule(StrEnum):
    """Which files that replace another one at its path become versions of its asset."""

    FOOTAGE = "footage"
    """Film that shows the same footage; stills and sound only by hand."""
    PATH = "path"
    """Every file."""


class Tier(StrEnum):
    """How quickly the files of a source can be read."""

    HOT = "hot"
    """At once, at full speed: where people edit."""
    NEARLINE = "nearline"
    """At once, but slowly or at a price."""
    COLD = "cold"
    """Perhaps only after they were restored."""
    OFFLINE = "offline"
    """When a person has fetched the medium and connected it."""


LONGEST_LABEL = 200
"""Characters of the label of a medium."""


class Source(BaseModel):
    """A root of footage."""

    model_config = ConfigDict(frozen=True)

    id: SourceId
    name: str
    root: str
    """Absolute path as this machine sees it, or a URL."""
    declared: str = ""
    """Absolute path or URL as the source was added; empty: the same as `root`."""
    include: tuple[str, ...] = ()
    """Patterns in the syntax of .gitignore: if there are any, only files that match are footage."""
    exclude: tuple[str, ...] = ()
    """Patterns of what scans skip, applied after those for all sources."""
    path_maps: dict[str, str] = {}
    """The root's path on other machines, by machine name."""
    versions: VersionRule = VersionRule.FOOTAGE
    managed: bool = False
    """Whether dampipe may write to it (`managed.py`); else it is only ever read."""
    tier: Tier = Tier.HOT
    label: str = ""
    """Where the medium of an offline source is: "shelf B, LTO 17"."""
    cost: CostModel = CostModel()

    def holds(self, path: str | PurePath) -> bool:
        """Whether an absolute path as this machine sees it, or a URL, is the root or lies below it."""
        return is_below(str(path), self.root)


class ScanRoots(tuple[str, ...]):
    """Folders and URLs below which clients that may not see the whole machine may scan, in addition to the sources."""

    __slots__ = ()


class SourceRequest(BaseModel):
    """A folder to name as a source; the settings of a folder that is a source already are replaced.

    Raises InvalidInput for a name, a pattern, a URL or a path map that is not valid.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    path: str
    """Absolute path, or a URL."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    path_maps: dict[str, str] = {}
    versions: VersionRule = VersionRule.FOOTAGE
    """Which files that replace another one at its path become versions of its asset."""
    managed: bool = False
    """Whether dampipe may write to it."""
    tier: Tier = Tier.HOT
    label: str = ""
    """Where the medium of an offline source is: "shelf B, LTO 17"."""
    cost: CostModel = CostModel()

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        name = self.name
        if not name.strip() or name != printable(name).strip() or name.startswith("-"):
            raise InvalidInput(errors.NAME_INVALID, name=printable(name))
        if (
            self.label != self.label.strip()
            or not self.label.isprintable()
            or len(self.label) > LONGEST_LABEL
        ):
            raise InvalidInput(errors.LABEL_INVALID, label=printable(self.label)[:LONGEST_LABEL])
        from dampipe.kernel.gitignore import check_patterns  # imported only when a source is added

        try:
            check_patterns([*self.include, *self.exclude])
        except ValueError as error:
            raise InvalidInput(errors.PATTERN_INVALID, problem=str(error)) from error
        if is_url(self.path):
            check_url(self.path)
        elif not os.path.isabs(self.path):
            raise InvalidInput(errors.PATH_RELATIVE, path=printable(self.path))
        for machine, path in self.path_maps.items():
            if not machine or not os.path.isabs(path):
                raise InvalidInput(errors.PATH_MAP_INVALID, machine=machine, path=printable(path))
        return self


class SourceReport(BaseModel):
    """A source and what is known of it. Counts are files."""

    model_config = ConfigDict(frozen=True)

    name: str
    root: str
    present: int = 0
    missing: int = 0
    reachable: bool = True
    """Whether the root is a folder on the machine that asks, or the storage of a URL answers it."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    path_maps: dict[str, str] = {}
    """The root's path on other machines, by machine name."""
    versions: VersionRule = VersionRule.FOOTAGE
    """Which files that replace another one at its path become versions of its asset."""
    managed: bool = False
    """Whether dampipe may write to it."""
    tier: Tier = Tier.HOT
    label: str = ""
    """Where the medium of an offline source is: "shelf B, LTO 17"."""
    cost: CostModel = CostModel()


class LocationState(StrEnum):
    """Whether the file was there at the last complete scan, and is to stay."""

    PRESENT = "present"
    MISSING = "missing"
    LEAVING = "leaving"
    """It is to be deleted when its time of grace is over: it is there still, but counts as no copy, and nothing reads
    it. Scans leave it as it is."""
