"""The checkpoint of a walk: all that another process needs to resume a walk that was stopped or killed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from dampipe.features.scanning.model import OTHER_KINDS
from dampipe.kernel.ids import LocationId, SourceId

MOST_SUFFIXES = 300
"""Suffixes of unknown kinds that are counted one by one during a walk."""


@dataclass(frozen=True)
class Target:
    """A folder tree, or a single file, that a scan walks."""

    source: SourceId
    path: str
    """Path of the folder relative to the source's root, "" for the root itself."""
    file: str = ""
    """Name of the one file to scan; "" for the whole tree."""
    is_named: bool = False
    """Whether scans of the source skip it: what is found there was named by a person, and is kept."""


@dataclass(frozen=True)
class UnstableFile:
    """A file that was written to a moment ago, as it was seen first."""

    source: SourceId
    folder: str
    name: str
    size: int
    mtime_ns: int
    is_named: bool = False
    checksum: str = ""
    token: str = ""


_STORED = {"targets": "places", "target": "place", "unstable": "unsettled", "growing": "moving"}
"""Names of fields in the stored JSON, where they differ."""


@dataclass
class Checkpoint:
    """How far a walk has come. Saved with everything the walk writes, in the same transaction."""

    newest: LocationId
    """The highest id of a location before the scan: those above it were found by this scan."""
    targets: list[Target] = field(default_factory=list)
    target: int = 0
    """Index of the target being walked; the number of targets when all are done."""
    folder: str | None = None
    """The last folder of that target that was compared; folders are walked in the order of their paths' bytes."""
    seen: int = 0
    """Media files of that target so far."""
    unstable: list[UnstableFile] = field(default_factory=list)
    """Files to check again once they may have been written completely."""
    doubted: list[SourceId] = field(default_factory=list)
    """Sources that are empty though they should not be: nothing of them is marked as missing."""
    growing: list[str] = field(default_factory=list)
    """Files that are still being written."""
    suspicious: bool = False
    """Whether a source is away, empty, unreadable or much smaller than it was."""
    omitted_warnings: int = 0
    """Warnings that were counted but not kept."""
    unknown: dict[str, int] = field(default_factory=dict)
    """Files of unknown kinds so far, by suffix; "*" for those of suffixes that are not counted one by one."""

    def count_unknown(self, suffixes: Mapping[str, int]) -> None:
        """Add files of unknown kinds; of suffixes beyond the first MOST_SUFFIXES only their sum is kept."""
        for suffix, files in suffixes.items():
            is_kept = suffix in self.unknown or len(self.unknown) < MOST_SUFFIXES
            key = suffix if is_kept else OTHER_KINDS
            self.unknown[key] = self.unknown.get(key, 0) + files

    def next_target(self) -> None:
        """The current target is done."""
        self.target += 1
        self.folder, self.seen = None, 0

    def to_json(self) -> str:
        """Any path survives, also one that is not UTF-8."""
        return json.dumps({_STORED.get(name, name): value for name, value in asdict(self).items()})

    @classmethod
    def from_json(cls, text: str) -> "Checkpoint":
        """The inverse of `to_json`."""
        fields = {stored: name for name, stored in _STORED.items()}
        values = {fields.get(name, name): value for name, value in json.loads(text).items()}
        values["targets"] = [Target(**target) for target in values["targets"]]
        values["unstable"] = [UnstableFile(**file) for file in values["unstable"]]
        return cls(**values)
