"""The table `verification`: which files are to be read again, and the leases of the workers that read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from dampipe.features.assets.queries import assets_of
from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.events import FileBad
from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.ids import LocationId, SourceId, VersionId
from dampipe.kernel.paths import is_url, join_key, printable
from dampipe.storage.files.known import KnownFile

FILES = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE)
WRITTEN_TOGETHER = 2000
"""Rows written in one transaction."""
_REQUESTED: ColumnElement[bool] = literal_column("verification.requested_until > 0")
"""Written exactly as in the partial index."""
IDENTIFIED = and_(LOCATION.c.state == LocationState.PRESENT, LOCATION.c.version_id.is_not(None))


@dataclass(frozen=True)
class FixityCheck:
    """A file to read, as the catalogue knows it."""

    location: LocationId
    version: VersionId
    path: str
    """Absolute, or a URL."""
    sha1: str
    size: int
    mtime_ns: int
    remote: KnownFile | None = None
    """None: the file is in a file system of this machine."""


@dataclass(frozen=True)
class FileScope:
    """Files of a source: all, those in and below a folder, or one."""

    source: SourceId
    folder: str = ""
    name: str | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        """The scope as an SQL condition."""
        of_source = FOLDER.c.source_id == self.source
        if self.name is not None:
            return and_(of_source, FOLDER.c.path == self.folder, LOCATION.c.name == self.name)
        if not self.folder:
            return of_source
        # Paths are bytes: a range, since LIKE is for text. "0" is the byte that follows "/".
        below = and_(FOLDER.c.path > f"{self.folder}/", FOLDER.c.path < f"{self.folder}0")
        return and_(of_source, or_(FOLDER.c.path == self.folder, below))


class FixityQueue:
    """The fixity checks of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def now(self) -> float:
        """The database's time, by which requests and leases are reckoned."""
        with self._db.read() as connection:
            return database_time(connection)

    def share(self, scopes: Sequence[FileScope], percent: float, since: float) -> int:
        """How many files a share of `percent` is, less those that were read since then."""
        read_at = func.coalesce(VERIFICATION.c.at, 0.0)
        with self._db.read() as connection:
            row = connection.execute(
                select(func.count(), func.coalesce(func.sum(case((read_at >= since, 1), else_=0)), 0))
                .select_from(FILES.outerjoin(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id))
                .where(IDENTIFIED, or_(*(scope.where for scope in scopes)))
            ).one()
        return max(0, -int(-row[0] * percent // 100) - int(row[1]))

    def request(self, scopes: Sequence[FileScope], until: float, limit: int | None, before: float) -> int:
        """Request checks that begin before `until`; returns of how many files.

        limit: most files, those that were read longest ago first, and only those not read since `before`;
        None: all. Files whose last check was bad are always among them.
        """
        bad = VERIFICATION.c.result.in_(BAD)
        read_at = case((VERIFICATION.c.at > 0, VERIFICATION.c.at), else_=VERSION.c.added_at)
        files = (
            select(LOCATION.c.id.label("location_id"), LOCATION.c.version_id)
            .select_from(
                FILES.join(VERSION, VERSION.c.id == LOCATION.c.version_id).outerjoin(
                    VERIFICATION,
                    and_(
                        VERIFICATION.c.location_id == LOCATION.c.id,
                        VERIFICATION.c.version_id == LOCATION.c.version_id,
                    ),
                )
            )
            .where(IDENTIFIED, or_(*(scope.where for scope in scopes)))
        )
        if limit is None:
            return self._request(files, until)
        oldest = files.where(read_at < before, or_(bad.is_(None), ~bad))
        oldest = oldest.order_by(read_at, LOCATION.c.id).limit(limit)
        return self._request(files.where(bad), until) + (self._request(oldest, until) if limit else 0)

    def _request(self, files: Any, until: float) -> int:
        # Selected in one transaction and written in others, so that other processes can write in between.
        count = 0
        with self._db.read() as connection:
            selected = connection.execution_options(yield_per=WRITTEN_TOGETHER).execute(files)
            for rows in selected.partitions(WRITTEN_TOGETHER):
                count += self._write_requests([row.location_id for row in rows], until)
        return count

    def _write_requests(self, locations: Sequence[LocationId], until: float) -> int:
        values = {"requested_until": until, "lease_until": 0.0, "at": 0.0}
        rows = select(LOCATION.c.id, LOCATION.c.version_id, *(literal(value) for value in values.values()))
        insert = self._db.insert(VERIFICATION).from_select(
            ["location_id", "version_id", *values], rows.where(IDENTIFIED, LOCATION.c.id.in_(locations))
        )
        is_other = VERIFICATION.c.version_id != insert.excluded.version_id
        requests = insert.on_conflict_do_update(
            index_elements=["location_id"],
            set_={
                "version_id": insert.excluded.version_id,
                "requested_until": insert.excluded.requested_until,
                "at": case((is_other, 0.0), else_=VERIFICATION.c.at),
                "result": case((is_other, None), else_=VERIFICATION.c.result),
                "reason": case((is_other, None), else_=VERIFICATION.c.reason),
            },
        )
        with self._db.write() as connection:
            return connection.execute(requests, execution_options={"preserve_rowcount": True}).rowcount

    def claim(self, owner: str, lease: float, most: int) -> FixityCheck | None:
        """Claim the requested file that was read longest ago; None: there is none, or `most` are being read."""
        requested = and_(_REQUESTED, VERIFICATION.c.requested_until > NOW, VERIFICATION.c.lease_until < NOW)
        with self._db.write() as connection:
            if connection.execute(select(func.count()).where(_is_leased())).scalar_one() >= most:
                return None
            oldest = (
                select(VERIFICATION.c.location_id)
                .where(requested)
                .order_by(VERIFICATION.c.at, VERIFICATION.c.location_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            # A statement of its own: within the UPDATE, PostgreSQL may select more than one row.
            location = connection.execute(oldest).scalar()
            if location is None:
                return None
            connection.execute(
                update(VERIFICATION)
                .where(VERIFICATION.c.location_id == location)
                .values(owner=owner, lease_until=NOW + lease)
            )
            file = connection.execute(
                select(
                    LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.checksum, LOCATION.c.token,
                    VERIFICATION.c.version_id, VERSION.c.sha1, *place_columns(self._db),
                )
                .select_from(FILES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id))
                .join(VERSION, VERSION.c.id == VERIFICATION.c.version_id)
                .where(LOCATION.c.id == location)
            ).one()  # fmt: skip
        remote = None
        if is_url(file.root):
            key = join_key(file.folder, file.file)
            remote = KnownFile(file.root, key, file.size, file.mtime_ns, file.checksum, file.token)
        return FixityCheck(
            location, file.version_id, full_path(file), file.sha1, file.size, file.mtime_ns, remote
        )

    def renew(self, check: FixityCheck, owner: str, lease: float) -> None:
        """Renew the lease on a check for another `lease` seconds."""
        with self._db.write() as connection:
            connection.execute(
                update(VERIFICATION).where(*_owned(check, owner)).values(lease_until=NOW + lease)
            )

    def give_up(self, check: FixityCheck, owner: str) -> None:
        """The storage cannot be asked now: the last verdict stays, and the next verification begins with the file."""
        with self._db.write() as connection:
            connection.execute(
                update(VERIFICATION)
                .where(*_owned(check, owner))
                .values(owner=None, lease_until=0.0, requested_until=0.0)
            )

    def finish(self, check: FixityCheck, owner: str, verdict: Verdict, reason: str) -> None:
        """Store the verdict, unless another content was identified there meanwhile or the lease was lost."""
        with self._db.write() as connection:
            now = database_time(connection)
            row = connection.execute(
                update(VERIFICATION)
                .where(*_owned(check, owner))
                .values(
                    owner=None,
                    lease_until=0.0,
                    requested_until=0.0,
                    at=now,
                    result=verdict,
                    reason=reason or None,
                )
                .returning(VERIFICATION.c.location_id)
            ).first()
            if row is not None and verdict in BAD:
                asset = assets_of(connection, [check.version]).get(VersionId(check.version))
                payload = FileBad(path=printable(check.path), verdict=str(verdict), reason=reason)
                record_event(connection, payload, actor=WORKER, asset=asset, sha1=check.sha1, at=now)

    def waiting(self, scopes: Sequence[FileScope] = ()) -> tuple[int, int]:
        """How many files are still to be read, and how many are being read, in these scopes or anywhere."""
        where = [or_(*(scope.where for scope in scopes))] if scopes else []
        checks = FILES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id)
        counts = [
            select(func.count()).select_from(checks if scopes else VERIFICATION).where(*state, *where)
            for state in ((_REQUESTED, VERIFICATION.c.requested_until > NOW), (_is_leased(),))
        ]
        with self._db.read() as connection:
            requested, reading = connection.execute(
                select(*(count.scalar_subquery() for count in counts))
            ).one()
        return int(requested), int(reading)

    def is_idle(self) -> bool:
        """Whether files are requested and no worker reads."""
        requested = (
            select(VERIFICATION.c.location_id)
            .where(_REQUESTED, VERIFICATION.c.requested_until > NOW)
            .limit(1)
        )
        with self._db.read() as connection:
            if connection.execute(requested).first() is None:
                return False
            return not connection.execute(select(func.count()).where(_is_leased())).scalar_one()

    def owners(self) -> list[str]:
        """The owners of the leases that are held now."""
        with self._db.read() as connection:
            rows = connection.execute(select(VERIFICATION.c.owner).where(_is_leased()))
            return [owner for owner in rows.scalars() if owner]

    def release(self, owner: str) -> None:
        """End the leases of an owner that is dead, so that others may claim its files."""
        with self._db.write() as connection:
            connection.execute(
                update(VERIFICATION)
                .where(VERIFICATION.c.lease_until > 0, VERIFICATION.c.owner == owner)
                .values(owner=None, lease_until=0.0)
            )


def record_verification(
    connection: Connection,
    database: Database,
    location: LocationId,
    version: VersionId,
    verdict: Verdict,
    reason: str = "",
) -> None:
    """Store the verdict of someone who has read a file back, as of now, in the caller's transaction.

    A check that was requested is done by this, unless a worker has just claimed it.
    """
    now = database_time(connection)
    values = {"version_id": version, "at": now, "result": verdict, "reason": reason or None}
    insert = database.insert(VERIFICATION).values(
        location_id=location, requested_until=0.0, lease_until=0.0, **values
    )
    is_read = VERIFICATION.c.lease_until >= NOW
    kept = case((is_read, VERIFICATION.c.requested_until), else_=0.0)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["location_id"], set_={**values, "requested_until": kept})
    )
    if verdict in BAD:
        where = LOCATION.c.id == location
        file = connection.execute(
            select(*place_columns(database)).select_from(FILES).where(where)
        ).one_or_none()
        sha1 = connection.execute(select(VERSION.c.sha1).where(VERSION.c.id == version)).scalar_one()
        payload = FileBad(
            path="" if file is None else printable(full_path(file)), verdict=str(verdict), reason=reason
        )
        asset = assets_of(connection, [version]).get(version)
        record_event(connection, payload, actor=WORKER, asset=asset, sha1=sha1, at=now)


def _is_leased() -> ColumnElement[bool]:
    return VERIFICATION.c.lease_until >= NOW


def _owned(check: FixityCheck, owner: str) -> tuple[ColumnElement[bool], ...]:
    """Whether a check is still this owner's."""
    return (
        VERIFICATION.c.location_id == check.location,
        VERIFICATION.c.version_id == check.version,
        VERIFICATION.c.owner == owner,
    )
