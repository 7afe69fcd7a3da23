"""The use cases of originals: finding what is to leave dampipe. It leaves by `ReleaseService.release` only."""

import errno
import logging
import os
import stat
from io import FileIO
from typing import BinaryIO, cast

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.derivatives.service import DerivativeService
from dampipe.features.originals.errors import ARCHIVED, CHANGED, MISSING, OFFLINE, RESTORING
from dampipe.features.originals.model import DerivativeDownload, Original
from dampipe.features.originals.queries import OriginalRepository, Place
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.features.sources.mounts import is_mounted
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, ServiceDown, StageError
from dampipe.kernel.paths import is_url, kept_time, printable
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.errors import FILE_ARCHIVED, FILE_RESTORING
from dampipe.storage.files.known import KnownFile
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
"""Without O_NONBLOCK, opening a named pipe would block for ever. Scans do not follow links, either."""


class OriginalService:
    """The originals of a library. Any method may raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self,
        assets: AssetRepository,
        originals: OriginalRepository,
        derivatives: DerivativeService,
        visibility: Visibility,
        stores: FileStores,
    ) -> None:
        self._assets = assets
        self._stores = stores
        self._derivatives = derivatives
        self._originals = originals
        self._visibility = visibility

    def open(self, actor: Actor, sha1: str) -> Original:
        """Open a file of a version, by its SHA-1 or the beginning of it; the caller closes its stream.

        Nothing of it may be sent before it was released. Only visible files are opened, and only those that are as
        they were when their content was identified. Files on this machine come first, then those that can be read at
        once. Raises NotFound for a version that is unknown, not visible or without a file, ServiceDown where its volume
        or storage cannot be read, and Conflict where the files were changed or are in an archive.
        """
        require(actor, ORIGINALS)
        view = self._visibility.of(actor)
        row = self._assets.find(sha1, view)
        name = self._assets.videos([row], view)[0].name
        problems: list[DampipeError] = []
        places = self._originals.present(row.id, view)
        for place in sorted(places, key=lambda place: is_url(place.root)):
            try:
                stream = self._open_remote(place, name) if is_url(place.root) else _open(place, name)
            except DampipeError as error:
                problems.append(error)
            else:
                return Original(row.id, row.asset_id, row.sha1, row.size, place.path, stream)
        problems.sort(key=lambda problem: isinstance(problem, NotFound))
        raise problems[0] if problems else NotFound(MISSING, name=name)

    def _open_remote(self, place: Place, name: str) -> BinaryIO:
        """Open a file of a store; no byte of it has come yet. Raises NotFound, ServiceDown and Conflict."""
        known = KnownFile(place.root, place.key, place.size, place.mtime_ns, place.checksum, place.token)
        try:
            return cast(BinaryIO, _UnchangedStream(known.open(self._stores.of(place.root)), place))
        except NotFound as error:
            raise NotFound(MISSING, name=name) from error
        except Conflict as error:
            raise _conflict(error, name) from error
        except (StageError, InvalidInput) as error:
            raise ServiceDown(OFFLINE, name=name, reason=str(error)) from error

    def derivative(self, actor: Actor, sha1: str, name: str) -> DerivativeDownload:
        """A derivative that is to be used outside, by its kind or its file's name; not opened yet.

        Raises NotFound for an unknown asset, or a derivative that it does not have.
        """
        require(actor, READ)
        row = self._assets.find(sha1, self._visibility.of(actor))
        derivative, filename = self._derivatives.find(actor, row.sha1, name)
        return DerivativeDownload(
            row.id,
            row.asset_id,
            row.sha1,
            derivative,
            filename,
            lambda: self._derivatives.open(actor, derivative),
        )


def _conflict(error: Conflict, name: str) -> Conflict:
    """The error of a store in words of originals."""
    if error.code == FILE_ARCHIVED.code:
        return Conflict(ARCHIVED, name=name, storage_class=error.parameters.get("storage_class", ""))
    if error.code == FILE_RESTORING.code:
        return Conflict(RESTORING, name=name)
    return Conflict(CHANGED, name=name)


def _away(place: Place) -> str:
    """Why a volume is not there."""
    return f"it is on a medium to be fetched: {place.medium}" if place.medium else "its volume is not there"


def _open(place: Place, name: str) -> BinaryIO:
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


class _UnchangedStream:
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
