"""The background tasks of scanning: walking a scan, and starting the nightly sync."""

import logging

from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.sync import SyncService
from dampipe.kernel.access import SYSTEM

log = logging.getLogger(__name__)


class ScanTask:
    """Walks a scan, unless another worker does."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner

    def __call__(self, scan: int) -> str:
        if not self._scanner.scan(scan):
            return "nothing to do"
        log.info("scan %d walked", scan)
        return "walked"


class SyncTask:
    """Starts a sync of all sources; the status and the failures show its result."""

    def __init__(self, sync: SyncService) -> None:
        self._sync = sync

    def __call__(self) -> str:
        scans = self._sync.begin(SYSTEM)
        log.info("sync began: scans %s", ", ".join(map(str, scans)))
        return f"began {len(scans)} scans"
