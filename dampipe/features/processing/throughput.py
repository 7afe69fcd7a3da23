"""Throughput: how many runs of each stage end in ten minutes, kept for a year; and what waits.

The numbers are counted from events by a subscriber, so that nothing is written while runs end, and nothing is counted
over millions of runs.
"""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, select

from dampipe.features.processing.tables import THROUGHPUT
from dampipe.jobs.model import RunState
from dampipe.jobs.reads import RunReads
from dampipe.jobs.stage import StageNames
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import STATUS, Actor, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event
from dampipe.kernel.visibility import Visibility

SLOT = 600
"""Seconds."""
KEPT = 366 * 86400
"""Seconds."""
MOST_POINTS = 96
"""Points of a series, at most."""


class StageThroughput(BaseModel):
    """One stage over time. Counts are runs."""

    model_config = ConfigDict(frozen=True)

    stage: str
    done: tuple[int, ...]
    """For each point: those that were done in it."""
    failed: tuple[int, ...]
    waiting: int = 0
    """Now, those that wait for a retry included."""
    oldest_at: float | None = None
    """When the run was created that has waited longest, in seconds since 1970; None: none waits."""


class Throughput(BaseModel):
    """What the pipeline has done, and what waits."""

    model_config = ConfigDict(frozen=True)

    since: float
    """When the first point begins, in seconds since 1970."""
    step: int
    """Seconds from one point to the next; the last one is not over."""
    points: int
    stages: tuple[StageThroughput, ...]


class ThroughputCounter:
    """The subscriber that counts runs. An event that is delivered twice, after a kill, is counted twice."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def __call__(self, events: Sequence[Event]) -> None:
        """Add the runs that have ended."""
        counts: Counter[tuple[int, str, bool]] = Counter()
        for event in events:
            counts[int(event.at // SLOT), str(event.data["stage"]), event.name == "stage.done"] += 1
        with self._db.write() as connection:
            for (slot, stage, is_done), count in sorted(counts.items()):
                done, failed = (count, 0) if is_done else (0, count)
                insert = self._db.insert(THROUGHPUT).values(slot=slot, stage=stage, done=done, failed=failed)
                added = {"done": THROUGHPUT.c.done + done, "failed": THROUGHPUT.c.failed + failed}
                connection.execute(insert.on_conflict_do_update(index_elements=["slot", "stage"], set_=added))
            oldest = int((database_time(connection) - KEPT) // SLOT)
            connection.execute(delete(THROUGHPUT).where(THROUGHPUT.c.slot < oldest))


class ThroughputService:
    """What the pipeline has done over time. Its method may raise CatalogueDown."""

    def __init__(
        self, database: Database, runs: RunReads, stages: StageNames, visibility: Visibility
    ) -> None:
        self._db = database
        self._runs = runs
        self._stages = stages
        self._visibility = visibility

    def read(self, actor: Actor, hours: int) -> Throughput:
        """The runs of the last hours by stage. Raises Forbidden for an actor who does not see everything."""
        require(actor, STATUS)
        self._visibility.of(actor).require_all(actor)
        width = max(1, -(-hours * 3600 // (MOST_POINTS * SLOT)))
        points = -(-hours * 3600 // (width * SLOT))
        with self._db.read() as connection:
            last = int(database_time(connection) // SLOT) // width
            first = last - points + 1
            rows = connection.execute(
                select(THROUGHPUT.c.slot, THROUGHPUT.c.stage, THROUGHPUT.c.done, THROUGHPUT.c.failed).where(
                    THROUGHPUT.c.slot >= first * width
                )
            ).all()
        waiting = self._waiting()
        found: dict[str, tuple[list[int], list[int]]] = {}
        for row in rows:
            done, failed = found.setdefault(row.stage, ([0] * points, [0] * points))
            point = min(row.slot // width - first, points - 1)
            done[point] += row.done
            failed[point] += row.failed
        names = [*self._stages, *sorted({*found, *waiting} - set(self._stages))]
        none = ([0] * points, [0] * points)
        return Throughput(
            since=float(first * width * SLOT),
            step=width * SLOT,
            points=points,
            stages=tuple(
                StageThroughput(
                    stage=name,
                    done=tuple(found.get(name, none)[0]),
                    failed=tuple(found.get(name, none)[1]),
                    waiting=waiting.get(name, (0, None))[0],
                    oldest_at=waiting.get(name, (0, None))[1],
                )
                for name in names
            ),
        )

    def _waiting(self) -> dict[str, tuple[int, float]]:
        """How many runs of each stage wait, and when the oldest was created."""
        found: dict[str, tuple[int, float]] = {}
        for stage, states in self._runs.counts().items():
            if count := states.get(RunState.PENDING, 0):
                waits = (RUN.c.stage == stage, RUN.c.state == RunState.PENDING)
                first = select(RUN.c.created_at).where(*waits).order_by(RUN.c.id).limit(1)
                with self._db.read() as connection:
                    created = connection.execute(first).scalar()
                if created is not None:
                    found[stage] = (count, float(created))
        return found
