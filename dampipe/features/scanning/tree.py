"""What a walk needs of the place where a source is: a file system (`local_tree`) or another storage (`store_tree`).

Paths are relative to the source's root; "" is the root itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dampipe.features.scanning.checkpoint import UnstableFile
from dampipe.features.scanning.known_files import KnownFolder
from dampipe.features.scanning.listing import Listing
from dampipe.kernel.db.database import Database
from dampipe.kernel.gitignore import Exclude
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import below


@dataclass(frozen=True)
class Unseen:
    """A part of a source that could not be read: nothing of it goes missing."""

    what: str
    """The warning about it."""
    is_all: bool
    """Whether it is the target of the walk, or all of it from some point on."""
    is_doubtful: bool = False
    """Whether nothing of the whole source is to go missing: the storage has failed, or said so late."""


@dataclass(frozen=True)
class Reading:
    """What a walk takes of a source."""

    exclude: Exclude
    roots: frozenset[str]
    """Roots of other sources, which it does not enter."""
    top: str = ""
    """The folder to which patterns are relative: in a folder that a person has named, what excludes it is void."""

    def relative(self, path: str) -> str:
        """The path to which patterns apply."""
        return below(path, self.top) if self.top else path


class Tree(Protocol):
    """The files of one source."""

    most_unstable: int
    """Files, perhaps being written, that a walk remembers before it looks at them again."""

    def folders(self, top: str, reading: Reading, after: str | None) -> Iterator[tuple[bytes, str, Listing]]:
        """A folder and all folders below it, in the order of their sort keys: sort key, path and contents.

        after: resume after that path. A folder that cannot be read is not among them, and neither is one of which
        a part cannot be read: see `unseen` and `is_unseen`.
        """
        ...

    def known(
        self, database: Database, source: SourceId, top: str, after: str | None, page: int
    ) -> Iterator[KnownFolder]:
        """The folders that the catalogue knows there, with the same sort keys and in the same order."""
        ...

    @property
    def unseen(self) -> Sequence[Unseen]:
        """What `folders` could not read so far, in its latest call."""
        ...

    def is_unseen(self, path: str) -> bool:
        """Whether a folder is, or lies in, what `folders` could not read so far."""
        ...

    def folder(self, path: str, reading: Reading) -> Listing:
        """The contents of one folder; with a `problem` where it cannot be read."""
        ...

    def file(self, path: str) -> Listing:
        """A listing of one file, which is empty if the file does not exist."""
        ...

    def is_settled(self, listing: Listing) -> bool:
        """Whether no file of a listing may still be being written, by one look at all of them: then `may_grow` holds
        for none and need not be asked."""
        ...

    def may_grow(self, listing: Listing, number: int) -> bool:
        """Whether a new or changed file may still be being written, as far as one look at it tells."""
        ...

    def wait_for(self, files: Sequence[UnstableFile]) -> float:
        """Seconds until a second look at such files tells."""
        ...

    def is_lookalike(self, path: str) -> bool:
        """Whether a file has the suffix of media, and content that is not. One that cannot be read is taken."""
        ...

    def is_not_footage(self, path: str) -> bool:
        """Whether a scan skips a file or folder: the camera's own, or reached through a link."""
        ...

    def are_two(self, path: str, other: str) -> bool:
        """Whether a folder, which exists, and one at another spelling of its path both exist."""
        ...
