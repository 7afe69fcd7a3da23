"""The queue in the catalogue: which runs are dispatched next, and which runs the pipeline asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, literal, select

from dampipe.jobs import state
from dampipe.jobs.keys import FollowUp, RunKey
from dampipe.jobs.model import STAGE, RunState, Subject
from dampipe.jobs.subjects import SubjectName, Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import RunId


def _count(*where: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(RUN).where(*where)


# Built once: to build such a statement takes several times as long as to run it, and every chain needs them.
_LANE = RUN.c.lane == bindparam("of_lane")
_STAGE = RUN.c.stage == bindparam("of_stage")
# Two counts over the index; an OR of both states would walk all that waits. A batch holds many runs more.
_IN_FLIGHT = select(
    *(
        _count(_LANE, RUN.c.state == run_state, RUN.c.queued_at > 0).scalar_subquery()
        for run_state in (RunState.PENDING, RunState.RUNNING)
    )
)
_DUE = (
    select(RUN.c.id, RUN.c.stage, RUN.c.attempts, RUN.c.machine)
    .where(_LANE, RUN.c.state == RunState.PENDING, RUN.c.queued_at.is_(None), RUN.c.not_before <= NOW)
    .order_by(RUN.c.priority.desc(), RUN.c.id.desc())
    .limit(bindparam("most"))
)
_DUE_WITHOUT = _DUE.where(RUN.c.stage.not_in(bindparam("left_out", expanding=True)))
_SOME_PENDING = select(literal(1)).where(_STAGE, RUN.c.state == RunState.PENDING).limit(bindparam("most"))
_RUNS_AND_CHAINS = select(
    select(func.count()).select_from(_SOME_PENDING.subquery()).scalar_subquery(),
    _count(
        *(_LANE, _STAGE, RUN.c.state == RunState.PENDING, RUN.c.queued_at > 0, RUN.c.attempts == 0)
    ).scalar_subquery(),
)


@dataclass(frozen=True)
class QueuedRun:
    """A run that a chain is to start with, or a work item of another kind."""

    stage: str
    key: str
    """How a message names it: a subject's key, or that of a work item."""
    name: str
    """The file's name, printable."""
    queue: str | None = None
    """Of the machine that has a copy of the file; None: that of the stage."""


def work_item_key(item: RunId) -> str:
    """How a message names a work item that is not a run of a stage: `W12`."""
    return f"W{item}"


def parse_work_item_key(key: str) -> RunId:
    """The work item that a message names. Raises ValueError for anything else."""
    if not key.startswith("W"):
        raise ValueError(f"not the key of a work item: {key!r}")
    return RunId(int(key[1:]))


class RunQueue:
    """What is still to do in one catalogue, as the dispatcher sees it."""

    def __init__(self, database: Database, subjects: Subjects) -> None:
        self._db = database
        self._subjects = subjects

    def in_flight(self, lane: str) -> int:
        """How many chains of a lane the broker or a worker holds."""
        with self._db.read() as connection:
            return sum(connection.execute(_IN_FLIGHT, {"of_lane": lane}).one())

    def take(
        self,
        lane: str,
        limit: int,
        batches: Mapping[str, int] | None = None,
        left_out: Sequence[str] = (),
        queue_at: Callable[[str, str], str | None] = lambda *_: None,
    ) -> list[QueuedRun]:
        """Mark up to `limit` runs of a lane as given to the broker, highest priority and newest first.

        batches: how many runs one chain of a batch stage takes. Such a stage gets only as many chains as that
        makes; a run that was attempted before is done alone and has a chain of its own. left_out: stages that
        are not taken. queue_at: the queue at the machine that has the file, to which the message of a stage (its
        name) goes; None: the machine does not serve it, so that all may take the run; "": the stage opens no file.
        """
        if limit <= 0:
            return []
        with self._db.read() as connection:  # most calls find nothing: no write lock for them
            values: dict[str, Any] = {"of_lane": lane, "most": limit}
            if left_out:
                due = connection.execute(_DUE_WITHOUT, values | {"left_out": list(left_out)}).all()
            else:
                due = connection.execute(_DUE, values).all()
            left = {
                stage: _missing_chains(connection, lane, stage, batch, limit)
                for stage, batch in (batches or {}).items()
                if any(row.stage == stage and not row.attempts for row in due)
            }
        ids = []
        for row in due:
            if row.attempts or row.stage not in left:
                ids.append(row.id)
            elif left[row.stage] > 0:
                left[row.stage] -= 1
                ids.append(row.id)
        if not ids:
            return []
        chosen = set(ids)
        queues = {row.id: queue_at(row.stage, row.machine) for row in due if row.machine and row.id in chosen}
        for_all = [number for number, queue in queues.items() if queue is None]
        with self._db.write() as connection:
            if for_all:
                state.leave_to_all(connection, for_all)
            rows = state.mark_queued(connection, lane, ids)
            subjects = [_subject(row) for row in rows]
            names = self._subjects.names(connection, subjects)
        queued = [
            (row, self._queued(row, subject, names, queues.get(row.id) if row.machine else None))
            for row, subject in zip(rows, subjects, strict=True)
        ]
        queued.sort(key=lambda one: (-one[0].priority, -one[0].id))
        return [run for _, run in queued]

    @staticmethod
    def _queued(
        row: Row[Any], subject: Subject, names: Mapping[Subject, SubjectName], queue: str | None
    ) -> QueuedRun:
        key = subject.key if row.kind == STAGE else work_item_key(row.id)
        name = names[subject].name if subject in names else row.stage
        return QueuedRun(row.stage, key, name, queue)

    def plan_missing(self, steps: Sequence[FollowUp]) -> int:
        """Create every run that the pipeline asks for and that does not exist; returns how many.

        These are a run of the first stage for locations without an asset, and of every other stage for the
        assets whose upstream runs are done. Existing runs stay as they are.
        """
        created = 0
        with self._db.write() as connection:
            for step in steps:
                key = step.run
                if key.on_location:
                    subject = self._subjects.location_id()
                    subjects = self._subjects.unidentified()
                else:
                    subject = self._subjects.version_id()
                    subjects = self._subjects.versions(with_files=not step.upstream)
                done = [_is_done(upstream, subject) for upstream in step.upstream]
                subjects = subjects.where(state.lacks_run(key, subject), *done)
                created += state.create_runs(connection, self._db, key, subjects)
        return created


def _subject(row: Row[Any]) -> Subject:
    return Subject(location=row.location_id, version=row.version_id)


def _missing_chains(connection: Connection, lane: str, stage: str, batch: int, limit: int) -> int:
    """How many more chains the pending runs of a batch stage need, `limit` at the most."""
    values = {"of_lane": lane, "of_stage": stage, "most": batch * limit}
    runs, chains = connection.execute(_RUNS_AND_CHAINS, values).one()
    return int(-(-runs // batch) - chains)


def _is_done(upstream: RunKey, version: ColumnElement[int]) -> ColumnElement[bool]:
    done = RUN.alias()
    return exists(
        select(literal(1)).where(
            done.c.stage == upstream.stage,
            done.c.version == upstream.version,
            done.c.version_id == version,
            done.c.state == RunState.DONE,
        )
    )
