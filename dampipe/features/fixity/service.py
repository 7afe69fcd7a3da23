"""The use case of reading files again: which ones, asked for here, read by the workers, waited for here.

Workers read, since they are many and near the footage; the machine that asks may have no mount at all. Who
asks may go away: what was asked for is read until its time is over, and what was not reached comes first
the next time.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import PurePath

from dampipe.features.assets.catalog import Catalog
from dampipe.features.assets.service import relative
from dampipe.features.fixity.model import Verified
from dampipe.features.fixity.queue import Below
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.sources.path_mapping import holder, under_known_root
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound
from dampipe.kernel.paths import printable

PATIENCE = 120.0
"""Seconds to wait for a worker to show itself."""
NIGHT = 20 * 3600.0
"""Seconds: what was seen since then counts as seen in this night, and is not read again."""
NO_LIMIT = 365 * 86400.0

Told = Callable[[int], object]
"""Called while waiting, with how many files are still to be read."""


class FixityService:
    """Has files read again."""

    def __init__(
        self, catalog: Catalog, carrier: Callable[[], TaskTransport], verifier: Callable[[], FixityWorker]
    ) -> None:
        self._catalog = catalog
        self._wanted = catalog.verifications
        self._carrier = carrier
        self._verifier = verifier

    def run(
        self, what: Sequence[str] = (), percent: float | None = None, told: Told = lambda _: None
    ) -> Verified:
        """Read files again and wait for the end.

        what: names of sources, files and folders; none means all. percent: only that share of them, those
        whose content was seen longest ago. Raises NotFound for what is not in the library, BrokerDown,
        and CannotStart when no worker that could read shows itself.
        """
        places = self._places(what)
        began = time.time()
        self._carrier().check()
        limit = None if percent is None else self._wanted.share(places, percent, began)
        wanted = self._wanted.want(places, began + NO_LIMIT, limit, began)
        return self.wait(places, began, wanted, told)

    def ask_for_share(self, sources: Sequence[int], percent: float, minutes: float) -> int:
        """Ask for a night's share of the files of these sources, and return of how many; waits for nothing."""
        if not percent or not minutes:
            return 0
        places = [Below(source) for source in sources]
        now = time.time()
        limit = self._wanted.share(places, percent, now - NIGHT)
        wanted = self._wanted.want(places, now + minutes * 60, limit, now - NIGHT)
        if wanted:
            self._verifier().wake()
        return wanted

    def wait_for_share(self, sources: Sequence[int], began: float, wanted: int) -> Verified:
        """What became of a share that was asked for at `began`, once that is known."""
        return self.wait([Below(source) for source in sources], began, wanted)

    def wait(
        self, places: Sequence[Below], began: float, wanted: int, told: Told = lambda _: None
    ) -> Verified:
        """Until nothing is left to read, or its time is over."""
        heard = time.monotonic()
        if wanted:
            self._verifier().wake()
        while wanted:
            looked = time.monotonic()
            left, held = self._wanted.waiting(places)
            told(left)
            if not left and not held:
                break
            queue = self._verifier().queue
            if any(queue in worker.queues for worker in self._catalog.workers.present()):
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise CannotStart(
                    f"no worker for the queue {queue} has shown itself for {PATIENCE:.0f} s",
                    hint="Start one with `dampipe up` or `dampipe worker`; what was asked for is kept.",
                )
            # A million files are costly to count, so they are counted less often.
            time.sleep(max(0.3, min(30.0, 5 * (time.monotonic() - looked))))
        return self._catalog.verdicts.report(places, began, wanted)

    def _places(self, what: Sequence[str]) -> list[Below]:
        sources = self._catalog.sources.all()
        if not sources:
            raise InvalidInput("there are no sources yet", hint="`dampipe source add NAME PATH` adds one.")
        by_name = {source.name: source.id for source in sources}
        places = []
        for name in what or by_name:
            if name in by_name:
                places.append(Below(by_name[name]))
                continue
            path = under_known_root(os.path.abspath(name), sources)
            source = holder(path, sources)
            if source is None:
                raise NotFound(
                    f"{printable(name)} is neither a source nor below one",
                    hint="`dampipe source list` lists them; `dampipe enqueue` adds a folder.",
                )
            parent, file = PurePath(path).parent, PurePath(path).name
            folder = relative(parent, source.root) if path != source.root else ""
            if path != source.root and self._catalog.assets.find_path(source.id, folder, file):
                places.append(Below(source.id, folder, file))
            else:
                places.append(Below(source.id, relative(PurePath(path), source.root)))
        return places
