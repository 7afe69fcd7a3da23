"""Files of originals: opened as long as they are as they were when their content was identified."""

import errno
import logging
import os
import stat
from io import FileIO
from typing import BinaryIO, cast

from dampipe.features.originals.errors import ARCHIVED, CHANGED, MISSING, OFFLINE, RESTORING
from dampipe.features.originals.queries import Place
from dampipe.features.sources.mounts import is_mounted
from dampipe.kernel.errors import Conflict, DampipeError, NotFound, ServiceDown
from dampipe.kernel.paths import kept_time, printable
from dampipe.storage.files.errors import FILE_ARCHIVED, FILE_RESTORING

log = logging.getLogger(__name__)

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
"""Without O_NONBLOCK, opening a named pipe would block for ever. Scans do not follow links, either."""


def conflict(error: DampipeError, name: str) -> Conflict:
    """The error of a store in words of originals."""
    if error.code == FILE_ARCHIVED.code:
        return Conflict(ARCHIVED, name=name, storage_class=error.parameters.get("storage_class", ""))
    if error.code == FILE_RESTORING.code:
        return Conflict(RESTORING, name=name)
    return Conflict(CHANGED, name=name)


def _away(place: Place) -> str:
    """Why a volume is not there."""
    return f"it is on a medium to be fetched: {place.medium}" if place.medium else "its volume is not there"


def open_local(place: Place, name: str) -> BinaryIO:
    """Open a file. Raises NotFound, ServiceDown and Conflict."""
    try:
        descriptor = os.open(place.path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError) as error:
        if is_mounted(place.root):
            raise NotFound(MISSING, name=name) from error
        raise ServiceDown(OFFLINE, name=name, reason=_away(place)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link is at its place
            raise Conflict(CHANGED, name=name) from error
        raise ServiceDown(OFFLINE, name=name, reason=error.strerror or type(error).__name__) from error
    if not _is_as_identified(os.fstat(descriptor), place):
        os.close(descriptor)
        raise Conflict(CHANGED, name=name)
    return cast(BinaryIO, _Unchanged(descriptor, place))


def _is_as_identified(found: os.stat_result, place: Place) -> bool:
    """Whether it is the file whose content was identified."""
    same = (found.st_size, kept_time(found.st_mtime_ns)) == (place.size, kept_time(place.mtime_ns))
    return stat.S_ISREG(found.st_mode) and same


class _Unchanged(FileIO):
    """A file that ends where it is changed while it is read, so that no answer holds bytes of two contents."""

    def __init__(self, descriptor: int, place: Place) -> None:
        super().__init__(descriptor, "rb")
        self._place = place

    def read(self, size: int | None = -1, /) -> bytes:
        """Bytes as `FileIO.read` returns them; none once the file was changed."""
        data = super().read(-1 if size is None else size) or b""
        if not _is_as_identified(os.fstat(self.fileno()), self._place):
            log.warning("%s was changed while it was sent", printable(self._place.path))
            return b""
        return data


class UnchangedStream:
    """A stream of a store that ends where the file is changed or the storage fails, as that of a local file does."""

    def __init__(self, stream: BinaryIO, place: Place) -> None:
        self._stream = stream
        self._place = place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """See IOBase."""
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Bytes; none once the file was changed, or cannot be read any more."""
        try:
            return self._stream.read(size)
        except DampipeError as error:
            log.warning("%s cannot be sent to its end: %s", printable(self._place.path), error)
            return b""

    def close(self) -> None:
        """See IOBase."""
        self._stream.close()
