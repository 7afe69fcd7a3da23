"""Checks as work items: requested over HTTP, by a sync, or after a reader has found that a derivative is lost."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.model import CHECK, CheckRequest
from dampipe.jobs import state
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkItem, WorkRepository
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Reporter
from dampipe.kernel.settings.settings import Settings

REPORTED = "reported"
"""Parameter of an item that repairs what readers have reported."""
COLLECTED = 60.0
"""Seconds for which reports are collected into one item."""
KEPT = 7 * 86400.0
"""Seconds for which the result of a check can be read."""


class CheckHandler:
    """Does one check. Idempotent: a check that was killed is done again from the beginning."""

    def __init__(self, checks: CheckService) -> None:
        self._checks = checks

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler."""
        if item.parameters.get(REPORTED):
            return self._checks.repair_reported().model_dump(mode="json")
        request = CheckRequest.model_validate(item.parameters)
        done = self._checks.check(SYSTEM, request, lambda done, of: on_progress(done, of, "files"))
        return done.model_dump(mode="json")

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Delete old results."""
        state.delete_done(connection, RUN.c.stage == CHECK, RUN.c.finished_at < NOW - KEPT)


class CheckItems:
    """Creates work items that check derivatives."""

    def __init__(self, database: Database, work: WorkRepository) -> None:
        self._db = database
        self._work = work

    def add(self, key: str, request: CheckRequest) -> RunId | None:
        """Request a check; None: there is one with that key."""
        with self._db.write() as connection:
            return self._work.add(connection, CHECK, key, parameters=request.model_dump(mode="json"))

    def repair_reported(self) -> None:
        """Request that what readers report within this minute is made again after it."""
        with self._db.write() as connection:
            now = database_time(connection)
            key = f"reported-{now // COLLECTED:.0f}"
            delay = COLLECTED - now % COLLECTED
            self._work.add(connection, CHECK, key, parameters={REPORTED: True}, delay=delay)


class NightlyCheck:
    """The share of the derivatives that a sync has checked, and repaired; see `dampipe.jobs.nightly`."""

    def __init__(self, items: CheckItems, settings: Settings) -> None:
        self._items = items
        self._settings = settings

    def __call__(self, night: str) -> tuple[str, RunId] | None:
        """Request it; None: it is off, or was requested in this night."""
        percent, minutes = self._settings.verify_percent, self._settings.verify_minutes
        if not percent or not minutes:
            return None
        request = CheckRequest(percent=percent, minutes=minutes, repair=True)
        item = self._items.add(f"night-{night}", request)
        return None if item is None else (CHECK, item)
