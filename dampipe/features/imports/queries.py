"""The tables of imports, written here only.

A session is claimed by one worker at a time, and held by a lease that is renewed. Every write of the worker is fenced:
it changes nothing once another worker holds the session, or a person has paused or cancelled it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from dampipe.features.imports import errors
from dampipe.features.imports.events import ImportFinished, ImportStarted
from dampipe.features.imports.held import ImportJob, fenced, is_held
from dampipe.features.imports.model import (
    EXPECTED,
    OPEN_STATES,
    Counts,
    Destination,
    FileState,
    Manifest,
    Phase,
    SessionState,
)
from dampipe.features.imports.tables import IMPORT_FILE, IMPORT_SESSION, ImportFileRow, ImportSessionRow
from dampipe.kernel.access import Actor
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.errors import Conflict, DampipeError, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import printable

_LOCK = "imports"
"""Held while a session is created or chooses its folders, which no two may do at a time."""


class ImportRepository:
    """The imports of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def machine(self) -> str:
        """The name by which path maps know this machine."""
        return self._db.machine

    # Sessions, as people see them

    def create(
        self,
        importer: str,
        origin: str,
        pattern: str,
        destinations: Sequence[Destination],
        actor: Actor,
        include: Sequence[str] = (),
    ) -> int:
        """Create a session, and return its number. Raises Conflict if another one of the origin is not over."""
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, _LOCK)
            open_one = select(IMPORT_SESSION.c.id).where(
                IMPORT_SESSION.c.origin == origin, IMPORT_SESSION.c.state.in_(OPEN_STATES)
            )
            number = connection.execute(open_one).scalar()
            if number is not None:
                raise Conflict(errors.ALREADY_RUNNING, number=number, path=printable(origin))
            new = IMPORT_SESSION.insert().values(
                importer=importer, origin=origin, pattern=pattern, include=json.dumps(sorted(set(include))),
                destinations=json.dumps([one.model_dump() for one in destinations]),
                structures="{}", mounts="{}", state=SessionState.WAITING, phase=Phase.LIST, rounds=0, problem="",
                problem_code="", manifests="[]", safe_to_format=False, actor=str(actor), leftovers=False,
                lease_until=0.0, not_before=0.0, created_at=NOW,
            )  # fmt: skip
            made = int(connection.execute(new.returning(IMPORT_SESSION.c.id)).scalar_one())
            record_event(connection, ImportStarted(number=made, importer=importer), actor=actor)
        return made

    def session(self, number: int) -> ImportSessionRow:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _session(connection, number)

    def latest(self, limit: int) -> list[ImportSessionRow]:
        """The newest sessions, newest first."""
        with self._db.read() as connection:
            newest = select(IMPORT_SESSION).order_by(IMPORT_SESSION.c.id.desc()).limit(limit)
            return rows_of(ImportSessionRow, connection.execute(newest))

    def counts(self, numbers: Sequence[int]) -> dict[int, tuple[Counts, dict[str, int]]]:
        """The counts of sessions, and why how many of their files were set aside."""
        with self._db.read() as connection:
            return {number: _counts(connection, number) for number in numbers}

    def files(
        self, number: int, states: Sequence[FileState], after: int, limit: int | None
    ) -> list[ImportFileRow]:
        """Files of a session in the order in which they were listed. states: none means all."""
        where = [IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.id > after]
        if states:
            where.append(IMPORT_FILE.c.state.in_(states))
        with self._db.read() as connection:
            found = select(IMPORT_FILE).where(*where).order_by(IMPORT_FILE.c.id).limit(limit)
            return rows_of(ImportFileRow, connection.execute(found))

    def pause(self, number: int) -> None:
        """Have the worker stop at the next block. Raises Conflict for a session that is over."""
        self._change(number, OPEN_STATES, state=SessionState.PAUSED, owner=None, lease_until=0.0)

    def resume(self, number: int) -> None:
        """Continue a paused or blocked session at once. Raises Conflict for another one."""
        self._change(
            number,
            (SessionState.PAUSED, SessionState.BLOCKED, SessionState.WAITING),
            errors.NOT_STOPPED,
            state=SessionState.WAITING,
            problem="",
            problem_code="",
            not_before=0.0,
        )

    def of_origin(self, origin: str) -> int | None:
        """The number of the newest session of an origin; None: there is none."""
        newest = select(func.max(IMPORT_SESSION.c.id)).where(IMPORT_SESSION.c.origin == origin)
        with self._db.read() as connection:
            found: int | None = connection.execute(newest).scalar()
            return found

    def blocked_of(self, origin: str) -> list[int]:
        """The numbers of blocked sessions of an origin."""
        mine = (IMPORT_SESSION.c.origin == origin, IMPORT_SESSION.c.state == SessionState.BLOCKED)
        with self._db.read() as connection:
            return list(connection.execute(select(IMPORT_SESSION.c.id).where(*mine)).scalars())

    def cancel(self, number: int, actor: Actor) -> None:
        """End a session: what was copied stays, other files stay without an outcome. Raises Conflict."""
        with self._db.write() as connection:
            self._change_in(
                connection,
                number,
                OPEN_STATES,
                errors.IS_OVER,
                state=SessionState.CANCELLED,
                owner=None,
                lease_until=0.0,
                not_before=0.0,
                adds_up=False,
                finished_at=NOW,
            )
            _record_end(connection, number, SessionState.CANCELLED, adds_up=False, safe=False, actor=actor)

    def _change(
        self, number: int, states: Sequence[SessionState], code: Any = errors.IS_OVER, **values: Any
    ) -> None:
        with self._db.write() as connection:
            self._change_in(connection, number, states, code, **values)

    @staticmethod
    def _change_in(
        connection: Connection, number: int, states: Sequence[SessionState], code: Any, **values: Any
    ) -> None:
        row = _session(connection, number)
        change = update(IMPORT_SESSION).where(
            IMPORT_SESSION.c.id == number, IMPORT_SESSION.c.state.in_(states)
        )
        if not connection.execute(change.values(values)).rowcount:
            raise Conflict(code, number=number, state=row.state)

    # Claiming and holding

    def due(self) -> list[int]:
        """Sessions that a worker may claim."""
        with self._db.read() as connection:
            return list(connection.execute(select(IMPORT_SESSION.c.id).where(_is_due())).scalars())

    def claim(self, number: int, owner: str, lease: float) -> ImportJob | None:
        """Claim a session that is due; None: there is nothing to do, or another worker has it."""
        cancelled = SessionState.CANCELLED
        state = case((IMPORT_SESSION.c.state == cancelled, cancelled), else_=SessionState.RUNNING)
        with self._db.write() as connection:
            rows = rows_of(
                ImportSessionRow,
                connection.execute(
                    update(IMPORT_SESSION)
                    .where(IMPORT_SESSION.c.id == number, _is_due())
                    .values(state=state, owner=owner, lease_until=NOW + lease)
                    .returning(*IMPORT_SESSION.c)
                ),
            )
        if not rows:
            return None
        [row] = rows
        return ImportJob(
            number=number,
            owner=owner,
            importer=row.importer,
            origin=row.origin,
            pattern=row.pattern,
            include=tuple(json.loads(row.include)),
            destinations=tuple(Destination.model_validate(one) for one in json.loads(row.destinations)),
            structures=json.loads(row.structures),
            mounts=json.loads(row.mounts),
            phase=Phase(row.phase),
            rounds=row.rounds,
            manifests=tuple(Manifest.model_validate(one) for one in json.loads(row.manifests)),
            actor=row.actor,
            created_at=row.created_at,
            is_cancelled=row.state == cancelled,
        )

    def owners(self) -> list[str]:
        """The owners of sessions that are claimed."""
        with self._db.read() as connection:
            found = select(IMPORT_SESSION.c.owner).where(IMPORT_SESSION.c.owner.is_not(None)).distinct()
            return [str(owner) for owner in connection.execute(found).scalars()]

    def release_all(self, owner: str) -> None:
        """End the leases of an owner that is dead."""
        self._update(IMPORT_SESSION.c.owner == owner, lease_until=0.0)

    def renew(self, job: ImportJob, lease: float, progress: str | None) -> None:
        """Renew the lease for another `lease` seconds, and save progress if there is any."""
        more = {} if progress is None else {"progress": progress}
        self._update(is_held(job), lease_until=NOW + lease, **more)

    def holds(self, job: ImportJob) -> bool:
        """Whether the session is still this worker's."""
        with self._db.read() as connection:
            return connection.execute(select(IMPORT_SESSION.c.id).where(is_held(job))).first() is not None

    def release(self, job: ImportJob) -> None:
        """Let another worker continue at once."""
        self._update(
            is_held(job),
            state=SessionState.WAITING,
            owner=None,
            lease_until=0.0,
            problem="",
            problem_code="",
        )

    def block(self, job: ImportJob, error: DampipeError, delay: float) -> None:
        """Note why a session cannot continue now; it is tried again after `delay` seconds."""
        self._update(
            is_held(job),
            state=SessionState.BLOCKED,
            problem=str(error),
            problem_code=error.code,
            owner=None,
            lease_until=0.0,
            not_before=NOW + delay,
        )

    def postpone(self, job: ImportJob, delay: float) -> None:
        """Continue a session after some seconds: files of it are to be tried again."""
        self._update(
            is_held(job), state=SessionState.WAITING, owner=None, lease_until=0.0, not_before=NOW + delay
        )

    def swept(self, job: ImportJob) -> None:
        """No temporary file of a cancelled session is left."""
        self._update(
            and_(IMPORT_SESSION.c.id == job.number, IMPORT_SESSION.c.owner == job.owner),
            leftovers=False, owner=None, lease_until=0.0,
        )  # fmt: skip

    def sweep_later(self, job: ImportJob, delay: float) -> None:
        """A destination of a cancelled session is away: delete its temporary files later."""
        self._update(
            and_(IMPORT_SESSION.c.id == job.number, IMPORT_SESSION.c.owner == job.owner),
            owner=None, lease_until=0.0, not_before=NOW + delay,
        )  # fmt: skip

    def _update(self, where: ColumnElement[bool], **values: Any) -> None:
        with self._db.write() as connection:
            connection.execute(update(IMPORT_SESSION).where(where).values(values))

    # The steps of a worker

    def save_mounts(self, job: ImportJob, mounts: Mapping[str, Any]) -> ImportJob:
        """Note where the media are mounted. Raises ImportStopped."""
        with self._db.write() as connection:
            fenced(connection, job, mounts=json.dumps(dict(mounts)), leftovers=True)
        return replace(job, mounts=mounts)

    def save_manifest(self, job: ImportJob, manifest: Manifest) -> ImportJob:
        """Save what was written at one destination. Raises ImportStopped."""
        manifests = (*job.manifests, manifest)
        with self._db.write() as connection:
            fenced(connection, job, manifests=json.dumps([one.model_dump() for one in manifests]))
        return replace(job, manifests=manifests)

    def set_phase(self, job: ImportJob, phase: Phase) -> ImportJob:
        """Go on to another phase. Raises ImportStopped."""
        with self._db.write() as connection:
            fenced(connection, job, phase=phase)
        return replace(job, phase=phase)

    def finish(
        self,
        job: ImportJob,
        state: SessionState,
        *,
        adds_up: bool,
        safe: bool,
        scan: int | None,
        problem: str,
    ) -> None:
        """The import is over. Raises ImportStopped."""
        with self._db.write() as connection:
            fenced(
                connection, job, state=state, adds_up=adds_up, safe_to_format=safe, scan=scan, problem=problem,
                problem_code="", owner=None, lease_until=0.0, progress=None, leftovers=False, finished_at=NOW,
            )  # fmt: skip
            _record_end(connection, job.number, state, adds_up=adds_up, safe=safe, actor=job.actor)


