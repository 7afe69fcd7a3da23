"""Which part of the library an actor sees: a part of every question that is asked of the catalogue, not a filter of its
answers.

A version is visible if a file of it lies in a folder that is, and an asset if one of its versions is. Other files of it
are not shown: their names and folders neither match a search nor appear in an answer.

An asset may be opened besides: by a collection or a link that was shared (`Opening`). All its versions are visible then,
with the names of their files, but no place of them is: neither source nor folder.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, null, or_, select, true

from dampipe.kernel.access import Actor, ActorKind
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
    opened: tuple["OpenedVersions", ...] = ()
    """What is visible besides, wherever it lies."""
    seen: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    """Makes the condition of `shows_some`; None: it is that of `shows_version`."""
    seen_asset: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    """Makes the condition of `shows_some_asset`; None: it is that of `shows_asset`."""
    key: Hashable = ()
    """Equal for equal views, for caches of what depends on a view."""

    @property
    def is_all(self) -> bool:
        """Whether everything is visible."""
        return self.folder_ids is None

    def shows_folder(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the id of a visible folder."""
        return true() if self.folder_ids is None else column.in_(self.folder_ids)

    def shows_file(self, folder: ColumnElement[Any], version: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a file may be named and read: it lies in a visible folder, or is one of an opened
        version. Whether its place is shown, `shows_folder` says."""
        placed = self.shows_folder(folder)
        return placed if self.is_all else or_(placed, self.opens_file(folder, version))

    def opens_file(self, folder: ColumnElement[Any], version: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a file may be named and read because its version was opened."""
        return or_(false(), *(one.holds(folder, version) for one in self.opened))

    def shows_version(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the number of a visible version."""
        return true() if self.version_ids is None else column.in_(self.version_ids)

    def shows_some(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The same for a query that is about a few versions, which are looked up one by one; `shows_version` has the
        database list all that are visible: a third of a second for half a million."""
        return self.shows_version(column) if self.seen is None else self.seen(column)

    def shows_asset(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column holds the number of a visible asset."""
        return true() if self.asset_ids is None else column.in_(self.asset_ids)

    def shows_some_asset(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The same for a query that is about a few assets; see `shows_some`."""
        return self.shows_asset(column) if self.seen_asset is None else self.seen_asset(column)

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


@dataclass(frozen=True)
class OpenedVersions:
    """Versions that were opened to an actor by one who sees them by folders."""

    version_ids: Select[Any]
    """Their numbers."""
    folder_ids: Select[Any] | None
    """The ids of the folders that the one who opened them sees; None: all. The files in them may be named and read."""

    def holds(self, folder: ColumnElement[Any], version: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a file may be named and read."""
        opened = version.in_(self.version_ids)
        return opened if self.folder_ids is None else and_(opened, folder.in_(self.folder_ids))


EVERYTHING = View()
_NONE = select(null()).where(false())
NOTHING = View(_NONE, _NONE, _NONE, key="nothing")


@dataclass(frozen=True)
class Opened:
    """Assets that a user shared with an actor."""

    by: int | None
    """The id of the user who shared them; None: the command line, or a token without a user, which see everything."""
    assets: Select[Any]
    """Their numbers, whether the user sees them or not."""


Opening: TypeAlias = Callable[[Database, Actor], Sequence[Opened]]
"""Registered in `Feature.openings`: what an actor sees besides files in folders that were granted to them, because a
collection or a link was shared with them.

A user opens no more than what they see at the time of the question by the folders granted to them, which is
seen to here: nothing is passed on twice, and what a user who is disabled or was removed has shared is not visible."""


class Visibility(Protocol):
    """Answers what actors see. The feature `access` implements it."""

    def of(self, actor: Actor) -> View:
        """What an actor sees now."""
        ...


class NoRights:
    """A Visibility for a catalogue without users."""

    def of(self, actor: Actor) -> View:
        """See Visibility."""
        return NOTHING if actor.kind is ActorKind.LINK else EVERYTHING
