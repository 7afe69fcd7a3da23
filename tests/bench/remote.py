"""Scans of a simulated S3 bucket of a million objects, with 5 ms for each list call, against the bare listing loop.

The bucket is reckoned, not stored: an entry is made when it is listed, as a client of S3 does. Scans run in a process
of their own, whose peak memory is that of a worker. `REMOTE_OBJECTS` is the number of objects.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from dampipe.kernel.errors import NotFound
from dampipe.storage.files.base import FileEntry, Traits, Unread
from dampipe.storage.files.errors import FILE_NOT_FOUND

OBJECTS = int(os.environ.get("REMOTE_OBJECTS", "1000000"))
IN_A_FOLDER = 100
PAGE = 1000
SECONDS = 0.005
"""Of one list call."""
URL = "simulated://bucket"


class SimulatedBucket:
    """A hundred clips in a folder, a hundred folders in a folder. Implements `FileStore`."""

    url = URL
    traits = Traits(appears_complete=True, lists_flat=True)

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """All objects; a thousand are one call."""
        assert not prefix and not after
        for start in range(0, OBJECTS, PAGE):
            self.calls["list"] += 1
            time.sleep(SECONDS)
            for number in range(start, min(start + PAGE, OBJECTS)):
                yield entry(number)

    def stat(self, key: str) -> FileEntry:
        """Counted only: no scan of a whole bucket asks for one object."""
        self.calls["stat"] += 1
        raise NotFound(FILE_NOT_FOUND, key=key, store=URL)

    def is_folder(self, key: str) -> bool:
        """Counted as the list call that it is."""
        self.calls["list"] += 1
        return not key

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """No scan reads these files."""
        self.calls["open"] += 1
        raise NotFound(FILE_NOT_FOUND, key=key, store=URL)

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """There is none."""
        return None

    def close(self) -> None:
        """There is nothing to close."""


def entry(number: int) -> FileEntry:
    """The object of that number, as S3 describes an upload in one part."""
    folder, clip = divmod(number, IN_A_FOLDER)
    digest = hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest()
    return FileEntry(
        key=f"project {folder // 100:03}/card {folder % 100:02}/A{folder:04}_C{clip:03}_1121.mp4",
        size=10**9 + number,
        mtime_ns=17 * 10**17 + number * 10**9,
        token=digest,
        checksum=f"md5:{digest}",
        storage_class="STANDARD",
    )


def main() -> None:
    """Print the seconds and the calls of both scans, and of the bare loop."""
    began = time.monotonic()
    assert sum(1 for _ in SimulatedBucket().list()) == OBJECTS
    bare = time.monotonic() - began
    print(f"bare listing of {OBJECTS} objects: {bare:.1f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-remote-") as home:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.remote", "work", f"sqlite:///{home}/catalogue.sqlite"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        for name, line in zip(("first scan", "second scan", "third scan"), worker.stdout, strict=False):
            facts: Mapping[str, Any] = json.loads(line)
            print(
                f"{name}: {facts['seconds']:.1f} s, {OBJECTS / facts['seconds']:.0f} objects/s, "
                f"{facts['seconds'] / bare:.2f} x the bare loop; calls {facts['calls']}; "
                f"{facts['counts']}; peak memory {facts['peak']} MB",
                flush=True,
            )
            if name != "first scan":
                assert facts["counts"]["unchanged"] == OBJECTS
                assert set(facts["calls"]) == {"list"} and facts["calls"]["list"] <= OBJECTS / PAGE + 1
        assert worker.wait() == 0


def work(url: str) -> None:
    """Scan three times."""
    from dampipe.features.scanning.policy import ScanPolicy
    from dampipe.features.scanning.walk import Walk
    from dampipe.kernel.db.database import Database
    from dampipe.media.filetypes import is_media
    from tests.support.catalog import Catalog
    from tests.support.scanning import HASH

    catalog = Catalog(Database(url))
    catalog.set_up()
    catalog.sources.add("bucket", URL)
    bucket, policy = SimulatedBucket(), ScanPolicy(is_media)
    for _ in range(3):
        bucket.calls.clear()
        began = time.monotonic()
        number = catalog.scans.create([URL])
        job = catalog.scans.claim(number, "bench", 3600.0)
        assert job is not None
        walk = Walk(job, catalog.database, catalog.sources, HASH, policy, store_of=lambda _: bucket)
        assert walk.run() == []
        seconds = time.monotonic() - began
        counts = catalog.scans.progress(number).model_dump(include={"found", "new", "unchanged"})
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        facts = {"seconds": seconds, "calls": dict(bucket.calls), "counts": counts, "peak": peak}
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(sys.argv[2])
    else:
        main()
