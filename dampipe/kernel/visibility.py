"""Which part of the library an actor sees: the question that is asked of the catalogue, not a filter of its answers."""

from dataclasses import dataclass
from typing import Protocol

from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import ALL, Selection


@dataclass(frozen=True)
class View:
    """What an actor sees. An asset is visible if one of its locations is; other locations of it are not shown."""

    assets: Selection = ALL
    folders: frozenset[int] | None = None
    """Ids of the folders whose files may be named; None: all."""
    places: tuple[tuple[int, str], ...] = ()
    """Source ids and folders relative to their roots below which everything is visible; without meaning where
    `folders` is None."""

    @property
    def is_all(self) -> bool:
        """Whether the whole library is visible."""
        return self.folders is None

    def holds(self, source: int, folder: str) -> bool:
        """Whether a folder, by its path relative to the root of its source, lies in what is visible."""
        return self.is_all or any(
            source == own and (not top or folder == top or folder.startswith(f"{top}/"))
            for own, top in self.places
        )


EVERYTHING = View()


class Visibility(Protocol):
    """Answers what actors see. The feature `access` implements it."""

    def of(self, actor: Actor) -> View:
        """What an actor sees now."""
        ...


class NoRights:
    """A Visibility for a catalogue without users."""

    def of(self, actor: Actor) -> View:
        """See Visibility."""
        return EVERYTHING
