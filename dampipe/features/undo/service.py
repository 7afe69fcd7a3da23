"""The use cases of undo."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from dampipe.features.undo.errors import EDIT_UNKNOWN, NOT_YOURS, NOTHING_TO_UNDO, UNDONE_ALREADY
from dampipe.features.undo.journal import edits, find, newest_of, restore
from dampipe.features.undo.model import EditReport, UndoneReport
from dampipe.kernel.access import COMMENT, MANAGE, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, NotFound
from dampipe.kernel.visibility import Visibility


class UndoService:
    """Edits of collections, subclips, comments and links. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, visibility: Visibility) -> None:
        self._db = database
        self._visibility = visibility

    def edits(
        self, actor: Actor, *, everybody: bool = False, limit: int = 100, before: int | None = None
    ) -> list[EditReport]:
        """What the actor did, newest first. everybody: what all did; Forbidden unless the actor manages the library."""
        require(actor, MANAGE if everybody else COMMENT)
        with self._db.read() as connection:
            return [
                _report(one) for one in edits(connection, None if everybody else str(actor), limit, before)
            ]

    def undo(self, actor: Actor, number: int | None = None) -> UndoneReport:
        """Undo an edit, by default the actor's last one: rows that were not changed since are as they were before it.

        Raises NotFound, Conflict if it was undone already, and Forbidden for an edit of another actor.
        """
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            if number is None:
                number = newest_of(connection, str(actor))
                if number is None:
                    raise NotFound(NOTHING_TO_UNDO, actor=str(actor))
            row = find(connection, number)
            if row is None:
                raise NotFound(EDIT_UNKNOWN, number=number)
            if row.actor != str(actor) and not actor.may(MANAGE):
                raise Forbidden(NOT_YOURS, number=number, owner=row.actor, actor=str(actor))
            if row.undone_at is not None:
                raise Conflict(UNDONE_ALREADY, number=number)
            done = restore(connection, self._db, row, actor, view)
        return UndoneReport(
            edit=done.edit,
            undone=_report(row),
            restored=done.restored,
            left=done.left,
            examples=tuple(done.examples),
        )


def _report(row: Row[Any]) -> EditReport:
    return EditReport(
        id=row.id,
        actor=row.actor,
        at=datetime.fromtimestamp(row.at, UTC),
        summary=row.summary,
        changes=row.changes,
        undone_at=None if row.undone_at is None else datetime.fromtimestamp(row.undone_at, UTC),
        undoes=row.undoes_id,
    )
