"""Which part of the library an actor sees: a part of every question that is asked of the catalogue, not a filter of its
answers.

A version is visible if a file of it lies in a folder that is, and an asset if one of its versions is. Other files of it
are not shown: their names and folders neither match a search nor appear in an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Select, true

from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import ErrorCode, Forbidden

WHOLE_LIBRARY = ErrorCode(
    "access.whole_library",
    "{actor} sees a part of the library, and this is about all of it",
    "Name assets or files.",
)


@dataclass(frozen=True)
class View:
    """What an actor sees. Without arguments: everything."""

    folder_ids: Select[Any] | None = None
    """The ids of the folders whose files are visible; None: all."""
    version_ids: Select[Any] | None = None
    """The numbers of the versions that are visible; None: all."""
    asset_ids: Select[Any] | None = None
    """The numbers of the assets that are visible; None: all."""
    places: tuple[tuple[int, str], ...] = ()
    """Source ids, and folders relative to their roots below which everything is visible; without meaning where
    everything is."""
    read_mask: Callable[[], AssetSet] = AssetSet
    """Reads the numbers of the visible versions; without meaning where everything is visible."""
    read_folders: Callable[[], frozenset[int]] = frozenset
    """Reads the ids of the visible folders; without meaning where everything is visible."""

    @property
    def is_all(self) -> bool:
        """Whether everything is visible."""
        return self.folder_ids is None

    def shows_folder(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the id of a visible folder."""
        return true() if self.folder_ids is None else column.in_(self.folder_ids)

    def shows_version(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the number of a visible version."""
        return true() if self.version_ids is None else column.in_(self.version_ids)

    def shows_asset(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the number of a visible asset."""
        return true() if self.asset_ids is None else column.in_(self.asset_ids)

    def holds(self, source: int, folder: str) -> bool:
        """Whether a folder, by its path relative to the root of its source, is visible with all below it."""
        return self.is_all or any(
            source == own and (not top or folder == top or folder.startswith(f"{top}/"))
            for own, top in self.places
        )

    def require_all(self, actor: Actor) -> None:
        """Raise Forbidden unless everything is visible."""
        if not self.is_all:
            raise Forbidden(WHOLE_LIBRARY, actor=str(actor))


EVERYTHING = View()

SeenByFolders: TypeAlias = Callable[[int], Select[Any] | None]
"""The numbers of the assets that a user, by id, sees now by the folders granted to them; None: all assets."""
Opening: TypeAlias = Callable[[Database, Actor, SeenByFolders], Select[Any] | None]
"""Registered in `Feature.openings`: a query for the numbers of assets that an actor sees besides those in folders that
were granted to them, because a collection or a link was shared with them; None: there are none. Whoever shares opens no
more than what they see by folders themselves at the time of the question: nothing is passed on twice."""


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
