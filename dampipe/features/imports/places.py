"""Where a session reads and writes on this machine, and whether the media there are still those it began with."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dampipe.features.imports import errors
from dampipe.features.imports.files import make_folders, mount_point, sha1_on_disk, size_at, sweep
from dampipe.features.imports.model import Destination
from dampipe.features.sources.managed import require_managed
from dampipe.features.sources.model import Source
from dampipe.kernel.errors import NotFound
from dampipe.kernel.home import home_folder
from dampipe.kernel.paths import is_url, join_key, kept_time, printable
from dampipe.storage.files.stores import FileStores

SAME_TIME = 2_000_000_000
"""Nanoseconds by which the times of a file and its copy may differ: FAT keeps even seconds."""


@dataclass(frozen=True)
class Place:
    """A destination as this machine sees it: a folder. In a store: `remote_place.RemotePlace`.

    Targets are paths below it. Any method may raise OSError.
    """

    number: int
    """Counted from 0, in the order in which destinations were named."""
    root: str
    """The root of the source, which has to exist."""
    folder: str
    """Below the root; made when something is written."""

    @property
    def path(self) -> str:
        """The absolute path of the folder."""
        return os.path.join(self.root, self.folder) if self.folder else self.root

    def below(self, target: str) -> tuple[str, str]:
        """The folder of a target, below the root of the source, and its name."""
        folder, _, name = join_key(self.folder, target).rpartition("/")
        return folder, name

    def full(self, target: str) -> str:
        """The absolute path of a target."""
        return os.path.join(self.path, target)

    def mounted(self) -> str:
        """The mount point that has to stay the same; "": nothing is mounted."""
        return mount_point(self.root)

    def is_there(self, mounted: str) -> bool:
        """Whether it is mounted where it was. mounted: its mount point when the import began."""
        return os.path.isdir(self.root) and mount_point(self.root) == mounted

    def size_at(self, target: str) -> int | None:
        """The size of a file; None if nothing has the name; -1 if something else has it."""
        return size_at(self.full(target))

    def time_at(self, target: str) -> int | None:
        """When a file was changed, in nanoseconds since 1970; None: that is not known."""
        return kept_time(os.lstat(self.full(target)).st_mtime_ns)

    def written_as(self, target: str, size: int, mtime_ns: int) -> tuple[int, int] | None:
        """Time and inode of a copy that was written with a size and time; None if it is not that file any more."""
        try:
            found = os.lstat(self.full(target))
        except OSError:
            return None
        kept = kept_time(found.st_mtime_ns)
        return (kept, found.st_ino) if found.st_size == size and abs(kept - mtime_ns) <= SAME_TIME else None

    def head(self, target: str, count: int) -> bytes | None:
        """The first bytes of a file; None if they cannot be read."""
        try:
            with open(self.full(target), "rb") as copy:
                return copy.read(count)
        except OSError:
            return None

    def sha1_of(self, target: str, on_bytes: Callable[[int], object]) -> str:
        """The SHA-1 of a file, read back from the disk."""
        return sha1_on_disk(self.full(target), on_bytes)

    def unlink(self, target: str) -> None:
        """Delete a reserved name."""
        os.unlink(self.full(target))

    def sweep(self, session: int, targets: list[str]) -> None:
        """Delete temporary files of an import beside these targets."""
        sweep(session, {os.path.dirname(self.full(target)) for target in targets if target})

    def prepare(self, target: str, size: int) -> str:
        """Make the folder of a target; returns where a copy is written first."""
        return make_folders(self.root, self.below(target)[0])


def staging_folder() -> str:
    """The folder of this machine where copies wait to be put into storage of other kinds."""
    return str(home_folder() / "imports")


def places_of(
    destinations: Sequence[Destination], sources: Sequence[Source], stores: FileStores
) -> list[Place]:
    """The destinations of a session. Raises NotFound for a source that was removed, InvalidInput for one that is not
    managed any more."""
    from dampipe.features.imports.remote_place import RemotePlace, managed_store  # a Place of another kind

    by_id = {int(source.id): source for source in sources}
    found: list[Place] = []
    for number, destination in enumerate(destinations):
        source = by_id.get(destination.source)
        if source is None:
            raise NotFound(errors.DESTINATION_UNKNOWN, path=f"source {destination.source}")
        require_managed(source)
        if is_url(source.root):
            store = managed_store(stores.of(source.root), source.root)
            found.append(RemotePlace(number, source.root, destination.folder, store))
            continue
        found.append(Place(number, source.root, destination.folder))
    return found


def described(destinations: Sequence[Destination], sources: Sequence[Source]) -> tuple[str, ...]:
    """The destinations of a session as printable paths, whatever has become of their sources."""
    roots = {int(source.id): source.root for source in sources}
    return tuple(
        printable(os.path.join(roots.get(one.source, f"(source {one.source})"), one.folder)).rstrip("/")
        or "/"
        for one in destinations
    )
