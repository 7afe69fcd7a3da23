"""The backup that a sync has made each night."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from dampipe.features.backup.model import BACKUP
from dampipe.features.backup.service import BackupService
from dampipe.jobs.work import WorkItem, WorkRepository
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Reporter
from dampipe.kernel.settings.settings import Settings


class BackupHandler:
    """Makes one backup in the folder of the setting, and deletes old ones."""

    def __init__(self, backups: BackupService) -> None:
        self._backups = backups

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler. One that was killed left nothing, or a complete backup, beside which another is made."""
        return self._backups.rotate(SYSTEM).model_dump(mode="json")

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Nothing to save."""


class NightlyBackup:
    """See `dampipe.jobs.nightly`."""

    def __init__(self, database: Database, work: WorkRepository, settings: Settings) -> None:
        self._db = database
        self._work = work
        self._settings = settings

    def __call__(self, night: str) -> tuple[str, RunId] | None:
        """Request it; None: there is no folder for it, or it was requested in this night."""
        if not self._settings.backup_folder:
            return None
        with self._db.write() as connection:
            item = self._work.add(connection, BACKUP, f"night-{night}")
        return None if item is None else (BACKUP, item)
