"""What has become of files, and copies that have their names but do not count yet.

A name is durable once its folder is fsynced. That is done once for many small files, and their outcomes are saved in one
transaction after it. A worker that is killed before leaves whole files without an outcome; the next one reads them back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from dampipe.features.imports.files import at_destination, fsync_folder
from dampipe.features.imports.model import FileState

MOST = 64
"""Files that wait for their folders at most."""
SECONDS = 1.0
"""Seconds for which a file waits at most, and then until the next one is done."""
LARGE = 16 << 20
"""Bytes of a file before which the others do not wait: it takes long."""


@dataclass(frozen=True)
class Outcome:
    """What has become of a file."""

    file: int
    state: FileState
    sha1: str = ""
    copied: Mapping[int, bool] = field(default_factory=dict)
    """By destination where it was read back, whether this import wrote it."""
    seen: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Times and inodes of the copies that this import wrote, by destination."""
    detail: str = ""


class PlacedCopies:
    """Files whose copies were read back and have their names."""

    def __init__(self, save: Callable[[Sequence[Outcome]], None]) -> None:
        self._save = save
        self._outcomes: list[Outcome] = []
        self._folders: dict[tuple[int, str], None] = {}
        """Folders that are to be fsynced, with the numbers of their destinations."""
        self._since = 0.0

    def named(self, number: int, folder: str) -> None:
        """A copy was given its name in a folder of a destination."""
        self._folders[number, folder] = None

    def add(self, outcome: Outcome) -> None:
        """A file has its copies; `flush` has them count."""
        if not self._outcomes:
            self._since = monotonic()
        self._outcomes.append(outcome)

    def have(self, sha1: str) -> bool:
        """Whether a content is among them."""
        return any(one.sha1 == sha1 for one in self._outcomes)

    @property
    def is_due(self) -> bool:
        """Whether they have waited long enough, or are many."""
        waited = bool(self._outcomes) and monotonic() - self._since > SECONDS
        return waited or len(self._outcomes) >= MOST

    def flush(self) -> None:
        """Make the names durable, then save the outcomes. Raises WriteProblem, and ImportStopped."""
        for number, folder in self._folders:
            with at_destination(number):
                fsync_folder(folder)
        self._folders.clear()
        if self._outcomes:
            self._save(tuple(self._outcomes))
            self._outcomes.clear()
