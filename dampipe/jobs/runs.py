"""Runs of stages: claimed once, held by a lease that is renewed, given back with a result or a failure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, bindparam, or_, select

from dampipe.jobs import state
from dampipe.jobs.events import record_stage_failed
from dampipe.jobs.keys import ClaimedRun, RunKey
from dampipe.jobs.model import STAGE, RunState, Subject
from dampipe.jobs.subjects import Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import StageError
from dampipe.kernel.ids import LocationId, RunId, VersionId


class LeaseLost(Exception):
    """Another worker has claimed the run meanwhile; this worker's result is not kept."""


# Statements are built once: to build one takes several times as long as to run it, and every stage of every file
# runs these.
_RUN = and_(RUN.c.stage == bindparam("of_stage"), RUN.c.version == bindparam("of_version"))
_PICK = tuple(
    select(RUN.c.id)
    .where(
        _RUN,
        RUN.c.state == RunState.PENDING,
        RUN.c.not_before <= NOW,
        RUN.c.attempts == 0,
        has_chain,
    )
    .order_by(RUN.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    for has_chain in (RUN.c.queued_at.is_(None), RUN.c.queued_at.is_not(None))
)
_HERE = or_(RUN.c.machine.is_(None), RUN.c.machine == bindparam("here"))
_PICK_HERE = tuple(picked.where(_HERE) for picked in _PICK)


class RunRepository:
    """The runs of one catalogue, as a worker uses them."""

    def __init__(self, database: Database, subjects: Subjects) -> None:
        self._db = database
        self._subjects = subjects
        subject: BindParameter[int] = bindparam("subject")
        by: dict[str, ColumnElement[bool]] = {
            "asset": RUN.c.version_id == subject,
            "location": RUN.c.location_id == subject,
            "asset of location": RUN.c.version_id == subjects.version_of(subject),
        }
        due = (RUN.c.not_before <= NOW).label("due")
        self._find = {name: select(RUN, due).where(_RUN, its) for name, its in by.items()}
        self._claim = {name: state.claim_statement(_RUN, its) for name, its in by.items()}
        self._await = {name: state.await_statement(_RUN, its) for name, its in by.items()}
        self._leave = {name: state.leave_statement(_RUN, its) for name, its in by.items()}
        self._fetched = {name: state.fetched_statement(_RUN, its) for name, its in by.items()}

    def find(self, key: RunKey, subject: Subject) -> Row[Any] | None:
        """The run of that stage for the subject; a location stands for its asset once it is identified.

        The row has all columns, and `due`: whether its back-off is over.
        """
        by, values = _lookup(key, subject)
        with self._db.read() as connection:
            return connection.execute(self._find[by], values).first()

    def claim(self, key: RunKey, subject: Subject, owner: str, lease: float) -> ClaimedRun | None:
        """Claim a run that is pending and due, or whose lease has expired, and count the attempt.

        None: there is none. A run that another worker holds is marked, so that its lane is dispatched again
        when that worker is through.
        """
        by, values = _lookup(key, subject)
        with self._db.write() as connection:
            row = connection.execute(self._claim[by], {**values, "holder": owner, "lease": lease}).first()
            if row is None:
                connection.execute(self._await[by], values)
                return None
            return claimed(row)

    def claim_more(
        self, key: RunKey, limit: int, owner: str, lease: float, here: str | None = None
    ) -> list[ClaimedRun]:
        """Claim up to `limit` pending runs of the same stage, first those without a chain of their own.

        Runs that were attempted before are left out: they are done alone. here: those are left out of which another
        machine than this one has the file.
        """
        values = {"of_stage": key.stage, "of_version": key.version}
        if here is not None:
            values["here"] = here
        ids: list[int] = []
        with self._db.write() as connection:
            for picked in _PICK if here is None else _PICK_HERE:
                if len(ids) < limit:
                    ids += connection.execute(picked, {**values, "most": limit - len(ids)}).scalars()
            if not ids:
                return []
            # In a statement of its own: as a part of this one PostgreSQL may pick more than once.
            rows = state.claim_picked(connection, ids, owner, lease)
        return [claimed(row) for row in rows]

    def renew(
        self, runs: Sequence[ClaimedRun], owner: str, lease: float, progress: str | None = None
    ) -> None:
        """Extend the leases of these runs by `lease` seconds from now, as far as this attempt still holds them.

        progress: that of the first of them (`Progress` as JSON); None keeps what is stored.
        """
        if runs:
            with self._db.write() as connection:
                state.renew(connection, runs, owner, lease, progress)

    def add_fetched(self, key: RunKey, subject: Subject, count: int) -> None:
        """Add bytes that came from a remote source for a run that is under way. Raises CatalogueDown."""
        by, values = _lookup(key, subject)
        with self._db.write() as connection:
            connection.execute(self._fetched[by], {**values, "count": count})

    def leave_to_others(self, key: RunKey, subject: Subject) -> None:
        """Let workers of all machines do a run that is pending."""
        by, values = _lookup(key, subject)
        with self._db.write() as connection:
            connection.execute(self._leave[by], values)

    def fail(
        self,
        run: ClaimedRun,
        owner: str,
        error: StageError,
        retry_after: float | None,
        machine: str | None = None,
    ) -> None:
        """Record a failure: parked, skipped, or tried again after `retry_after` seconds. Raises LeaseLost.

        machine: the one that has a part of the file. The run of a file that a scan has found to be gone meanwhile is
        deleted.
        """
        with self._db.write() as connection:
            gone = self._subjects.is_missing(connection, run.subject.location)
            ended = state.record_failure(connection, run, owner, error, retry_after, machine)
            if ended is None:
                raise LeaseLost
            new, row = ended
            if row.kind == STAGE and new == RunState.FAILED:
                record_stage_failed(connection, self._subjects, row, error)
            if gone:
                state.delete_idle(connection, RUN.c.id == run.id)


def claimed(row: Row[Any]) -> ClaimedRun:
    """From a row that a claim has returned."""
    subject = Subject(
        location=None if row.location_id is None else LocationId(row.location_id),
        version=None if row.version_id is None else VersionId(row.version_id),
    )
    return ClaimedRun(RunId(row.id), subject, row.attempts, row.queued_at is not None, row.machine)


def _lookup(key: RunKey, subject: Subject) -> tuple[str, dict[str, Any]]:
    """By which condition a run is looked up, and the values to bind."""
    values = {"of_stage": key.stage, "of_version": key.version}
    if subject.location is None:
        return "asset", {**values, "subject": subject.version}
    return "location" if key.on_location else "asset of location", {**values, "subject": subject.location}
