"""Runs in the catalogue: claimed once, finished in one transaction."""

import json
from collections.abc import Sequence
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, delete, or_, select, tuple_, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import LOCATION
from dampipe.jobs.complete import complete_runs
from dampipe.jobs.keys import ClaimedRun, FollowUp, RunKey
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import StageError
from dampipe.kernel.events.names import EventName
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.stage_io import StageOutput


class LeaseLost(Exception):
    """Another worker has taken the run over; what this one made is not kept."""


class RunRepository:
    """The runs of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, key: RunKey, subject: Subject) -> Row[Any] | None:
        """The run of that stage for the subject; a location stands for its asset after hash."""
        which, of = _which(key, subject)
        with self._db.read() as connection:
            return connection.execute(_FIND[which], of).first()

    def claim(self, key: RunKey, subject: Subject, owner: str, lease: float) -> ClaimedRun | None:
        """Take a run that waits, or whose lease ran out. Counts the attempt. None: there is none to be had.

        A run that somebody else holds is marked, so that whoever holds it rings the dispatcher.
        """
        now = time()
        which, of = _which(key, subject)
        with self._db.write() as connection:
            row = connection.execute(
                _CLAIM[which], {**of, "now": now, "holder": owner, "until": now + lease}
            ).first()
            if row is None:
                connection.execute(_RING[which], of)
                return None
            return _claimed(row)

    def claim_more(self, key: RunKey, limit: int, owner: str, lease: float) -> list[ClaimedRun]:
        """Take up to `limit` runs that wait for the same stage, and first those that no chain is under way for;
        never one that was tried before."""
        now = time()
        waiting = {"of_stage": key.stage, "of_version": key.version, "now": now}
        ids: list[int] = []
        with self._db.write() as connection:
            for picked in _PICK:
                if len(ids) < limit:
                    ids += connection.execute(picked, {**waiting, "most": limit - len(ids)}).scalars()
            if not ids:
                return []
            # In a statement of its own: as a part of this one PostgreSQL may pick more than once.
            rows = connection.execute(
                _CLAIM_PICKED, {"ids": ids, "now": now, "holder": owner, "until": now + lease}
            ).all()
        return [_claimed(row) for row in rows]

    def renew(
        self, runs: Sequence[ClaimedRun], owner: str, lease: float, progress: str | None = None
    ) -> None:
        """Keep holding these runs for another `lease` seconds, as far as they still are this attempt's.

        progress: how far the first of them is (`Progress` as JSON); None leaves what is known.
        """
        if not runs:
            return
        # The ids alone too: databases look up a pair of columns by walking the table.
        ids = RUN.c.id.in_([run.id for run in runs])
        attempts = tuple_(RUN.c.id, RUN.c.attempts).in_([(run.id, run.attempts) for run in runs])
        held = select(RUN.c.id).where(ids, attempts, RUN.c.owner == owner, RUN.c.state == RunState.RUNNING)
        values: dict[str, Any] = {"lease_until": time() + lease}
        if progress is not None:
            values["progress"] = case((RUN.c.id == runs[0].id, progress), else_=RUN.c.progress)
        with self._db.write() as connection:
            # Those that are being saved at this moment need no lease any more, and are not waited for.
            still = held.with_for_update(skip_locked=True).scalar_subquery()
            connection.execute(update(RUN).where(RUN.c.id.in_(still)).values(values))

    def complete(
        self,
        finished: Sequence[tuple[ClaimedRun, StageOutput]],
        key: RunKey,
        owner: str,
        nexts: Sequence[FollowUp],
        own: int,
    ) -> list[set[str] | None]:
        """Save outputs, states, events and the runs that come next, all or nothing.

        `own`: the id of the run whose chain is under way, so that it goes on to the next run itself. Returns
        for each the lanes in which a run was created that nobody carries yet; None: another worker has
        taken the run over, and what this one made is not kept.
        """
        texts = [(output.model_dump_json(), json.dumps(output.warnings)) for _, output in finished]
        with self._db.write() as connection:
            return complete_runs(connection, self._db, finished, texts, key, owner, nexts, own, time())

    def settle(self, claimed: ClaimedRun, owner: str, error: StageError, not_before: float | None) -> None:
        """Note a failure: parked, skipped, or to be tried again at `not_before`. Raises LeaseLost.

        Of a file that a walk has found to be gone meanwhile nothing is left to do.
        """
        now = time()
        if not_before is not None:
            state = RunState.PENDING
        elif error.kind == "unavailable":
            state = RunState.SKIPPED
        else:
            state = RunState.FAILED
        reason = _in_words(error)
        with self._db.write() as connection:
            its_file = select(LOCATION.c.state).where(LOCATION.c.id == claimed.subject.location)
            gone = connection.execute(its_file.with_for_update()).scalar() == LocationState.MISSING
            row = connection.execute(
                update(RUN)
                .where(*_holding(claimed, owner))
                .values(
                    state=state,
                    owner=None,
                    lease_until=0.0,
                    queued_at=None,
                    not_before=not_before or 0.0,
                    error_kind=error.kind,
                    reason=reason,
                    progress=None,
                    finished_at=now,
                )
                .returning(RUN.c.stage, RUN.c.asset_id)
            ).first()
            if row is None:
                raise LeaseLost
            record_event(
                connection, _EVENTS[state], row.asset_id, now,
                stage=row.stage, kind=error.kind, reason=reason,
            )  # fmt: skip
            if gone:
                connection.execute(delete(RUN).where(RUN.c.id == claimed.id))


_EVENTS: dict[RunState, EventName] = {
    RunState.PENDING: "stage.pending",
    RunState.SKIPPED: "stage.skipped",
    RunState.FAILED: "stage.failed",
}
_CLAIMED = (RUN.c.id, RUN.c.location_id, RUN.c.asset_id, RUN.c.attempts, RUN.c.queued_at)
_HELD: dict[str, Any] = {
    "state": RunState.RUNNING,
    "owner": bindparam("holder"),
    "lease_until": bindparam("until"),
    "attempts": RUN.c.attempts + 1,
    "started_at": bindparam("now"),
    "ring": False,
    "progress": None,
}
_CLAIMABLE = or_(
    and_(RUN.c.state == RunState.PENDING, RUN.c.not_before <= bindparam("now")),
    and_(RUN.c.state == RunState.RUNNING, RUN.c.lease_until < bindparam("now")),
)

# Built once: to build such a statement takes several times as long as to run it, and every stage of every
# file runs them.
_RUN = and_(RUN.c.stage == bindparam("of_stage"), RUN.c.version == bindparam("of_version"))
_ITS_ASSET = select(LOCATION.c.asset_id).where(LOCATION.c.id == bindparam("subject")).scalar_subquery()
_SUBJECT: dict[str, ColumnElement[bool]] = {
    "asset": RUN.c.asset_id == bindparam("subject"),
    "location": RUN.c.location_id == bindparam("subject"),
    "asset of location": RUN.c.asset_id == _ITS_ASSET,
}
_FIND = {which: select(RUN).where(_RUN, its) for which, its in _SUBJECT.items()}
_CLAIM = {
    which: update(RUN).where(_RUN, its, _CLAIMABLE).values(_HELD).returning(*_CLAIMED)
    for which, its in _SUBJECT.items()
}
_RING = {
    which: update(RUN).where(_RUN, its, RUN.c.state == RunState.RUNNING).values(ring=True)
    for which, its in _SUBJECT.items()
}
_PICK = tuple(
    select(RUN.c.id)
    .where(
        _RUN,
        RUN.c.state == RunState.PENDING,
        RUN.c.not_before <= bindparam("now"),
        RUN.c.attempts == 0,
        under_way,
    )
    .order_by(RUN.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    for under_way in (RUN.c.queued_at.is_(None), RUN.c.queued_at.is_not(None))
)
_CLAIM_PICKED = (
    update(RUN).where(RUN.c.id.in_(bindparam("ids", expanding=True))).values(_HELD).returning(*_CLAIMED)
)


def _which(key: RunKey, subject: Subject) -> tuple[str, dict[str, Any]]:
    """By what a run is looked up, and the values."""
    of = {"of_stage": key.stage, "of_version": key.version}
    if subject.location is None:
        return "asset", {**of, "subject": subject.asset}
    return "location" if key.on_location else "asset of location", {**of, "subject": subject.location}


def _claimed(row: Row[Any]) -> ClaimedRun:
    run, location, asset, attempts, queued_at = tuple(row)
    return ClaimedRun(run, Subject(location=location, asset=asset), attempts, queued_at is not None)


def _holding(claimed: ClaimedRun, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RUN.c.id == claimed.id,
        RUN.c.state == RunState.RUNNING,
        RUN.c.owner == owner,
        RUN.c.attempts == claimed.attempts,
    )


def _in_words(error: StageError) -> str:
    """What happened and what to do next, as sentences."""
    if not error.hint:
        return str(error)
    return f"{str(error).rstrip('.')}. {error.hint[0].upper()}{error.hint[1:]}"
