"""Origins in folders of this machine: listed without following links, opened to be read, and never written to."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dampipe.features.imports.errors import ORIGIN_NOT_FOUND
from dampipe.features.imports.files import mount_point
from dampipe.features.imports.importers import OriginFile, OriginStat
from dampipe.features.imports.model import Reason
from dampipe.kernel.errors import NotFound
from dampipe.kernel.paths import join_key, kept_time, printable

SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
SYSTEM_FOLDERS = frozenset(
    {
        "system volume information",
        "$recycle.bin",
        ".trashes",
        ".trash-1000",
        ".spotlight-v100",
        ".fseventsd",
        ".temporaryitems",
        "lost+found",
    }
)


def is_system_file(key: str) -> bool:
    """Whether an operating system has left a file there, and no camera or person.

    >>> is_system_file("DCIM/._IMG_1.JPG"), is_system_file(".Trashes/501/a.mov"), is_system_file("DCIM/IMG_1.JPG")
    (True, True, False)
    """
    *folders, name = key.casefold().split("/")
    return (
        name in SYSTEM_FILES or name.startswith("._") or any(folder in SYSTEM_FOLDERS for folder in folders)
    )


@dataclass
class Listed:
    """The entries of one folder, sorted by their bytes."""

    path: str
    """Below the origin; "": the origin itself."""
    files: list[OriginFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def walk(origin: str, classify: Callable[[Listed], Iterator[OriginFile]]) -> Iterator[OriginFile]:
    """Every file below a folder. classify: what is said of the files of one folder.

    A folder that cannot be listed is set aside, and so are links, pipes and devices. Raises OSError if the origin itself
    cannot be listed.
    """
    waiting = [""]
    while waiting:
        path = waiting.pop()
        try:
            here = _listed(origin, path)
        except OSError:
            if not path:
                raise
            yield OriginFile(path, 0, 0, is_footage=False, set_aside=Reason.FOLDER_UNREADABLE)
            continue
        yield from classify(here)
        waiting += [join_key(path, folder) for folder in reversed(here.folders)]


def _listed(origin: str, path: str) -> Listed:
    found = Listed(path)
    with os.scandir(os.path.join(origin, path) if path else origin) as entries:
        for entry in sorted(entries, key=lambda one: os.fsencode(one.name)):
            key = join_key(path, entry.name)
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                found.files.append(OriginFile(key, 0, 0, is_footage=False, set_aside=Reason.UNREADABLE))
                continue
            if stat.S_ISDIR(status.st_mode):
                found.folders.append(entry.name)
                continue
            aside = None if stat.S_ISREG(status.st_mode) else Reason.NOT_A_FILE
            found.files.append(
                OriginFile(key, status.st_size, kept_time(status.st_mtime_ns), set_aside=aside)
            )
    return found


class LocalOrigin:
    """What importers of folders of this machine have in common."""

    def check(self, origin: str) -> None:
        """Raise NotFound if there is no such folder."""
        if not os.path.isdir(origin):
            raise NotFound(ORIGIN_NOT_FOUND, path=printable(origin))

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as it is now. Raises OSError."""
        found = os.stat(os.path.join(origin, key), follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.ENOENT, "it is not a regular file any more")
        return OriginStat(found.st_size, kept_time(found.st_mtime_ns))

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of a file. Raises OSError."""
        # O_NONBLOCK: to open a named pipe would block for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return open(os.open(os.path.join(origin, key), flags), "rb", buffering=0)

    def local_path(self, origin: str, key: str) -> str | None:
        """The file's path."""
        return os.path.join(origin, key)

    def label(self, origin: str) -> str:
        """The name of the folder: of a card, that of its volume."""
        return os.path.basename(origin.rstrip("/"))

    def mount(self, origin: str) -> str:
        """The mount point of the folder."""
        return mount_point(origin)
