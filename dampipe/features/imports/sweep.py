"""What every sweep does for imports: frees those of dead workers, notifies workers of due ones, and cleans up."""

from collections.abc import Mapping

from dampipe.features.imports.leftovers import ImportLeftovers
from dampipe.features.imports.queries import ImportRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import is_dead


class ImportSweep:
    """Releases the leases of dead workers, has due imports continued, and deletes what killed workers have left."""

    def __init__(
        self, imports: ImportRepository, transport: TaskTransport, leftovers: ImportLeftovers
    ) -> None:
        self._imports = imports
        self._transport = transport
        self._leftovers = leftovers

    def __call__(self) -> Mapping[str, int]:
        """Once. Raises BrokerDown."""
        for owner in self._imports.owners():
            if is_dead(owner):
                self._imports.release_all(owner)
        for number in self._imports.due():
            self._transport.notify("import", number)
        self._leftovers.clean()
        return {}
