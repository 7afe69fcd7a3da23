"""Recovery: runs whose worker or message is lost return to the queue, or are parked after too many attempts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from dampipe.jobs import state
from dampipe.jobs.errors import WORKER_DIED
from dampipe.jobs.events import record_stage_failed
from dampipe.jobs.index_hints import in_any_lane, in_state
from dampipe.jobs.model import STAGE, RunState
from dampipe.jobs.subjects import Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Permanent


class RunRecovery:
    """What the sweep does to the runs and work items of one catalogue."""

    def __init__(self, database: Database, subjects: Subjects) -> None:
        self._db = database
        self._subjects = subjects

    def waiting_in_broker(self, seconds: float) -> dict[tuple[str, str | None], int]:
        """How many runs of each stage were given to the broker at least so long ago and are not claimed yet.

        By stage and the machine that has a copy of their files, as far as is known.
        """
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN.c.stage, RUN.c.machine, func.count().label("runs"))
                .where(in_any_lane(connection), RUN.c.state == RunState.PENDING, _queued_for(seconds))
                .group_by(RUN.c.stage, RUN.c.machine)
            ).all()
        return {(row.stage, row.machine): row.runs for row in rows}

    def unqueue(
        self, stages: Iterable[str], machine: str | None, seconds: float, *, to_all: bool = False
    ) -> int:
        """Let the dispatcher publish again what `waiting_in_broker` counts of these stages and of a machine.

        to_all: to the queues of all machines. Returns how many.
        """
        of_stages = RUN.c.stage.in_(list(stages))
        at = RUN.c.machine.is_(None) if machine is None else RUN.c.machine == machine
        with self._db.write() as connection:
            where = (of_stages, at, in_any_lane(connection), _queued_for(seconds))
            return state.unqueue(connection, *where, to_all=to_all)

    def expire(self, max_attempts: int, is_dead: Callable[[str], bool]) -> tuple[int, int]:
        """Recover the runs whose lease has expired or whose owner is dead; returns (recovered, parked).

        A run is parked when so many attempts have ended in this way.
        """
        lost = [row for row in self._running() if row.expired or is_dead(row.owner)]
        recovered = parked = 0
        for row in lost:
            if row.attempts < max_attempts:
                recovered += self._recover(row, count_attempt=True)
            else:
                parked += self._park(row)
        return recovered, parked

    def hand_back(self, is_dead: Callable[[str], bool]) -> int:
        """Recover the runs of workers that were stopped on purpose: the attempt is not counted."""
        rows = self._running()
        return sum(self._recover(row, count_attempt=False) for row in rows if is_dead(row.owner))

    def _recover(self, row: Row[Any], *, count_attempt: bool) -> bool:
        with self._db.write() as connection:
            return state.recover(connection, row, count_attempt=count_attempt)

    def _park(self, row: Row[Any]) -> bool:
        error = Permanent(WORKER_DIED, times=row.attempts)
        with self._db.write() as connection:
            parked = state.park_lost(connection, row, error)
            if parked is None:
                return False
            if parked.kind == STAGE:
                record_stage_failed(connection, self._subjects, parked, error)
        return True

    def _running(self) -> Sequence[Row[Any]]:
        columns = (RUN.c.id, RUN.c.owner, RUN.c.attempts, RUN.c.lease_until)
        with self._db.read() as connection:
            running = in_state(connection, RunState.RUNNING)
            expired = (RUN.c.lease_until < NOW).label("expired")
            return connection.execute(select(*columns, expired).where(running)).all()


def _queued_for(seconds: float) -> ColumnElement[bool]:
    return RUN.c.queued_at <= NOW - seconds
