"""Workers in the catalogue, as their heartbeats report them."""

import json
from typing import Any

from sqlalchemy import delete, select

from dampipe.jobs.model import WorkerInfo
from dampipe.jobs.tables import WORKER
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database

GONE_AFTER = 60.0
"""Seconds without a heartbeat after which a worker is no longer listed,"""
DELETED_AFTER = 86400.0
"""and after which its row is deleted."""


class WorkerRepository:
    """The workers of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def report(self, name: str, queues: list[str], facts: dict[str, Any], uptime: float) -> None:
        """Write a worker's heartbeat. uptime: seconds for which the worker has run; all times are the database's."""
        row = {
            "queues": json.dumps(queues),
            "facts": json.dumps(facts),
            "started_at": NOW - uptime,
            "seen_at": NOW,
        }
        with self._db.write() as connection:
            connection.execute(
                self._db.insert(WORKER)
                .values(name=name, **row)
                .on_conflict_do_update(index_elements=["name"], set_=row)
            )
            connection.execute(delete(WORKER).where(WORKER.c.seen_at < NOW - DELETED_AFTER))

    def gone(self, name: str) -> None:
        """Delete a worker that shuts down."""
        with self._db.write() as connection:
            connection.execute(delete(WORKER).where(WORKER.c.name == name))

    def present(self, within: float = GONE_AFTER) -> list[WorkerInfo]:
        """The workers whose last heartbeat was sent at most so many seconds ago, by name."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(WORKER).where(WORKER.c.seen_at > NOW - within).order_by(WORKER.c.name)
            ).all()
        return [
            WorkerInfo(
                name=row.name,
                queues=tuple(json.loads(row.queues)),
                facts=json.loads(row.facts),
                started_at=row.started_at,
                seen_at=row.seen_at,
            )
            for row in rows
        ]