def _session(connection: Connection, number: int) -> ImportSessionRow:
    rows = rows_of(
        ImportSessionRow, connection.execute(select(IMPORT_SESSION).where(IMPORT_SESSION.c.id == number))
    )
    if not rows:
        raise NotFound(errors.NOT_FOUND, number=number)
    return rows[0]


def _counts(connection: Connection, number: int) -> tuple[Counts, dict[str, int]]:
    grouped = (
        select(
            IMPORT_FILE.c.state,
            IMPORT_FILE.c.reason,
            func.count().label("files"),
            func.coalesce(func.sum(IMPORT_FILE.c.size), 0).label("bytes"),
        )
        .where(IMPORT_FILE.c.session_id == number)
        .group_by(IMPORT_FILE.c.state, IMPORT_FILE.c.reason)
    )
    rows = connection.execute(grouped).all()
    reasons = {str(row.reason): int(row.files) for row in rows if row.state == FileState.SET_ASIDE}

    def files(state: FileState) -> int:
        return sum(int(row.files) for row in rows if row.state == state)

    counts = Counts(
        inputs=sum(int(row.files) for row in rows),
        pending=files(FileState.PENDING),
        imported=files(FileState.IMPORTED),
        already_there=files(FileState.ALREADY_THERE),
        metadata_used=files(FileState.METADATA_USED),
        set_aside=files(FileState.SET_ASIDE),
        unexpected=sum(count for reason, count in reasons.items() if reason not in EXPECTED),
        input_bytes=sum(int(row.bytes) for row in rows),
        done_bytes=sum(int(row.bytes) for row in rows if row.state != FileState.PENDING),
    )
    return counts, dict(sorted(reasons.items()))


