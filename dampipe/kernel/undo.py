"""Tables whose changes people can undo: registered by their owners, recorded and restored by the feature `undo`.

An owner names an `Undoable` in `Feature.undoables` for each of its tables, and records what it writes in the same
transaction (`dampipe/features/undo/journal.py`). A row is restored only if it is still as the change left it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table

from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import registered
from dampipe.kernel.visibility import View

Image: TypeAlias = Mapping[str, Any]
"""A row by column: what JSON can hold."""


@dataclass(frozen=True)
class Change:
    """What became of one row."""

    before: Image | None
    """None: there was none."""
    after: Image | None
    """None: it was deleted."""

    @property
    def inverse(self) -> "Change":
        """The change that undoes it."""
        return Change(self.after, self.before)


def _allow(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    return [""] * len(changes)


def _ignore(connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]) -> None:
    return None


def _no_lock(connection: Connection, database: Database) -> None:
    return None


def _as_they_are(connection: Connection, database: Database, images: Sequence[Image]) -> list[Image]:
    return list(images)


@dataclass(frozen=True)
class Undoable:
    """A table whose changes can be undone. Its primary key is one column."""

    table: Table
    refusals: Callable[[Connection, Database, Actor, View, Sequence[Change]], list[str]] = _allow
    """Given what the actor sees: why rows may not be changed so, one text for each change, "" where they may: what they
    refer to is gone, or the actor has no right. It is called before the rows are written, with changes from the row as
    it is to what it shall be."""
    changed: Callable[[Connection, Database, Actor, Sequence[Change]], None] = _ignore
    """Called after the rows were written, with what was: for events and search documents."""
    ignored: frozenset[str] = frozenset({"version"})
    """Columns that are not compared, and keep what they hold; `version` is counted up."""
    lock: Callable[[Connection, Database], None] = _no_lock
    """Called before rows are read: takes what all who write the table lock before its rows, so that none waits for
    another in a circle."""
    adapted: Callable[[Connection, Database, Sequence[Image]], list[Image]] = _as_they_are
    """Recorded rows with references as they are now: to the asset that one was stacked on, say. In the same order."""

    @property
    def key(self) -> str:
        """The column that is the primary key."""
        return self.table.primary_key.columns.values()[0].name


def undoables() -> dict[str, Undoable]:
    """By name of the table."""
    return {one.table.name: one for one in registered("undoables")}
