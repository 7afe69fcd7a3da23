"""Private temporary folders, each locked by its owner for as long as it lives."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """A new folder inside `parent`; gone after use, whatever is in it."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=parent))
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def sweep(parent: Path, older_than: float) -> int:
    """Remove what dead processes left in `parent` and nobody has touched for `older_than` seconds.

    A folder whose owner lives is kept however old it is. Where the file system knows no locks, age
    alone decides. Returns how many were removed.
    """
    removed = 0
    for left in list(parent.iterdir()) if parent.is_dir() else []:
        if time.time() - _touched(left) < older_than:
            continue
        if not left.is_dir():
            left.unlink(missing_ok=True)
            removed += 1
            continue
        try:
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            if _lock(descriptor):
                shutil.rmtree(left, ignore_errors=True)
                removed += 1
        finally:
            os.close(descriptor)
    return removed


def _lock(descriptor: int) -> bool:
    """Whether no other process holds it; true, too, where there are no locks (NFS, SMB)."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _touched(path: Path) -> float:
    """When anything in it changed last, seconds since the epoch."""
    newest = 0.0
    for one in (path, *path.rglob("*")):
        try:
            newest = max(newest, one.lstat().st_mtime)
        except OSError:
            continue
    return newest
