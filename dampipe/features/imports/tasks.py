"""The background task of imports."""

from dampipe.features.imports.worker import ImportWorker


class ImportTask:
    """Continues an import for some seconds, unless another worker does."""

    def __init__(self, worker: ImportWorker) -> None:
        self._worker = worker

    def __call__(self, number: int) -> str:
        return self._worker.portion(number)
