"""The worker of restores: asks storages for archived files, and from time to time whether they are ready.

Everything is repeatable: a file is asked for again only where the storage says that it is archived, and a storage that
restores it already says so. So it does no harm if a worker dies between a request and its record.
"""

import logging
from collections.abc import Callable
from time import monotonic, time
from typing import cast

from dampipe.features.tiers.restoring import errors
from dampipe.features.tiers.restoring.queries import RestoreRepository, WantedFile
from dampipe.jobs.backoff import backoff
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.errors import BrokerDown, DampipeError, NotFound, Permanent, StageError, Transient
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileEntry, FileStore, StorageState, TieredStore

log = logging.getLogger(__name__)

TASK = "restore"
PORTION = 5.0
"""Seconds of asking for one message."""
TOGETHER = 20
"""Files that are claimed at a time."""
LEASE = 300.0
"""Seconds after which another worker asks about a claimed file of which nothing was recorded."""
SOONEST, LATEST = 60.0, 1800.0
"""Seconds between two questions whether a file is ready."""
MOST_ASKED = 3
"""How often a storage is asked for a file that it archives again before it was ready."""


class RestoreWorker:
    """Asks storages for the files that people want."""

    def __init__(
        self,
        restores: RestoreRepository,
        transport: TaskTransport,
        stores: Callable[[str], FileStore],
        portion: float = PORTION,
    ) -> None:
        """stores: opens the storage of a root."""
        self._restores = restores
        self._transport = transport
        self._stores = stores
        self._portion = portion

    def __call__(self) -> str:
        """Ask for some seconds."""
        began, count = monotonic(), 0
        while monotonic() - began < self._portion:
            claimed = self._restores.claim(TOGETHER, LEASE)
            if not claimed:
                return f"{count} files"
            for wanted in claimed:
                self._ask(wanted)
            count += len(claimed)
        self.wake()
        return f"{count} files"

    def wake(self) -> None:
        """Notify a worker if storages are to be asked now."""
        if self._restores.is_due():
            try:
                self._transport.notify(TASK)
            except BrokerDown as error:
                log.warning("%s: the sweep continues the restores", error)

    def _ask(self, wanted: WantedFile) -> None:
        try:
            self._ask_storage(wanted)
        except NotFound:
            self._restores.record_failed(wanted, errors.GONE, errors.GONE.text)
        except Permanent as error:
            code = errors.REFUSED
            self._restores.record_failed(wanted, code, code.text.format(reason=error))
        except (StageError, DampipeError) as error:
            log.warning("%s: %s", printable(wanted.file.key), error)
            delay = error.delay if isinstance(error, Transient) else None
            self._restores.postpone(wanted, delay or backoff(wanted.attempts + 1))

    def _ask_storage(self, wanted: WantedFile) -> None:
        store = self._stores(wanted.file.root)
        entry = store.stat(wanted.file.key)
        if not wanted.file.is_same(entry):
            self._restores.record_failed(wanted, errors.CHANGED, errors.CHANGED.text)
        elif entry.state in (StorageState.ONLINE, StorageState.RESTORED):
            self._restores.record_ready(wanted, entry)
        elif entry.state is StorageState.RESTORING and wanted.asked:
            self._restores.record_waiting(wanted, entry, _pause(wanted))
        else:
            self._request(wanted, store, entry)

    def _request(self, wanted: WantedFile, store: FileStore, entry: FileEntry) -> None:
        """Ask for a file that is archived, or that others have asked for: then only the time is extended."""
        if not hasattr(store, "restore"):
            self._restores.record_failed(wanted, errors.NO_ARCHIVE, errors.NO_ARCHIVE.text)
            return
        if wanted.asked >= MOST_ASKED:
            text = errors.LOST.text.format(times=wanted.asked)
            self._restores.record_failed(wanted, errors.LOST, text)
            return
        if entry.state is StorageState.ARCHIVED:
            cast(TieredStore, store).restore(wanted.file.key, wanted.days, str(wanted.speed))
            entry = store.stat(wanted.file.key)
        if entry.state in (StorageState.ONLINE, StorageState.RESTORED):
            self._restores.record_ready(wanted, entry)
            return
        expected = None if wanted.hours is None else time() + wanted.hours * 3600
        self._restores.record_asked(wanted, entry, expected, _pause(wanted))


def _pause(wanted: WantedFile) -> float:
    """Seconds until the storage is asked whether a file is ready: a tenth of the hours that it states."""
    return SOONEST if wanted.hours is None else min(LATEST, max(SOONEST, wanted.hours * 360))
