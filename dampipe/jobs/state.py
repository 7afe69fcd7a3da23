"""Every write of the run table, and the state machine that the writes obey.

Each function here is one transition. Its statement selects the rows by the states from which the transition may
start, so that a row that another process has changed meanwhile is left alone. A transition that TRANSITIONS does
not allow is refused when this module is imported. Callers bring their transaction and say which rows they mean;
they own the selection, this module owns the write. Times are the database's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from dampipe.jobs.keys import ClaimedRun, RunKey
from dampipe.jobs.model import INITIAL, STAGE, TRANSITIONS, RunState, StoredError, Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import StageError
from dampipe.kernel.ids import LocationId, RunId, VersionId

MOVES: dict[str, "Move"] = {}
"""Every transition that this module makes, by name."""


@dataclass(frozen=True)
class Move:
    """One transition: from any of `sources` to `target`; a target of None deletes the run."""

    name: str
    sources: tuple[RunState, ...]
    target: RunState | None

    def __post_init__(self) -> None:
        for source in self.sources:
            if self.target is not None and self.target not in TRANSITIONS[source]:
                raise ValueError(f"{self.name}: a run may not go from {source} to {self.target}")
        MOVES[self.name] = self

    @property
    def condition(self) -> ColumnElement[bool]:
        """Whether a run is in one of the states from which this starts."""
        if set(self.sources) == set(RunState):
            return true()  # written out, it would lead SQLite to an index over states
        if len(self.sources) == 1:
            return RUN.c.state == self.sources[0].value
        return RUN.c.state.in_([state.value for state in self.sources])

    def update(
        self,
        *where: ColumnElement[bool],
        values: Mapping[str, Any],
        condition: ColumnElement[bool] | None = None,
    ) -> Update:
        """The statement for the runs for which `where` holds, too.

        condition: replaces that on the state, where each of `sources` has one of its own.
        """
        assert self.target is not None
        state = {} if self.sources == (self.target,) else {"state": self.target.value}
        from_state = self.condition if condition is None else condition
        return update(RUN).where(from_state, *where).values({**values, **state})

    def delete(self, *where: ColumnElement[bool]) -> Delete:
        """The statement for the runs for which `where` holds, too."""
        assert self.target is None
        return delete(RUN).where(self.condition, *where)


_PENDING, _RUNNING, _DONE = RunState.PENDING, RunState.RUNNING, RunState.DONE
_FAILED, _SKIPPED, _ON_HOLD = RunState.FAILED, RunState.SKIPPED, RunState.ON_HOLD
_ANY = tuple(RunState)

_QUEUE = Move("queue", (_PENDING,), _PENDING)
_UNQUEUE = Move("unqueue", (_PENDING,), _PENDING)
_HASTEN = Move("hasten", (_PENDING,), _PENDING)
_RAISE_PRIORITY = Move("raise_priority", (_PENDING,), _PENDING)
_CLAIM = Move("claim", (_PENDING, _RUNNING), _RUNNING)
_CLAIM_PICKED = Move("claim_picked", (_PENDING,), _RUNNING)
_AWAIT = Move("await", (_RUNNING,), _RUNNING)
_RENEW = Move("renew", (_RUNNING,), _RUNNING)
_COUNT_FETCHED = Move("count_fetched", (_RUNNING,), _RUNNING)
_COMPLETE = Move("complete", (_RUNNING,), _DONE)
_DEFER = Move("defer", (_RUNNING,), _PENDING)
_PARK = Move("park", (_RUNNING,), _FAILED)
_SKIP = Move("skip", (_RUNNING,), _SKIPPED)
_RECOVER = Move("recover", (_RUNNING,), _PENDING)
_RESET = Move("reset", (_FAILED, _SKIPPED), _PENDING)
_REDO = Move("redo", _ANY, _PENDING)
_REMAKE = Move("remake", (_DONE,), _PENDING)
_REPLACE_OUTPUT = Move("replace_output", (_DONE,), _DONE)
_HOLD = Move("hold", (_PENDING,), _ON_HOLD)
_RELEASE = Move("release", (_ON_HOLD,), _PENDING)
_DELETE = Move("delete", _ANY, None)
_DELETE_IDLE = Move("delete_idle", (_PENDING, _FAILED, _SKIPPED, _ON_HOLD), None)
_DELETE_DONE = Move("delete_done", (_DONE,), None)
_DELETE_HELD = Move("delete_held", (_ON_HOLD,), None)

NEW_RUN: dict[str, Any] = {
    "priority": 0,
    "wake_on_finish": False,
    "attempts": 0,
    "not_before": 0.0,
    "lease_until": 0.0,
    "warnings": "[]",
}
"""The columns that are the same in every new run."""

RESET_RUN: dict[str, Any] = {
    "attempts": 0,
    "not_before": 0.0,
    "queued_at": None,
    "error_kind": None,
    "reason": None,
    "error": None,
    "finished_at": None,
}
"""What becomes of a run that starts from the beginning."""

_NO_HOLDER: dict[str, Any] = {"owner": None, "lease_until": 0.0, "progress": None}
_HELD: dict[str, Any] = {
    "owner": bindparam("holder"),
    "lease_until": NOW + bindparam("lease"),
    "attempts": RUN.c.attempts + 1,
    "started_at": NOW,
    "wake_on_finish": False,
    "progress": None,
}
_CLAIMED = (RUN.c.id, RUN.c.location_id, RUN.c.version_id, RUN.c.attempts, RUN.c.queued_at)
_IDS: Any = bindparam("ids", expanding=True)


# Creation


def create_runs(
    connection: Connection,
    database: Database,
    key: RunKey,
    subjects: Select[Any],
    *,
    state: RunState = RunState.PENDING,
    priority: int = 0,
) -> int:
    """Create a run of `key` for each subject that has none; returns how many.

    subjects: selects the ids of locations or assets, as the key says; they become runs in its order.
    """
    assert state in INITIAL
    values: dict[str, ColumnElement[Any]] = {
        "stage": literal(key.stage),
        "version": literal(key.version),
        "lane": literal(key.lane),
        "state": literal(state.value),
        "created_at": NOW,
        **{name: literal(value) for name, value in NEW_RUN.items()},
        "priority": literal(priority),
    }
    subject = RUN.c.location_id if key.on_location else RUN.c.version_id
    insert = database.insert(RUN).from_select([subject.name, *values], subjects.add_columns(*values.values()))
    made = connection.execute(insert.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True})
    return made.rowcount


def lacks_run(key: RunKey, subject: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the location or asset of that id has no run of that key."""
    own = RUN.c.location_id if key.on_location else RUN.c.version_id
    return ~exists(
        select(literal(1)).where(RUN.c.stage == key.stage, RUN.c.version == key.version, own == subject)
    )


