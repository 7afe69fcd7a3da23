"""The table of notes, written here only; notes are added with their files (`features/imports`)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.imports.model import FileState, SessionState
from dampipe.features.imports.notes.model import FileNotes
from dampipe.features.imports.tables import IMPORT_FILE, IMPORT_NOTE, IMPORT_SESSION
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database

_IS_PENDING = exists().where(
    RUN.c.version_id == VERSION.c.id, RUN.c.state.in_([RunState.PENDING, RunState.RUNNING])
)
_THERE = (FileState.IMPORTED, FileState.ALREADY_THERE)


@dataclass(frozen=True)
class DueNote:
    """Notes of a file whose content is an asset."""

    file: int
    session: int
    notes: FileNotes
    sha1: str
    asset: int
    actor: str
    """Who asked for the import."""
    recorded: tuple[float | None, int | None] = (None, None)
    """When the file itself says that it was recorded, by its clock; and minutes by which that was ahead of UTC."""
    original: str | None = None
    """Of an edited version: the SHA-1 of what was edited; None: that was not imported."""


class NoteRepository:
    """The notes of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, limit: int, after: int = 0) -> list[DueNote]:
        """Notes that can be applied, by the number of their file: of files that were probed, or cannot be; those of
        edits once the original is an asset, too."""
        original = IMPORT_FILE.alias("original")
        original_version = VERSION.alias("original_version")
        joined = (
            IMPORT_NOTE.join(IMPORT_FILE, IMPORT_FILE.c.id == IMPORT_NOTE.c.file_id)
            .join(IMPORT_SESSION, IMPORT_SESSION.c.id == IMPORT_FILE.c.session_id)
            .join(VERSION, VERSION.c.sha1 == IMPORT_FILE.c.sha1)
            .outerjoin(
                original,
                and_(
                    original.c.session_id == IMPORT_FILE.c.session_id,
                    original.c.key == IMPORT_NOTE.c.edit_of,
                    IMPORT_NOTE.c.edit_of.is_not(None),
                ),
            )
            .outerjoin(original_version, original_version.c.sha1 == original.c.sha1)
        )
        is_ready = or_(
            IMPORT_NOTE.c.edit_of.is_(None),
            original.c.id.is_(None),
            original.c.state == FileState.SET_ASIDE,
            original_version.c.id.is_not(None),
        )
        query = (
            select(
                IMPORT_NOTE.c.file_id, IMPORT_NOTE.c.notes, IMPORT_FILE.c.session_id, IMPORT_FILE.c.sha1,
                VERSION.c.asset_id, VERSION.c.recorded_at, VERSION.c.recorded_offset,
                IMPORT_SESSION.c.actor, original_version.c.sha1.label("original"),
            )
            .select_from(joined)
            .where(
                IMPORT_NOTE.c.applied_at.is_(None), IMPORT_NOTE.c.file_id > after,
                IMPORT_FILE.c.state.in_(_THERE), is_ready, or_(VERSION.c.media.is_not(None), ~_IS_PENDING),
            )
            .order_by(IMPORT_NOTE.c.file_id)
            .limit(limit)
        )  # fmt: skip
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [
            DueNote(
                file=row.file_id, session=row.session_id, notes=FileNotes.model_validate_json(row.notes),
                sha1=row.sha1, asset=row.asset_id, actor=row.actor, original=row.original,
                recorded=(row.recorded_at, row.recorded_offset),
            )
            for row in rows
        ]  # fmt: skip

    def applied_before(self, notes: Sequence[DueNote]) -> dict[str, list[FileNotes]]:
        """What earlier imports have said of the same contents, by SHA-1."""
        found: dict[str, list[FileNotes]] = {}
        for some in chunked(sorted({one.sha1 for one in notes})):
            query = (
                select(IMPORT_FILE.c.sha1, IMPORT_NOTE.c.notes)
                .join_from(IMPORT_NOTE, IMPORT_FILE, IMPORT_FILE.c.id == IMPORT_NOTE.c.file_id)
                .where(IMPORT_FILE.c.sha1.in_(some), IMPORT_NOTE.c.applied_at.is_not(None))
            )
            with self._db.read() as connection:
                for row in connection.execute(query):
                    found.setdefault(row.sha1, []).append(FileNotes.model_validate_json(row.notes))
        return found

    def assets(self, connection: Connection, sha1s: Iterable[str]) -> dict[str, int]:
        """The numbers of assets by the SHA-1s of their versions."""
        found: dict[str, int] = {}
        for some in chunked(sorted(set(sha1s))):
            rows = connection.execute(
                select(VERSION.c.sha1, VERSION.c.asset_id).where(VERSION.c.sha1.in_(some))
            )
            found.update({row.sha1: row.asset_id for row in rows})
        return found

    def mark_applied(self, connection: Connection, files: Iterable[int]) -> None:
        """Note that the notes of these files were applied, as a part of the caller's transaction."""
        for some in chunked(sorted(files)):
            mine = IMPORT_NOTE.c.file_id.in_(some)
            connection.execute(update(IMPORT_NOTE).where(mine).values(applied_at=NOW))

    def forget_useless(self) -> None:
        """Delete notes of files that were not imported by an import that is over."""
        over = (SessionState.DONE, SessionState.FAILED, SessionState.CANCELLED)
        query = (
            select(IMPORT_NOTE.c.file_id)
            .join_from(IMPORT_NOTE, IMPORT_FILE, IMPORT_FILE.c.id == IMPORT_NOTE.c.file_id)
            .join(IMPORT_SESSION, IMPORT_SESSION.c.id == IMPORT_FILE.c.session_id)
            .where(
                IMPORT_NOTE.c.applied_at.is_(None), IMPORT_FILE.c.state.not_in(_THERE),
                IMPORT_SESSION.c.state.in_(over),
            )
        )  # fmt: skip
        with self._db.read() as connection:
            useless = list(connection.execute(query).scalars())
        if not useless:
            return
        with self._db.write() as connection:
            for some in chunked(useless):
                connection.execute(delete(IMPORT_NOTE).where(IMPORT_NOTE.c.file_id.in_(some)))


def insert_notes(
    connection: Connection, database: Database, session: int, notes: Mapping[str, FileNotes]
) -> None:
    """Add the notes of files of a session by key, in the transaction that adds the files."""
    for keys in chunked(sorted(notes)):
        found = select(IMPORT_FILE.c.id, IMPORT_FILE.c.key).where(
            IMPORT_FILE.c.session_id == session, IMPORT_FILE.c.key.in_(keys)
        )
        rows = [
            {
                "file_id": row.id, "edit_of": notes[row.key].edit_of or None, "applied_at": None,
                "notes": json.dumps(notes[row.key].model_dump(mode="json")),
            }
            for row in connection.execute(found)
        ]  # fmt: skip
        if rows:
            connection.execute(database.insert(IMPORT_NOTE).on_conflict_do_nothing(), rows)
