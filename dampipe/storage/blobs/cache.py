"""Local copies of distant blobs: the ones used longest ago go first, the ones in use stay."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.storage.blobs.workspace import private_folder


class LocalCache:
    """Files below a folder, together at most `limit` bytes (and what is in use at the moment).

    Several processes may share the folder: a file in use is locked, a new one appears by rename.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self.temporary = folder / ".tmp"

    @contextmanager
    def get(self, name: str, suffix: str, download: Callable[[Path], None]) -> Iterator[Path]:
        """The copy called `name`, made by `download` (which gets a path to write to) if it is not there."""
        path = self._folder / f"{name}{suffix}"
        descriptor = self._hold(path)
        while descriptor is None:
            with private_folder(self.temporary) as private:
                download(private / "part")
                (private / "part").replace(path)
            descriptor = self._hold(path)
        try:
            self._shrink()
            yield path
        finally:
            os.close(descriptor)

    def _hold(self, path: Path) -> int | None:
        """Lock the file against removal and note its use; None if it is not there (any more)."""
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        # Between the opening and the lock it may have been removed.
        if os.fstat(descriptor).st_nlink == 0:
            os.close(descriptor)
            return None
        now = time.time_ns()  # finer than the file system's own clock
        os.utime(descriptor, ns=(now, now))
        return descriptor

    def _shrink(self) -> None:
        held = []
        for entry in os.scandir(self._folder):
            try:
                if entry.is_file():
                    held.append((entry.stat().st_mtime_ns, entry.stat().st_size, Path(entry.path)))
            except FileNotFoundError:
                continue
        excess = sum(size for _, size, _ in held) - self._limit
        for _, size, path in sorted(held):
            if excess <= 0:
                return
            if _remove_unused(path):
                excess -= size


def _remove_unused(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