def create_follow_ups(
    connection: Connection,
    database: Database,
    key: RunKey,
    runs: Sequence[tuple[VersionId, float | None, int]],
    now: float,
) -> None:
    """Create pending runs of one stage, given as asset, `queued_at` and priority; existing ones stay."""
    of_each = ("version_id", "queued_at", "priority")
    same = {name: value for name, value in NEW_RUN.items() if name not in of_each}
    same |= {"state": _PENDING.value, "created_at": now}
    same |= {"stage": key.stage, "version": key.version, "lane": key.lane}
    database.insert_many(connection, RUN, of_each, runs, same)


def create_work_item(
    connection: Connection,
    database: Database,
    kind: str,
    key: str,
    subject: Subject,
    parameters: str,
    *,
    priority: int = 0,
    delay: float = 0.0,
) -> RunId | None:
    """Create a work item of another kind than a stage; None: its subject has one with that key already."""
    values = {
        **NEW_RUN,
        "kind": kind,
        "stage": kind,
        "version": key,
        "lane": kind,
        "location_id": subject.location,
        "version_id": subject.version,
        "parameters": parameters,
        "state": _PENDING.value,
        "priority": priority,
        "not_before": NOW + delay if delay > 0 else 0.0,
        "created_at": NOW,
    }
    insert = database.insert(RUN).values(values).on_conflict_do_nothing().returning(RUN.c.id)
    made: int | None = connection.execute(insert).scalar()
    return None if made is None else RunId(made)