def _record_end(
    connection: Connection, number: int, state: SessionState, *, adds_up: bool, safe: bool, actor: Actor | str
) -> None:
    counts, _ = _counts(connection, number)
    event = ImportFinished(
        number=number,
        state=state,
        imported=counts.imported,
        already_there=counts.already_there,
        metadata_used=counts.metadata_used,
        set_aside=counts.set_aside,
        adds_up=adds_up,
        safe_to_format=safe,
    )
    record_event(connection, event, actor=actor)


def _is_due() -> ColumnElement[bool]:
    ready = IMPORT_SESSION.c.state.in_((SessionState.WAITING, SessionState.BLOCKED))
    abandoned = and_(IMPORT_SESSION.c.state == SessionState.RUNNING, IMPORT_SESSION.c.lease_until < NOW)
    to_sweep = and_(
        IMPORT_SESSION.c.state == SessionState.CANCELLED,
        IMPORT_SESSION.c.leftovers,
        IMPORT_SESSION.c.lease_until < NOW,
        IMPORT_SESSION.c.not_before <= NOW,
    )
    return or_(and_(ready, IMPORT_SESSION.c.not_before <= NOW), abandoned, to_sweep)


def choose_alone(
    connection: Connection, database: Database, job: ImportJob
) -> frozenset[tuple[Destination, str]]:
    """The destinations and folders that other open sessions have chosen; none chooses until the transaction ends."""
    lock_until_commit(connection, database, _LOCK)
    rows = connection.execute(
        select(IMPORT_SESSION.c.destinations, IMPORT_SESSION.c.structures).where(
            IMPORT_SESSION.c.id != job.number, IMPORT_SESSION.c.state.in_(OPEN_STATES)
        )
    ).all()
    return frozenset(
        (Destination.model_validate(destination), folder)
        for row in rows
        for destination in json.loads(row.destinations)
        for folder in json.loads(row.structures).values()
    )
