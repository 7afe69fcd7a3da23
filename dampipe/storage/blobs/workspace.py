"""Private temporary folders, each locked by its process, so that orphaned ones can be deleted."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from dampipe.kernel.private_files import make_folder


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`. Deleted with its content when the context ends."""
    make_folder(parent)
    folder = Path(mkdtemp(dir=parent))
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def sweep(parent: Path, older_than: float) -> int:
    """Delete orphaned folders in `parent` that have not changed for `older_than` seconds; returns their number.

    A folder is orphaned if its process is dead, which the lock shows. On file systems without locks, age alone decides.
    """
    removed = 0
    for path in list(parent.iterdir()) if parent.is_dir() else []:
        if time.time() - _last_change(path) < older_than:
            continue
        if not path.is_dir():
            path.unlink(missing_ok=True)
            removed += 1
            continue
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            if _lock(descriptor):
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
        finally:
            os.close(descriptor)
    return removed


def _lock(descriptor: int) -> bool:
    """Lock the folder. False if another process holds the lock; True if there are no locks (NFS, SMB)."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _last_change(path: Path) -> float:
    """The latest modification time in the tree, in seconds since the epoch."""
    newest = 0.0
    for entry in (path, *path.rglob("*")):
        try:
            newest = max(newest, entry.lstat().st_mtime)
        except OSError:
            continue
    return newest
