"""Recovery: runs whose worker or whose message is gone are brought back, or parked when that was too often."""

from collections.abc import Callable, Iterable, Sequence
from time import time
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from dampipe.jobs.index_hints import in_any_lane, in_state
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_event


class RunRecovery:
    """What the sweep does to the runs of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def waiting_in_broker(self, older_than: float) -> dict[str, int]:
        """How many runs of each stage were given to the broker before that time and not yet taken."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN.c.stage, func.count().label("runs"))
                .where(in_any_lane(connection), RUN.c.state == RunState.PENDING, RUN.c.queued_at < older_than)
                .group_by(RUN.c.stage)
            ).all()
        return {row.stage: row.runs for row in rows}

    def unqueue(self, stages: Iterable[str], older_than: float) -> int:
        """Let the dispatcher publish again what the broker has lost; returns how many."""
        of_stages = RUN.c.stage.in_(list(stages))
        with self._db.write() as connection:
            lost = (in_any_lane(connection), RUN.c.state == RunState.PENDING, RUN.c.queued_at < older_than)
            return connection.execute(update(RUN).where(of_stages, *lost).values(queued_at=None)).rowcount

    def expire(self, max_attempts: int, is_dead: Callable[[str], bool]) -> tuple[int, int]:
        """Free the runs whose worker is gone; returns (brought back, parked after too many tries)."""
        now = time()
        rows = self._running()
        gone = [row for row in rows if row.lease_until < now or is_dead(row.owner)]
        back = [row for row in gone if row.attempts < max_attempts]
        freed = {
            "state": RunState.PENDING,
            "owner": None,
            "lease_until": 0.0,
            "queued_at": None,
            "progress": None,
        }
        returned = sum(self._update(_still(row), freed) for row in back)
        failed = sum(self._park(row, now) for row in gone if row.attempts >= max_attempts)
        return returned, failed

    def _park(self, row: Any, now: float) -> bool:
        reason = f"the worker died {row.attempts} times while it worked on this file"
        parked = {
            "state": RunState.FAILED,
            "owner": None,
            "lease_until": 0.0,
            "queued_at": None,
            "progress": None,
            "error_kind": "permanent",
            "reason": reason,
            "finished_at": now,
        }
        with self._db.write() as connection:
            done = connection.execute(
                update(RUN).where(_still(row)).values(parked).returning(RUN.c.stage, RUN.c.asset_id)
            ).first()
            if done is None:
                return False
            record_event(
                connection, "stage.failed", done.asset_id, now,
                stage=done.stage, kind="permanent", reason=reason,
            )  # fmt: skip
        return True

    def hand_back(self, is_dead: Callable[[str], bool]) -> int:
        """Free the runs of workers that were stopped on purpose: their attempt does not count."""
        rows = self._running()
        values = {
            "state": RunState.PENDING,
            "attempts": RUN.c.attempts - 1,
            "owner": None,
            "lease_until": 0.0,
            "queued_at": None,
            "progress": None,
        }
        return sum(self._update(_still(row), values) for row in rows if is_dead(row.owner))

    def _running(self) -> Sequence[Any]:
        columns = (RUN.c.id, RUN.c.owner, RUN.c.attempts, RUN.c.lease_until)
        with self._db.read() as connection:
            running = in_state(connection, RunState.RUNNING)
            return connection.execute(select(*columns).where(running)).all()

    def _update(self, where: ColumnElement[bool], values: dict[str, Any]) -> int:
        with self._db.write() as connection:
            return connection.execute(update(RUN).where(where).values(values)).rowcount


def _still(row: Any) -> ColumnElement[bool]:
    return and_(
        RUN.c.id == row.id,
        RUN.c.state == RunState.RUNNING,
        RUN.c.owner == row.owner,
        RUN.c.attempts == row.attempts,
        RUN.c.lease_until == row.lease_until,
    )
