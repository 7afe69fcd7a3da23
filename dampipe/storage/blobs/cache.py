"""A local LRU cache of remote blobs. Files in use are never evicted."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.storage.blobs.workspace import private_folder


class LocalCache:
    """Files in a folder, at most `limit` bytes in total, not counting files in use.

    Processes may share the folder: a file in use is locked, and a new one is renamed into place.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self.temporary = folder / ".tmp"

    @contextmanager
    def get(self, name: str, suffix: str, download: Callable[[Path], None]) -> Iterator[Path]:
        """The cached file `name`. If there is none, `download` is called with the path to write to."""
        path = self._folder / f"{name}{suffix}"
        descriptor = self._open_locked(path)
        while descriptor is None:
            with private_folder(self.temporary) as private:
                download(private / "part")
                (private / "part").replace(path)
            descriptor = self._open_locked(path)
        try:
            self._evict()
            yield path
        finally:
            os.close(descriptor)

    def _open_locked(self, path: Path) -> int | None:
        """Open the file, lock it against eviction and update its time of use. None if it does not exist."""
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        # It may have been evicted between the open and the lock.
        if os.fstat(descriptor).st_nlink == 0:
            os.close(descriptor)
            return None
        now = time.time_ns()  # more precise than the clock of the file system
        os.utime(descriptor, ns=(now, now))
        return descriptor

    def _evict(self) -> None:
        files = []
        for entry in os.scandir(self._folder):
            try:
                if entry.is_file():
                    files.append((entry.stat().st_mtime_ns, entry.stat().st_size, Path(entry.path)))
            except FileNotFoundError:
                continue
        excess = sum(size for _, size, _ in files) - self._limit
        for _, size, path in sorted(files):
            if excess <= 0:
                return
            if _delete_unused(path):
                excess -= size


def _delete_unused(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
