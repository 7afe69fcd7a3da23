"""Workers in the catalogue: who is there, as they report themselves."""

import json
from time import time
from typing import Any

from sqlalchemy import delete, select

from dampipe.jobs.model import WorkerInfo
from dampipe.jobs.tables import WORKER
from dampipe.kernel.db.database import Database

GONE_AFTER = 60.0
"""Seconds of silence after which a worker is no longer listed."""
FORGOTTEN_AFTER = 86400.0


class WorkerRepository:
    """The workers of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def report(self, name: str, queues: list[str], facts: dict[str, Any], started_at: float) -> None:
        """Say that a worker is alive."""
        row = {
            "queues": json.dumps(queues),
            "facts": json.dumps(facts),
            "started_at": started_at,
            "seen_at": time(),
        }
        with self._db.write() as connection:
            connection.execute(
                self._db.insert(WORKER)
                .values(name=name, **row)
                .on_conflict_do_update(index_elements=["name"], set_=row)
            )
            connection.execute(delete(WORKER).where(WORKER.c.seen_at < time() - FORGOTTEN_AFTER))

    def gone(self, name: str) -> None:
        """A worker says good-bye."""
        with self._db.write() as connection:
            connection.execute(delete(WORKER).where(WORKER.c.name == name))

    def present(self) -> list[WorkerInfo]:
        """Who was heard of lately, by name."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(WORKER).where(WORKER.c.seen_at > time() - GONE_AFTER).order_by(WORKER.c.name)
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
