"""Stores of footage in memory for everything that opens footage, and scans of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.walk import Walk
from dampipe.jobs.keys import RunKey
from dampipe.storage.files.base import FileStore
from dampipe.storage.files.memory import BUCKETS, Bucket, MemoryFiles
from dampipe.storage.files.stores import FileStores
from tests.support.catalog import Catalog


class MemoryStores(FileStores):
    """Knows buckets in memory as well."""

    def of(self, root: str) -> FileStore:
        """See FileStores."""
        return MemoryFiles.of(root) if root.startswith("memory-files://") else super().of(root)


@contextmanager
def memory_bucket(name: str) -> Iterator[Bucket]:
    """An empty bucket."""
    BUCKETS[name] = Bucket(name)
    try:
        yield BUCKETS[name]
    finally:
        del BUCKETS[name]


def scan_remote(catalog: Catalog, key: RunKey, policy: ScanPolicy, *roots: str) -> ScanProgress:
    """Walk sources in memory from beginning to end."""
    number = catalog.scans.create(list(roots))
    job = catalog.scans.claim(number, "me", -1.0)
    assert job is not None
    walk = Walk(job, catalog.database, catalog.sources, key, policy, store_of=MemoryStores().of)
    warnings = walk.run()
    state = ScanState.SUSPICIOUS if walk.suspicious else ScanState.WALKED
    catalog.scans.finish(job, state, warnings)
    return catalog.scans.progress(number)
