"""Where a session reads and writes on this machine, and whether the media there are still those it began with."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from dampipe.features.imports import errors
from dampipe.features.imports.files import mount_point
from dampipe.features.imports.model import Destination
from dampipe.features.sources.managed import require_managed
from dampipe.features.sources.model import Source
from dampipe.kernel.errors import NotFound
from dampipe.kernel.paths import is_url, join_key, printable


@dataclass(frozen=True)
class Place:
    """A destination as this machine sees it."""

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


def places_of(destinations: Sequence[Destination], sources: Sequence[Source]) -> list[Place]:
    """The destinations of a session. Raises NotFound for a source that was removed, InvalidInput for one that is not
    managed any more."""
    by_id = {int(source.id): source for source in sources}
    found = []
    for number, destination in enumerate(destinations):
        source = by_id.get(destination.source)
        if source is None or is_url(source.root):
            raise NotFound(errors.DESTINATION_UNKNOWN, path=f"source {destination.source}")
        require_managed(source)
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


def is_there(place: Place, mounted: str) -> bool:
    """Whether a destination is mounted where it was. mounted: its mount point when the import began."""
    return os.path.isdir(place.root) and mount_point(place.root) == mounted
