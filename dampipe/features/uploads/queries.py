"""The tables of uploads, written here only."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, func, select, update

from dampipe.features.uploads import errors
from dampipe.features.uploads.events import UploadFinished, UploadStarted
from dampipe.features.uploads.model import MOST_FILES, UploadState
from dampipe.features.uploads.tables import UPLOAD, UPLOAD_FILE, UploadFileRow, UploadRow
from dampipe.features.uploads.tus import NewFile
from dampipe.kernel.access import Actor
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, StorageFull
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import printable

_LOCK = "uploads"
"""Held while a file is announced, so that two do not take the same room."""
_TAKES_ROOM = (UploadState.OPEN, UploadState.IMPORTING, UploadState.KEPT)


class UploadRepository:
    """The uploads of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def machine(self) -> str:
        """The name of this machine."""
        return self._db.machine

    def create(self, actor: Actor, destination: str, pattern: str) -> int:
        """Create an upload without files, and return its number."""
        new = UPLOAD.insert().values(
            actor=str(actor), machine=self._db.machine, destination=destination, pattern=pattern,
            state=UploadState.OPEN, created_at=NOW, touched_at=NOW,
        )  # fmt: skip
        with self._db.write() as connection:
            return int(connection.execute(new.returning(UPLOAD.c.id)).scalar_one())

    def upload(self, number: int) -> UploadRow:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _upload(connection, number)

    def latest(self, actor: Actor | None, limit: int) -> list[UploadRow]:
        """The newest uploads, newest first. actor: theirs alone."""
        query = select(UPLOAD).order_by(UPLOAD.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            found = query if actor is None else query.where(UPLOAD.c.actor == str(actor))
            return rows_of(UploadRow, connection.execute(found))

    def of_import(self, import_number: int) -> UploadRow | None:
        """The upload that an import copies."""
        with self._db.read() as connection:
            query = select(UPLOAD).where(UPLOAD.c.import_number == import_number)
            return next(iter(rows_of(UploadRow, connection.execute(query))), None)

    def add_file(
        self, number: int, new: NewFile, room: Callable[[int, int], int]
    ) -> tuple[UploadFileRow, bool]:
        """Announce a file, and return it, and whether it is new; one that was announced before is returned as it is.

        room: bytes that may be announced still, by the bytes of all uploads that are announced and that are received.
        Raises NotFound, Conflict for an upload that is over, or a path that is taken by a file of another size or time,
        InvalidInput for too many files, and StorageFull where there is no room for it.
        """
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, _LOCK)
            _require_open(connection, number)
            known = _file(connection, UPLOAD_FILE.c.upload_id == number, UPLOAD_FILE.c.path == new.path)
            if known is not None:
                if (known.size, known.modified) != (new.size, new.modified):
                    raise Conflict(errors.PATH_TAKEN, path=printable(new.path))
                return known, False
            files = select(func.count()).where(UPLOAD_FILE.c.upload_id == number)
            if connection.execute(files).scalar_one() >= MOST_FILES:
                raise InvalidInput(errors.TOO_MANY, most=MOST_FILES)
            free = room(*_taken(connection))
            if new.size > free:
                raise StorageFull(errors.NO_ROOM, size=new.size, free=free)
            made = UploadFileRow(
                upload_id=number, path=new.path, size=new.size, modified=new.modified, received=0
            )
            insert = UPLOAD_FILE.insert().values(made.model_dump(exclude={"id"}))
            made.id = int(connection.execute(insert.returning(UPLOAD_FILE.c.id)).scalar_one())
            _touch(connection, number)
            return made, True

    def file(self, number: int, file: int) -> UploadFileRow:
        """Raises NotFound."""
        with self._db.read() as connection:
            found = _file(connection, UPLOAD_FILE.c.upload_id == number, UPLOAD_FILE.c.id == file)
        if found is None:
            raise NotFound(errors.FILE_NOT_FOUND, number=number, file=file)
        return found

    def files(self, number: int, after: int, limit: int | None) -> list[UploadFileRow]:
        """Files of an upload after a number, in the order in which they were announced."""
        mine = (UPLOAD_FILE.c.upload_id == number, UPLOAD_FILE.c.id > after)
        with self._db.read() as connection:
            query = select(UPLOAD_FILE).where(*mine).order_by(UPLOAD_FILE.c.id).limit(limit)
            return rows_of(UploadFileRow, connection.execute(query))

    def totals(self, numbers: Sequence[int]) -> dict[int, tuple[int, int, int, int]]:
        """Of uploads: files, those that are complete, bytes, and bytes that were received."""
        is_complete = UPLOAD_FILE.c.received == UPLOAD_FILE.c.size
        query = (
            select(
                UPLOAD_FILE.c.upload_id,
                func.count(),
                func.count().filter(is_complete),
                func.coalesce(func.sum(UPLOAD_FILE.c.size), 0),
                func.coalesce(func.sum(UPLOAD_FILE.c.received), 0),
            )
            .where(UPLOAD_FILE.c.upload_id.in_(numbers))
            .group_by(UPLOAD_FILE.c.upload_id)
        )
        found = dict.fromkeys(numbers, (0, 0, 0, 0))
        with self._db.read() as connection:
            for number, files, complete, size, received in connection.execute(query):
                found[number] = (files, complete, int(size), int(received))
        return found

    def save_received(self, number: int, file: int, before: int, received: int) -> bool:
        """Record that more bytes of a file are on the disk. before: what was recorded. Returns False if it was
        deleted, or another request has recorded other bytes."""
        mine = (UPLOAD_FILE.c.upload_id == number, UPLOAD_FILE.c.id == file, UPLOAD_FILE.c.received == before)
        with self._db.write() as connection:
            _touch(connection, number)
            saved = connection.execute(update(UPLOAD_FILE).where(*mine).values(received=received))
            return bool(saved.rowcount)

    def remove_file(self, number: int, file: int) -> None:
        """Forget a file of an upload that takes files. Raises NotFound and Conflict."""
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, _LOCK)
            _require_open(connection, number)
            mine = (UPLOAD_FILE.c.upload_id == number, UPLOAD_FILE.c.id == file)
            connection.execute(delete(UPLOAD_FILE).where(*mine))
            _touch(connection, number)

    def seal(self, number: int, actor: Actor) -> None:
        """Take no more files: what was received is to be imported. One that is sealed stays so.

        Raises NotFound, and Conflict for one that was imported, has no files, or not all their bytes.
        """
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, _LOCK)
            row = _upload(connection, number)
            if row.state == UploadState.IMPORTING and row.import_number is None:
                return
            _require_open(connection, number)
            mine = UPLOAD_FILE.c.upload_id == number
            missing = UPLOAD_FILE.c.received < UPLOAD_FILE.c.size
            count, path = connection.execute(
                select(func.count(), func.min(UPLOAD_FILE.c.path)).where(mine, missing)
            ).one()
            if count:
                raise Conflict(errors.INCOMPLETE, count=count, path=printable(path))
            files = connection.execute(select(func.count()).where(mine)).scalar_one()
            if not files:
                raise Conflict(errors.EMPTY)
            _touch(connection, number, state=UploadState.IMPORTING)
            record_event(connection, UploadStarted(number=number, files=files), actor=actor)

    def save_import(self, number: int, import_number: int) -> None:
        """Record by which import an upload is copied."""
        with self._db.write() as connection:
            _touch(connection, number, import_number=import_number)

    def finish(self, number: int, *, kept: bool, imported: int, already_there: int, set_aside: int) -> None:
        """Record once that the import is over. kept: whether what was uploaded stays."""
        state = UploadState.KEPT if kept else UploadState.DONE
        ending = update(UPLOAD).where(UPLOAD.c.id == number, UPLOAD.c.state == UploadState.IMPORTING)
        with self._db.write() as connection:
            if not connection.execute(ending.values(state=state, touched_at=NOW)).rowcount:
                return
            event = UploadFinished(
                number=number, imported=imported, already_there=already_there, set_aside=set_aside, kept=kept
            )
            record_event(connection, event, actor=_upload(connection, number).actor)

    def remove(self, number: int) -> None:
        """Forget an upload. Raises NotFound, and Conflict while it is imported."""
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, _LOCK)
            row = _upload(connection, number)
            if row.state == UploadState.IMPORTING:
                raise Conflict(errors.BEING_IMPORTED, number=number)
            connection.execute(delete(UPLOAD).where(UPLOAD.c.id == number))

    def untouched(self, seconds: float, states: Sequence[UploadState]) -> list[UploadRow]:
        """Uploads in these states to which nothing has happened for some time."""
        old = (UPLOAD.c.state.in_(states), UPLOAD.c.touched_at < NOW - seconds)
        with self._db.read() as connection:
            return rows_of(UploadRow, connection.execute(select(UPLOAD).where(*old)))


