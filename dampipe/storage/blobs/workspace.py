"""Private temporary folders, each locked by its process, so that orphaned ones can be deleted."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from tempfile import mkdtemp

from dampipe.kernel.private_files import make_folder

LEFTOVER_AGE = 6 * 3600.0
"""Seconds without a change after which the folder of a dead process is deleted. A living one writes far more often."""
UNLOCKED_TIMES = 8
"""How many times as old a folder has to be where no lock shows whether its process lives."""


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


def sweep(parent: Path, older_than: float, dry_run: bool = False) -> int:
    """Delete orphaned folders in `parent` that have not changed for `older_than` seconds; returns their number.

    A folder is orphaned if its process is dead, which the lock shows. On file systems without locks, age alone decides,
    and it has to be UNLOCKED_TIMES as great. dry_run: only count them.
    """
    removed = 0
    for path in list(parent.iterdir()) if parent.is_dir() else []:
        age = time.time() - _last_change(path)
        if age < older_than:
            continue
        if not path.is_dir():
            if not dry_run:
                path.unlink(missing_ok=True)
            removed += 1
            continue
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # just deleted, or another user's
            continue
        try:
            lock = _lock(descriptor)
            if lock is _Lock.HELD or (lock is _Lock.UNSUPPORTED and age < older_than * UNLOCKED_TIMES):
                continue
            if not dry_run:
                shutil.rmtree(path, ignore_errors=True)
            removed += 1
        finally:
            os.close(descriptor)
    return removed


class _Lock(Enum):
    OURS, HELD, UNSUPPORTED = range(3)


def _lock(descriptor: int) -> _Lock:
    """Lock the folder, unless another process has. NFS and SMB may have no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _Lock.HELD
    except OSError:
        return _Lock.UNSUPPORTED
    return _Lock.OURS


def _last_change(path: Path) -> float:
    """The latest modification time in the tree, in seconds since the epoch."""
    newest = 0.0
    for entry in (path, *path.rglob("*")):
        try:
            newest = max(newest, entry.lstat().st_mtime)
        except OSError:
            continue
    return newest