# Dispatch

_MARK_QUEUED = _QUEUE.update(
    RUN.c.id.in_(
        select(RUN.c.id)
        .where(
            RUN.c.id.in_(_IDS),
            RUN.c.lane == bindparam("of_lane"),
            RUN.c.state == _PENDING.value,
            RUN.c.queued_at.is_(None),
            RUN.c.not_before <= NOW,
        )
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    ),
    values={"queued_at": NOW},
).returning(RUN.c.id, RUN.c.kind, RUN.c.stage, RUN.c.location_id, RUN.c.version_id, RUN.c.priority)


def mark_queued(connection: Connection, lane: str, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Note that these runs are being given to the broker; returns the rows of those that still were due."""
    return connection.execute(_MARK_QUEUED, {"of_lane": lane, "ids": ids}).all()


def unqueue(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Let the dispatcher publish these pending runs again; returns how many."""
    return connection.execute(_UNQUEUE.update(*where, values={"queued_at": None})).rowcount


def hasten(connection: Connection, *where: ColumnElement[bool]) -> int:
    """End the back-off of pending runs; returns how many."""
    return connection.execute(
        _HASTEN.update(*where, RUN.c.not_before > NOW, values={"not_before": 0.0})
    ).rowcount


def raise_priority(connection: Connection, priority: int, *where: ColumnElement[bool]) -> int:
    """Give pending runs a priority if theirs is lower; returns how many."""
    lower = (RUN.c.kind == STAGE, RUN.c.priority < priority)
    return connection.execute(_RAISE_PRIORITY.update(*where, *lower, values={"priority": priority})).rowcount


# Claiming and holding


def claim_statement(*where: ColumnElement[bool]) -> Update:
    """Claims a run that is due or whose lease has expired: binds `holder` and `lease` (seconds).

    Built once and kept: to build it takes several times as long as to run it.
    """
    due = or_(
        and_(RUN.c.state == _PENDING.value, RUN.c.not_before <= NOW),
        and_(RUN.c.state == _RUNNING.value, RUN.c.lease_until < NOW),
    )
    return _CLAIM.update(*where, values=_HELD, condition=due).returning(*_CLAIMED)


def await_statement(*where: ColumnElement[bool]) -> Update:
    """Marks a run that another worker holds, so that the lane is dispatched again when it is through."""
    return _AWAIT.update(*where, values={"wake_on_finish": True})


_CLAIM_THESE = _CLAIM_PICKED.update(RUN.c.id.in_(_IDS), values=_HELD).returning(*_CLAIMED)


def claim_picked(connection: Connection, ids: Sequence[int], owner: str, lease: float) -> Sequence[Row[Any]]:
    """Claim pending runs that this transaction has picked and locked."""
    return connection.execute(_CLAIM_THESE, {"ids": ids, "holder": owner, "lease": lease}).all()


def renew(
    connection: Connection, runs: Sequence[ClaimedRun], owner: str, lease: float, progress: str | None
) -> None:
    """Extend the leases of runs that still are this owner's and this attempt's to `lease` seconds from now.

    progress: that of the first run as JSON; None keeps what is stored.
    """
    # The ids alone too: databases look up a pair of columns by walking the table.
    ids = RUN.c.id.in_([run.id for run in runs])
    attempts = tuple_(RUN.c.id, RUN.c.attempts).in_([(run.id, run.attempts) for run in runs])
    held = select(RUN.c.id).where(ids, attempts, RUN.c.owner == owner, _RENEW.condition)
    values: dict[str, Any] = {"lease_until": NOW + lease}
    if progress is not None:
        values["progress"] = case((RUN.c.id == runs[0].id, progress), else_=RUN.c.progress)
    # Runs that are being saved at this moment need no lease any more, and are not waited for.
    still = held.with_for_update(skip_locked=True).scalar_subquery()
    connection.execute(_RENEW.update(RUN.c.id.in_(still), values=values))


def fetched_statement(*where: ColumnElement[bool]) -> Update:
    """Adds bytes that were fetched for a run, whatever becomes of the attempt: binds `count`."""
    return _COUNT_FETCHED.update(*where, values={"fetched": RUN.c.fetched + bindparam("count")})


# The end of an attempt

_COMPLETED: dict[str, Any] = {
    "state": _DONE.value,
    **_NO_HOLDER,
    "error_kind": None,
    "reason": None,
    "error": None,
}
_OTHER = RUN.alias("other")
_HAS_OTHER_VERSIONS = exists(
    select(literal(1)).where(
        _OTHER.c.version_id == RUN.c.version_id,
        _OTHER.c.stage == RUN.c.stage,
        _OTHER.c.version != RUN.c.version,
    )
)
_STILL_HELD = (
    select(
        *(RUN.c.id, RUN.c.attempts, RUN.c.wake_on_finish, RUN.c.priority, RUN.c.output),
        _HAS_OTHER_VERSIONS.label("has_other_versions"),
        NOW.label("now"),
    )
    .where(RUN.c.id.in_(_IDS), _COMPLETE.condition, RUN.c.owner == bindparam("holder"))
    .with_for_update(of=RUN)
)


_STILL_RUNNING = f"{RUN.name}.state = '{_RUNNING.value}'"


def still_held(*columns: ColumnElement[Any]) -> Select[Any]:
    """The statement of `lock_held` with further columns, for callers that keep it."""
    return _STILL_HELD.add_columns(*columns)


def lock_held(
    connection: Connection, ids: Sequence[int], owner: str, statement: Select[Any] = _STILL_HELD
) -> Sequence[Row[Any]]:
    """Lock those of the runs that this owner still holds; rows with `attempts`, `wake_on_finish` and `now`.

    `output` is None, except for a run that is made again since its files are lost. `has_other_versions`: whether there
    are runs of its stage in other versions, see `delete_other_versions`. statement: a result of `still_held`.
    """
    return connection.execute(statement, {"ids": ids, "holder": owner}).all()


def complete(
    connection: Connection, database: Database, results: Sequence[tuple[RunId, str, str]], now: float
) -> None:
    """Mark runs that `lock_held` has locked as done, given as id, output and warnings (both JSON)."""
    database.update_many(
        connection,
        RUN,
        {**_COMPLETED, "finished_at": now},
        ("output", "warnings"),
        results,
        where=_STILL_RUNNING,
    )


def record_failure(
    connection: Connection,
    run: ClaimedRun,
    owner: str,
    error: StageError,
    retry_after: float | None,
) -> tuple[RunState, Row[Any]] | None:
    """End an attempt that failed: deferred by `retry_after` seconds, else skipped or parked by the error's kind.

    A parked run is a dead letter (dead-letter queue): it keeps its reason and waits for a person to retry it.

    Returns the new state and a row with `kind`, `stage`, `version_id` and `finished_at`; None: the lease is lost.
    """
    move = _DEFER if retry_after is not None else _SKIP if error.kind == "unavailable" else _PARK
    values = {
        **_NO_HOLDER,
        "queued_at": None,
        "not_before": 0.0 if retry_after is None else NOW + retry_after,
        **_stored(error),
        "finished_at": NOW,
    }
    mine = (RUN.c.id == run.id, RUN.c.owner == owner, RUN.c.attempts == run.attempts)
    row = connection.execute(
        move.update(*mine, values=values).returning(
            RUN.c.kind, RUN.c.stage, RUN.c.version_id, RUN.c.finished_at
        )
    ).first()
    assert move.target is not None
    return None if row is None else (move.target, row)


# Recovery: `row` is what was read of a running run: id, owner, attempts, lease_until


def recover(connection: Connection, row: Row[Any], *, count_attempt: bool) -> bool:
    """Return a run to the queue whose worker is gone, unless it was renewed or claimed since it was read."""
    values: dict[str, Any] = {**_NO_HOLDER, "queued_at": None}
    if not count_attempt:
        values["attempts"] = RUN.c.attempts - 1
    return bool(connection.execute(_RECOVER.update(_unchanged(row), values=values)).rowcount)


def park_lost(connection: Connection, row: Row[Any], error: StageError) -> Row[Any] | None:
    """Park a run whose worker is gone for the last time; None if it was renewed or claimed since it was read."""
    values = {
        **_NO_HOLDER,
        "queued_at": None,
        **_stored(error),
        "finished_at": NOW,
    }
    parked = _PARK.update(_unchanged(row), values=values)
    return connection.execute(
        parked.returning(RUN.c.kind, RUN.c.stage, RUN.c.version_id, RUN.c.finished_at)
    ).first()


def _stored(error: StageError) -> dict[str, Any]:
    """The columns that say why an attempt ended."""
    return {
        "error_kind": error.kind,
        "reason": str(error),
        "error": StoredError.of(error).model_dump_json(),
    }


def _unchanged(row: Row[Any]) -> ColumnElement[bool]:
    return and_(
        RUN.c.id == row.id,
        RUN.c.owner == row.owner,
        RUN.c.attempts == row.attempts,
        RUN.c.lease_until == row.lease_until,
    )


# Starting again


def reset(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Let failed and skipped runs start from the beginning; returns how many."""
    return connection.execute(_RESET.update(*where, values=RESET_RUN)).rowcount


def redo(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Let runs start from the beginning whose input was replaced, done ones included; returns how many.

    A worker that holds one loses its lease by this: its result, made from the old input, is not kept.
    """
    values = {**RESET_RUN, **_NO_HOLDER, "output": None}
    return connection.execute(_REDO.update(*where, values=values)).rowcount


def remake(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Let done runs start from the beginning since files that they have made are lost; returns how many.

    Nothing is wrong with their results, so, unlike `redo`, the output is kept until the new one replaces it, and the
    savers of the new one get it as `OutputBatch.previous`. The follow-up runs exist already and are not repeated.
    """
    return connection.execute(_REMAKE.update(*where, values=RESET_RUN)).rowcount


def replace_output(connection: Connection, output: str, *where: ColumnElement[bool]) -> int:
    """Put another output (JSON) in the place of that of done runs; returns how many."""
    return connection.execute(_REPLACE_OUTPUT.update(*where, values={"output": output})).rowcount


# Hold and release


def hold(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Put pending runs of stages on hold: they are not dispatched until they are released."""
    return connection.execute(_HOLD.update(RUN.c.kind == STAGE, *where, values={"queued_at": None})).rowcount


def release(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Return runs from hold to the queue; returns how many."""
    return connection.execute(_RELEASE.update(*where, values={"queued_at": None})).rowcount


# Deletion

_DELETE_OTHERS = _DELETE.delete(
    RUN.c.version_id.in_(_IDS),
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version != bindparam("but_version"),
)


def delete_other_versions(connection: Connection, key: RunKey, versions: Sequence[VersionId]) -> None:
    """Delete the runs of these versions that are of another version of the stage: their results are out of date."""
    connection.execute(_DELETE_OTHERS, {"ids": versions, "of_stage": key.stage, "but_version": key.version})


def delete_runs_of_locations(connection: Connection, locations: Sequence[LocationId]) -> int:
    """Delete the runs of files whose content has changed, whatever their state; returns how many."""
    return connection.execute(_DELETE.delete(RUN.c.location_id.in_(locations))).rowcount


def delete_runs_of_versions(
    connection: Connection, versions: Sequence[VersionId], stages: Sequence[str] | None = None
) -> int:
    """Delete runs of versions, of all stages or of these, whatever their state; returns how many."""
    where = [RUN.c.version_id.in_(versions)]
    if stages is not None:
        where.append(RUN.c.stage.in_(stages))
    return connection.execute(_DELETE.delete(*where)).rowcount


def delete_idle(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Delete runs that are neither done nor held by a worker; returns how many."""
    return connection.execute(_DELETE_IDLE.delete(*where)).rowcount


def delete_held(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Delete runs that are on hold; returns how many."""
    return connection.execute(_DELETE_HELD.delete(*where)).rowcount


def delete_done(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Delete work items that are done, other than runs of stages, whose results are in use; returns how many."""
    return connection.execute(_DELETE_DONE.delete(RUN.c.kind != STAGE, *where)).rowcount
