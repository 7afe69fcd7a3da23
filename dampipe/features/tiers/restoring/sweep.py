"""What every sweep does for restores."""

from collections.abc import Mapping

from dampipe.features.tiers.restoring.queries import RestoreRepository
from dampipe.features.tiers.restoring.worker import RestoreWorker


class RestoreSweep:
    """Has storages asked, ends restores that have no open files, and records what storages have archived again."""

    def __init__(self, restores: RestoreRepository, worker: RestoreWorker) -> None:
        self._restores = restores
        self._worker = worker

    def __call__(self) -> Mapping[str, int]:
        """Once."""
        self._restores.archive_expired()
        self._restores.finish_all()
        self._worker.wake()
        return {}
