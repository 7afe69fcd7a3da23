"""What every sweep does for fixity checks: wakes readers when files are due and none is being read."""

from collections.abc import Mapping

from dampipe.features.fixity.worker import FixityWorker


class FixitySweep:
    """Frees what dead readers held, and notifies workers."""

    def __init__(self, worker: FixityWorker) -> None:
        self._worker = worker

    def __call__(self) -> Mapping[str, int]:
        """Once. Raises BrokerDown."""
        self._worker.wake()
        return {}