def _upload(connection: Connection, number: int) -> UploadRow:
    found = rows_of(UploadRow, connection.execute(select(UPLOAD).where(UPLOAD.c.id == number)))
    if not found:
        raise NotFound(errors.NOT_FOUND, number=number)
    return found[0]


def _require_open(connection: Connection, number: int) -> None:
    if _upload(connection, number).state != UploadState.OPEN:
        raise Conflict(errors.IS_OVER, number=number)


def _file(connection: Connection, *where: object) -> UploadFileRow | None:
    query = select(UPLOAD_FILE).where(*where)  # type: ignore[arg-type]
    return next(iter(rows_of(UploadFileRow, connection.execute(query))), None)


def _taken(connection: Connection) -> tuple[int, int]:
    """Bytes that were announced and received of uploads whose files are on the disk."""
    sums = [func.coalesce(func.sum(column), 0) for column in (UPLOAD_FILE.c.size, UPLOAD_FILE.c.received)]
    query = select(*sums).join(UPLOAD, UPLOAD.c.id == UPLOAD_FILE.c.upload_id)
    announced, received = connection.execute(query.where(UPLOAD.c.state.in_(_TAKES_ROOM))).one()
    return int(announced), int(received)


def _touch(connection: Connection, number: int, **values: object) -> None:
    connection.execute(update(UPLOAD).where(UPLOAD.c.id == number).values(touched_at=NOW, **values))
