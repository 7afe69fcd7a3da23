"""The background task of fixity: checking files against their stored checksums."""

from dampipe.features.fixity.worker import FixityWorker


class VerifyTask:
    """Checks files that are due, for some seconds."""

    def __init__(self, worker: FixityWorker) -> None:
        self._worker = worker

    def __call__(self) -> str:
        return f"{self._worker.portion()} files read"
