"""The use case of every night: bring the library up to its sources, wait for the end, say what happened."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from dampipe.features.assets.catalog import Catalog
from dampipe.features.fixity.model import Verified
from dampipe.features.fixity.service import FixityService
from dampipe.features.scanning.model import ScanProgress, ScanState, Synced
from dampipe.features.scanning.progress import failed_since, left_to_do, running
from dampipe.features.sources.model import Source
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.sweep import Sweep
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.errors import Busy, CannotStart, InvalidInput

PATIENCE = 120.0
"""Seconds to wait for a worker to show itself, and for one to take something."""

Told = Callable[[list[ScanProgress], int], object]
"""Called while waiting, with the scans and how many stages are still to do."""


@dataclass(frozen=True)
class NightlyPolicy:
    """What a sync reads again beside its work."""

    percent: float = 1.0
    minutes: float = 120.0


class SyncService:
    """Scans sources, retries what is due, plans what the pipeline asks for now, verifies a share, and waits."""

    def __init__(
        self,
        catalog: Catalog,
        carrier: Callable[[], TaskTransport],
        sweep: Callable[[], Sweep],
        verify: FixityService,
        nightly: NightlyPolicy,
    ) -> None:
        self._catalog = catalog
        self._carrier = carrier
        self._sweep = sweep
        self._verify = verify
        self._nightly = nightly

    def run(
        self,
        names: Sequence[str] = (),
        *,
        accept_missing: bool = False,
        process: bool = True,
        told: Told = lambda *_: None,
    ) -> Synced:
        """Sync the sources of these names, all by default; those that another sync is at are left to it.

        process: whether to do more than to look.

        Raises Busy when that is so for all, NotFound for an unknown source, InvalidInput when there is
        none at all, BrokerDown, CatalogueDown, and CannotStart when no worker shows itself. What was
        begun goes on by itself in each case.
        """
        wanted = self._sources(names)
        with ExitStack() as turns:
            sources = [source for source in wanted if self._is_mine(turns, source)]
            busy = tuple(source.name for source in wanted if source not in sources)
            if not sources:
                raise Busy(f"another sync is at {', '.join(busy)}")
            began = time.time()
            scans, retried, planned = self._begin(sources, accept_missing, process)
            found = self._wait(scans, process, told)
            late = self._catalog.retries.retry_unavailable() if process else 0
            if late:  # what was missing is there, as those that were tried first have shown
                self._carrier().notify("sweep")
                found = self._wait(scans, process, told)
            return Synced(
                scans=tuple(found),
                sources=tuple(source.name for source in sources),
                busy=busy,
                retried=retried + late,
                planned=planned,
                failed=failed_since(self._catalog.database, began),
                verified=self._read_again(sources) if process else Verified(),
                seconds=time.time() - began,
            )

    def begin(self) -> list[int]:
        """Start what `run` does, of all sources, and return their scans at once: for a clock that cannot wait.

        Raises InvalidInput when there is no source.
        """
        sources = self._sources(())
        scans, _, _ = self._begin(sources, accept_missing=False)
        self._share(sources)
        return scans

    def _begin(
        self, sources: Sequence[Source], accept_missing: bool, process: bool = True
    ) -> tuple[list[int], int, int]:
        self._carrier().check()
        retried = planned = 0
        if process:
            retried = self._catalog.retries.retry_transient()
            retried += self._catalog.retries.retry_unavailable()
            planned = self._sweep().plan_missing()
        scans = [self._scan(source, accept_missing, process) for source in sources]
        self._carrier().notify("sweep")
        return scans, retried, planned

    def _share(self, sources: Sequence[Source]) -> int:
        ids = [source.id for source in sources]
        return self._verify.ask_for_share(ids, self._nightly.percent, self._nightly.minutes)

    def _read_again(self, sources: Sequence[Source]) -> Verified:
        began = time.time()
        return self._verify.wait_for_share([source.id for source in sources], began, self._share(sources))

    def _is_mine(self, turns: ExitStack, source: Source) -> bool:
        try:
            turns.enter_context(advisory_lock(self._catalog.database, f"sync-{source.id}"))
        except Busy:
            return False
        return True

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
        self._carrier().notify("scan", scan)
        return scan

    def _wait(self, scans: Sequence[int], process: bool, told: Told) -> list[ScanProgress]:
        """Until the scans are walked and nothing is to do but what waits for a later try.

        Raises CannotStart when no worker shows itself, or none takes what there is.
        """
        heard = moved = time.monotonic()
        before = -1
        while True:
            began = time.monotonic()
            found = [self._catalog.scans.progress(scan) for scan in scans]
            left = left_to_do(self._catalog.database) if process else 0
            told(found, left)
            walking = [scan for scan in found if scan.state in (ScanState.WAITING, ScanState.WALKING)]
            if not walking and not left:  # what was done since the files were counted counts, too
                return [self._catalog.scans.progress(scan, fresh=True) for scan in scans]
            if self._somebody_works("scan" if walking else None):
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise CannotStart(
                    f"no worker{' for the queue scan' if walking else ''} has shown itself for {PATIENCE:.0f} s",
                    hint="Start one with `dampipe up` or `dampipe worker`; what was asked for is kept.",
                )
            if walking or left != before or running(self._catalog.database):
                moved, before = time.monotonic(), left
            elif time.monotonic() - moved > PATIENCE:
                raise CannotStart(
                    f"{left} stages wait, and no worker has taken one for {PATIENCE:.0f} s",
                    hint="`dampipe doctor` tells which queue has no worker, and which worker is to be restarted since "
                    "it runs with earlier settings; what was asked for is kept.",
                )
            # Large scans are costly to count, so they are counted less often.
            time.sleep(max(0.3, min(30.0, 5 * (time.monotonic() - began))))

    def _somebody_works(self, queue: str | None) -> bool:
        workers = self._catalog.workers.present()
        return any(queue is None or queue in worker.queues for worker in workers)
