"""The SQL of restores; the only writer of their tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.locations import update_storage
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.storage_facts import storage_facts
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.features.tiers.restoring import errors
from dampipe.features.tiers.restoring.events import CopyRestored, RestoreFinished, RestoreRequested
from dampipe.features.tiers.restoring.model import FileState, Speed
from dampipe.features.tiers.restoring.tables import RESTORE, RESTORE_FILE
from dampipe.jobs.retry import RunRetries
from dampipe.kernel.access import Actor
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import ErrorCode, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.ids import LocationId
from dampipe.kernel.paths import join_key, printable
from dampipe.kernel.visibility import View
from dampipe.storage.files.base import FileEntry, StorageState
from dampipe.storage.files.known import KnownFile

OPEN = (FileState.WANTED, FileState.ASKED)


@dataclass(frozen=True)
class WantedFile:
    """A file that was requested, as the worker gets it."""

    id: int
    restore: int
    location: LocationId
    file: KnownFile
    speed: Speed
    days: int
    asked: int
    attempts: int
    hours: float | None
    """Until it can be read once it was asked for, as its source states; None: not stated."""


class RestoreRepository:
    """The restores of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, retries: RunRetries) -> None:
        self._db = database
        self._retries = retries

    # What people see

    def create(
        self,
        actor: Actor,
        speed: Speed,
        days: int,
        cost: dict[str, float],
        size: int,
        locations: Sequence[int],
    ) -> int:
        """Record a restore, and return its number; its files are asked for by a worker."""
        with self._db.write() as connection:
            new = RESTORE.insert().values(
                actor=str(actor), speed=speed, days=days, cost=json.dumps(cost), created_at=NOW
            )
            number = int(connection.execute(new.returning(RESTORE.c.id)).scalar_one())
            same = {
                "restore_id": number,
                "state": str(FileState.WANTED),
                "reason": "",
                "detail": "",
                "asked": 0,
                "next_at": 0.0,
                "attempts": 0,
            }
            rows = [(location,) for location in locations]
            self._db.insert_many(connection, RESTORE_FILE, ("location_id",), rows, same)
            payload = RestoreRequested(
                number=number, files=len(locations), bytes=size, speed=speed, days=days, cost=cost
            )
            record_event(connection, payload, actor=actor)
        return number

    def find(self, number: int) -> Any:
        """A restore with the counts of its files. Raises NotFound."""
        found = self.latest(1, RESTORE.c.id == number)
        if not found:
            raise NotFound(errors.NOT_FOUND, number=number)
        return found[0]

    def latest(self, limit: int, *where: ColumnElement[bool]) -> list[Any]:
        """Restores with the counts of their files, newest first."""
        file = RESTORE_FILE.c
        counts = (
            select(
                file.restore_id,
                func.count().label("files"),
                func.sum(LOCATION.c.size).label("bytes"),
                func.sum(case((file.state == FileState.READY, 1), else_=0)).label("ready"),
                func.sum(case((file.state == FileState.FAILED, 1), else_=0)).label("failed"),
                func.max(case((file.state == FileState.ASKED, file.expected_at))).label("expected_at"),
            )
            .join_from(RESTORE_FILE, LOCATION, LOCATION.c.id == file.location_id)
            .group_by(file.restore_id)
        )
        newest = select(RESTORE.c.id).where(*where).order_by(RESTORE.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            numbers = list(connection.execute(newest).scalars())
            of = counts.where(file.restore_id.in_(numbers)).subquery()
            query = select(RESTORE, *(column for column in of.c if column.key != "restore_id"))
            joined = query.outerjoin(of, of.c.restore_id == RESTORE.c.id).where(RESTORE.c.id.in_(numbers))
            return list(connection.execute(joined.order_by(RESTORE.c.id.desc())).all())

    def files(
        self, number: int, states: Sequence[FileState], after: int, limit: int, view: View
    ) -> list[tuple[Any, str]]:
        """Files of a restore that are visible, in the order in which they are asked for, with their places."""
        where = [RESTORE_FILE.c.restore_id == number, RESTORE_FILE.c.id > after]
        if states:
            where.append(RESTORE_FILE.c.state.in_(states))
        query = (
            select(
                RESTORE_FILE,
                VERSION.c.sha1,
                LOCATION.c.size,
                LOCATION.c.restored_until,
                view.shows_folder(LOCATION.c.folder_id).label("is_shown"),
                *place_columns(self._db),
            )
            .select_from(
                RESTORE_FILE.join(LOCATION, LOCATION.c.id == RESTORE_FILE.c.location_id)
                .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
                .outerjoin(VERSION, VERSION.c.id == LOCATION.c.version_id)
            )
            .where(*where, view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id))
            .order_by(RESTORE_FILE.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [(row, full_path(row)) for row in connection.execute(query)]

    # Asking storages

    def is_due(self) -> bool:
        """Whether a storage is to be asked for, or about, a file now."""
        with self._db.read() as connection:
            due = select(RESTORE_FILE.c.id).where(
                RESTORE_FILE.c.state.in_(OPEN), RESTORE_FILE.c.next_at <= NOW
            )
            return connection.execute(due.limit(1)).first() is not None

    def claim(self, count: int, lease: float) -> list[WantedFile]:
        """Files that are due; no other worker gets them for `lease` seconds."""
        with self._db.write() as connection:
            due = (
                select(RESTORE_FILE.c.id)
                .where(RESTORE_FILE.c.state.in_(OPEN), RESTORE_FILE.c.next_at <= NOW)
                .order_by(RESTORE_FILE.c.next_at)
                .limit(count)
                .with_for_update(skip_locked=True)
            )
            ids = list(connection.execute(due).scalars())
            mine = RESTORE_FILE.c.id.in_(ids)
            connection.execute(update(RESTORE_FILE).where(mine).values(next_at=NOW + lease))
            rows = connection.execute(self._wanted().where(mine).order_by(RESTORE_FILE.c.id)).all()
        return [_wanted_file(row) for row in rows]

    def _wanted(self) -> Select[Any]:
        return select(
            RESTORE_FILE,
            RESTORE.c.speed,
            RESTORE.c.days,
            SOURCE.c.cost,
            *(LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.checksum, LOCATION.c.token),
            *place_columns(self._db),
        ).select_from(
            RESTORE_FILE.join(RESTORE, RESTORE.c.id == RESTORE_FILE.c.restore_id)
            .join(LOCATION, LOCATION.c.id == RESTORE_FILE.c.location_id)
            .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
        )

    def record_asked(
        self, wanted: WantedFile, entry: FileEntry, expected_at: float | None, pause: float
    ) -> None:
        """The storage was asked for the file, and will be asked after `pause` seconds whether it is ready."""
        with self._db.write() as connection:
            self._store(connection, wanted, entry)
            values = {"state": FileState.ASKED, "asked": RESTORE_FILE.c.asked + 1, "attempts": 0}
            self._update(connection, wanted, values | {"expected_at": expected_at, "next_at": NOW + pause})

    def record_waiting(self, wanted: WantedFile, entry: FileEntry, pause: float) -> None:
        """The storage is restoring the file still."""
        with self._db.write() as connection:
            self._store(connection, wanted, entry)
            self._update(connection, wanted, {"attempts": 0, "next_at": NOW + pause})

    def postpone(self, wanted: WantedFile, pause: float) -> None:
        """The storage did not answer."""
        with self._db.write() as connection:
            self._update(
                connection, wanted, {"attempts": RESTORE_FILE.c.attempts + 1, "next_at": NOW + pause}
            )

    def record_ready(self, wanted: WantedFile, entry: FileEntry) -> None:
        """The file can be read; runs that have waited for it are continued."""
        with self._db.write() as connection:
            self._store(connection, wanted, entry)
            if not self._update(connection, wanted, {"state": FileState.READY, "done_at": NOW}):
                return
            facts = connection.execute(
                select(VERSION.c.asset_id, VERSION.c.sha1)
                .join_from(LOCATION, VERSION, VERSION.c.id == LOCATION.c.version_id)
                .where(LOCATION.c.id == wanted.location)
            ).first()
            if facts is not None:
                place = printable(f"{wanted.file.root}/{wanted.file.key}")
                payload = CopyRestored(number=wanted.restore, place=place, until=entry.restored_until)
                record_event(connection, payload, asset=facts.asset_id, sha1=facts.sha1)
            self._finish(connection, wanted.restore)
        self._retries.retry_restored(wanted.location)

    def record_failed(self, wanted: WantedFile, code: ErrorCode, detail: str) -> None:
        """The file cannot be restored."""
        with self._db.write() as connection:
            values = {"state": FileState.FAILED, "reason": code.code, "detail": detail, "done_at": NOW}
            if self._update(connection, wanted, values):
                self._finish(connection, wanted.restore)

    def finish_all(self) -> None:
        """End restores that have no open files, for example because their last one has left the catalogue."""
        with self._db.read() as connection:
            open_file = exists().where(
                RESTORE_FILE.c.restore_id == RESTORE.c.id, RESTORE_FILE.c.state.in_(OPEN)
            )
            ended = select(RESTORE.c.id).where(RESTORE.c.finished_at.is_(None), ~open_file)
            numbers = list(connection.execute(ended).scalars())
        for number in numbers:
            with self._db.write() as connection:
                self._finish(connection, number)

    def archive_expired(self) -> int:
        """Record as archived what was restored until a time that is over; returns how many files."""
        over = and_(
            LOCATION.c.storage_state == StorageState.RESTORED,
            LOCATION.c.restored_until.is_not(None),
            LOCATION.c.restored_until <= NOW,
        )
        with self._db.read() as connection:
            rows = connection.execute(select(LOCATION.c.id, LOCATION.c.storage_class).where(over)).all()
        if rows:
            with self._db.write() as connection:
                update_storage(
                    connection, [(row.id, StorageState.ARCHIVED, row.storage_class, None) for row in rows]
                )
        return len(rows)

    def _store(self, connection: Connection, wanted: WantedFile, entry: FileEntry) -> None:
        update_storage(connection, [(wanted.location, *storage_facts(entry))])

    def _update(self, connection: Connection, wanted: WantedFile, values: dict[str, Any]) -> bool:
        """Whether the file was open still."""
        one = update(RESTORE_FILE).where(RESTORE_FILE.c.id == wanted.id, RESTORE_FILE.c.state.in_(OPEN))
        return bool(connection.execute(one.values(values)).rowcount)

    def _finish(self, connection: Connection, number: int) -> None:
        """End a restore if none of its files is open. Its row is locked, so that the last of two files ends it."""
        row = connection.execute(select(RESTORE).where(RESTORE.c.id == number).with_for_update()).first()
        if row is None or row.finished_at is not None:
            return
        by_state = (
            select(RESTORE_FILE.c.state, func.count().label("files"))
            .where(RESTORE_FILE.c.restore_id == number)
            .group_by(RESTORE_FILE.c.state)
        )
        counts: dict[str, int] = {row.state: row.files for row in connection.execute(by_state)}
        if any(counts.get(state) for state in OPEN):
            return
        connection.execute(update(RESTORE).where(RESTORE.c.id == number).values(finished_at=NOW))
        payload = RestoreFinished(
            number=number, ready=counts.get(FileState.READY, 0), failed=counts.get(FileState.FAILED, 0)
        )
        record_event(connection, payload, actor=row.actor)


def _wanted_file(row: Any) -> WantedFile:
    key = join_key(row.folder, row.file)
    return WantedFile(
        id=row.id,
        restore=row.restore_id,
        location=LocationId(row.location_id),
        file=KnownFile(row.root, key, row.size, row.mtime_ns, row.checksum, row.token),
        speed=Speed(row.speed),
        days=row.days,
        asked=row.asked,
        attempts=row.attempts,
        hours=CostModel.model_validate_json(row.cost).hours(row.speed),
    )
