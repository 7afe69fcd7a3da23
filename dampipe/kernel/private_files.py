"""Who may read what dampipe writes: its user alone, whatever the umask.

A folder that a group may write to was made to be shared: what is written in it is for that group, too. No other user
gets access.
"""

import contextlib
import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

UMASK = 0o077
FILE, FOLDER = 0o600, 0o700
"""Modes of what only the user may read."""
_GROUP_FILE, _GROUP_FOLDER = 0o060, 0o070

PRIVATE_MARK = ".private"
"""File in a home folder whose modes have been set; its owner may relax them afterwards."""
_OWN = ("broker", "cache", "derivatives", "index", "logs", "dampipe.toml", "up.lock")
_CATALOGUE = "catalogue.sqlite"

_umask_of_user: int | None = None
_reading_umask = threading.Lock()


def make_process_private() -> None:
    """Have all files that this process and its children make readable by their owner only."""
    global _umask_of_user
    before = os.umask(UMASK)
    if _umask_of_user is None:
        _umask_of_user = before


def user_umask() -> int:
    """The umask that the user has chosen, for files that are the user's: timelines, manifests."""
    if _umask_of_user is not None:
        return _umask_of_user
    with (
        _reading_umask
    ):  # which is by setting it: of two threads at once, one would take the other's for the user's
        current = os.umask(UMASK)
        os.umask(current)
    return current


@contextmanager
def as_user() -> Iterator[None]:
    """Write with the user's own umask. Not for processes with several threads that write."""
    before = os.umask(user_umask())
    try:
        yield
    finally:
        os.umask(before)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, private or shared as the folder that they are made in.

    Raises OSError.
    """
    missing: list[Path] = []
    for path in (folder, *folder.parents):
        if path.exists():
            break
        missing.append(path)
    for path in reversed(missing):
        mode = folder_mode(path.parent)
        path.mkdir(mode=FOLDER, exist_ok=True)
        if mode != FOLDER:
            share_like(path.parent, path)
    folder.mkdir(exist_ok=True)  # raises FileExistsError for a file


def folder_mode(parent: Path) -> int:
    """The mode of a new folder in `parent`, without its set-group-ID bit."""
    return FOLDER | (_GROUP_FOLDER if _is_shared(parent) else 0)


def file_mode(parent: Path) -> int:
    """The mode of a new file in `parent`."""
    return FILE | (_GROUP_FILE if _is_shared(parent) else 0)


def share_like(parent: Path, path: Path) -> None:
    """Give a file or folder the mode that is right in `parent`. File systems without modes are left alone."""
    with contextlib.suppress(OSError):
        now = path.stat()
        is_folder = stat.S_ISDIR(now.st_mode)
        wanted = folder_mode(parent) if is_folder else file_mode(parent)
        if wanted & 0o070 and now.st_gid != parent.stat().st_gid:
            os.chown(path, -1, parent.stat().st_gid)  # it was made in a private folder
        if stat.S_IMODE(now.st_mode) & 0o777 != wanted:
            path.chmod(wanted | (stat.S_IMODE(path.stat().st_mode) & stat.S_ISGID))


def open_private(path: Path, mode: str = "w") -> IO[str]:
    """Open a text file for writing, made with the mode 0600. Raises OSError."""
    return open(path, mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, FILE))


def create_private(path: Path) -> None:
    """Create an empty file with the mode 0600, if there is none. Raises OSError."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))


def secure_home(home: Path) -> None:
    """Create the home folder, for its user alone; tighten the modes of one that an earlier version made, once.

    A folder that holds other things than dampipe's keeps its mode, and so do other people's files. Raises OSError if
    the folder cannot be created.
    """
    if not home.exists():
        make_folder(home)
    mark = home / PRIVATE_MARK
    if mark.exists() or home.stat().st_uid != os.geteuid():
        return
    with contextlib.suppress(OSError):  # a read-only home: there is nothing to protect by modes here
        names = {path.name for path in home.iterdir()}
        is_ours = not names or _CATALOGUE in names
        reaches = {Path("/"), Path(tempfile.gettempdir()), Path.home(), *Path.home().parents}
        if is_ours and home not in reaches and not _is_shared(home):
            home.chmod(FOLDER)
        allowed = folder_mode(home)
        for name in names:
            if name in _OWN or name.startswith(_CATALOGUE):
                _tighten(home / name, allowed)
        create_private(mark)


def _tighten(path: Path, allowed: int) -> None:
    """Take away from a file, or a folder with all in it, what `allowed` does not have. Follows no links."""
    device, user = path.lstat().st_dev, os.geteuid()

    def tighten(one: "Path | os.DirEntry[str]", status: os.stat_result) -> None:
        mode = stat.S_IMODE(status.st_mode)
        if status.st_uid == user and mode & 0o777 & ~allowed:
            with contextlib.suppress(OSError):
                os.chmod(one, mode & (allowed | 0o7000))

    stack = [path]
    first = path.lstat()
    if not stat.S_ISDIR(first.st_mode):
        if stat.S_ISREG(first.st_mode):
            tighten(path, first)
        return
    tighten(path, first)
    while stack:
        with contextlib.suppress(OSError), os.scandir(stack.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode) and status.st_dev == device:
                    tighten(entry, status)
                    stack.append(Path(entry.path))
                elif stat.S_ISREG(status.st_mode):
                    tighten(entry, status)


def _is_shared(folder: Path) -> bool:
    """Whether a group may write to the folder, and not everybody (a folder for temporary files)."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWGRP) and not mode & (stat.S_IWOTH | stat.S_ISVTX)
