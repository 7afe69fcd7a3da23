"""The use case of every night: bring the library up to its sources, wait for the end, say what happened."""

import time
from collections.abc import Callable, Sequence

from dampipe.domain.assets import Source
from dampipe.domain.errors import CannotStart, InvalidInput
from dampipe.domain.reports import Synced
from dampipe.domain.scans import ScanProgress, ScanState
from dampipe.pipeline.dispatch import Carrier
from dampipe.pipeline.sweep import Sweep
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.progress import failed_since, left_to_do
from dampipe.storage.catalog.retrying import retry_passing
from dampipe.storage.catalog.turns import turn

PATIENCE = 120.0
"""Seconds to wait for a worker to show itself."""

Told = Callable[[list[ScanProgress], int], object]
"""Called while waiting, with the scans and how many stages are still to do."""


class Sync:
    """Scans sources, retries what is due, plans what the pipeline asks for now, and waits."""

    def __init__(self, catalog: Catalog, carrier: Callable[[], Carrier], sweep: Callable[[], Sweep]) -> None:
        self._catalog = catalog
        self._carrier = carrier
        self._sweep = sweep

    def run(
        self,
        names: Sequence[str] = (),
        *,
        accept_missing: bool = False,
        process: bool = True,
        told: Told = lambda *_: None,
    ) -> Synced:
        """Sync the sources of these names, all by default. process: whether to do more than to look.

        Raises Busy when another sync is at it, NotFound for an unknown source, InvalidInput when there
        is none at all, BrokerDown, CatalogueDown, and CannotStart when no worker shows itself. What was
        begun goes on by itself in each case.
        """
        with turn(self._catalog.database, "sync"):
            sources = self._sources(names)
            began = time.time()
            self._carrier().check()
            retried = retry_passing(self._catalog.database) if process else 0
            planned = self._sweep().plan_missing() if process else 0
            scans = [self._scan(source, accept_missing, process) for source in sources]
            self._carrier().ring("sweep")
            found = self._wait(scans, process, told)
            return Synced(
                scans=tuple(found),
                sources=tuple(source.name for source in sources),
                retried=retried,
                planned=planned,
                failed=failed_since(self._catalog.database, began),
                seconds=time.time() - began,
            )

    def _sources(self, names: Sequence[str]) -> list[Source]:
        sources = [self._catalog.sources.named(name) for name in dict.fromkeys(names)]
        sources = sources or self._catalog.sources.all()
        if not sources:
            raise InvalidInput("there are no sources yet", hint="`dampipe source add NAME PATH` adds one.")
        return sources

    def _scan(self, source: Source, accept_missing: bool, process: bool) -> int:
        # One that nobody has taken yet, of a night without workers say, is as good as a new one.
        scan = self._catalog.scans.waiting([source.root], accept_missing, process)
        if scan is None:
            scan = self._catalog.scans.create([source.root], accept_missing, process=process)
        self._carrier().ring("scan", scan)
        return scan

    def _wait(self, scans: Sequence[int], process: bool, told: Told) -> list[ScanProgress]:
        """Until the scans are walked and nothing is to do but what waits for a later try."""
        heard = time.monotonic()
        while True:
            began = time.monotonic()
            found = [self._catalog.scans.progress(scan) for scan in scans]
            left = left_to_do(self._catalog.database) if process else 0
            told(found, left)
            walking = [scan for scan in found if scan.state in (ScanState.WAITING, ScanState.WALKING)]
            if not walking and not left:
                return found
            if self._somebody_works("scan" if walking else None):
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise CannotStart(
                    f"no worker{' for the queue scan' if walking else ''} has shown itself for {PATIENCE:.0f} s",
                    hint="Start one with `dampipe up` or `dampipe worker`; what was asked for is kept.",
                )
            # Large scans are costly to count, so they are counted less often.
            time.sleep(max(0.3, min(30.0, 5 * (time.monotonic() - began))))

    def _somebody_works(self, queue: str | None) -> bool:
        workers = self._catalog.workers.present()
        return any(queue is None or queue in worker.queues for worker in workers)
