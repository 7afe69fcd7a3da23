"""How far a walk is: all that another process needs to go on where one was stopped or killed."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class CheckpointPlace:
    """A folder tree, or a single file, that a scan walks."""

    source: int
    path: str
    """Of the folder, relative to the source's root, "" for all of it."""
    file: str = ""
    """The one file that was asked for; "" for the whole tree."""


@dataclass(frozen=True)
class Unsettled:
    """A file that was written to a moment ago, as it was seen first."""

    source: int
    folder: str
    name: str
    size: int
    mtime_ns: int


@dataclass
class Checkpoint:
    """Saved with everything the walk writes, in the same transaction."""

    places: list[CheckpointPlace]
    newest: int
    """The highest id of a location before the scan: those above it are its own."""
    place: int = 0
    """Which of the places is being walked; their number: all are walked."""
    folder: str | None = None
    """The folder of that place that was dealt with last; folders come in the order of their paths' bytes."""
    seen: int = 0
    """Media files of that place so far."""
    unsettled: list[Unsettled] = field(default_factory=list)
    """Looked at again later on."""
    doubted: list[int] = field(default_factory=list)
    """Sources that are empty though they should not be: nothing is concluded of them."""
    moving: list[str] = field(default_factory=list)
    """Files that are still being written."""
    suspicious: bool = False

    def to_json(self) -> str:
        """Any path survives, also one that is no UTF-8."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Checkpoint":
        """What `to_json` gave."""
        plain = json.loads(text)
        plain["places"] = [CheckpointPlace(**place) for place in plain["places"]]
        plain["unsettled"] = [Unsettled(**file) for file in plain["unsettled"]]
        return cls(**plain)
