"""The folder of a file, in which its sidecars are read: on this machine, or in a storage elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from dampipe.features.sidecars import files
from dampipe.features.sidecars.files import FileProblem, Read, Stat, digest_of, opened_folder
from dampipe.features.sidecars.model import OutboxState, SidecarProblem
from dampipe.features.sidecars.packet import MAX_BYTES
from dampipe.kernel.errors import DampipeError, NotFound, Transient
from dampipe.kernel.paths import is_url, join_key, kept_time
from dampipe.storage.files.base import FileStore

StoreOf = Callable[[str], FileStore]


class SidecarFolder(Protocol):
    """A folder that may hold sidecars. Its methods raise FileProblem."""

    def stat(self, name: str) -> Stat | None:
        """Size and time of a file; None if there is no such file."""
        ...

    def read(self, name: str) -> Read | None:
        """A file; None if there is no such file. Of a larger one than XMP may be only the beginning is read."""
        ...


class LocalFolder:
    """A folder of a file system."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def stat(self, name: str) -> Stat | None:
        """See SidecarFolder."""
        return files.stat_file(self._descriptor, name)

    def read(self, name: str) -> Read | None:
        """See SidecarFolder."""
        return files.read_file(self._descriptor, name)


class StoreFolder:
    """The keys of a store that begin alike."""

    def __init__(self, store: FileStore, folder: str) -> None:
        self._store = store
        self._folder = folder

    def stat(self, name: str) -> Stat | None:
        """See SidecarFolder."""
        with _problems():
            try:
                entry = self._store.stat(join_key(self._folder, name))
            except NotFound:
                return None
        return Stat(entry.size, kept_time(entry.mtime_ns))

    def read(self, name: str) -> Read | None:
        """See SidecarFolder."""
        with _problems():
            try:
                entry = self._store.stat(join_key(self._folder, name))
                with closing(self._store.open(entry.key, entry)) as stream:
                    data = _beginning(stream)
            except NotFound:
                return None
        return Read(data, digest_of(data), entry.size, kept_time(entry.mtime_ns), 0, 0, 0, 0)


@contextmanager
def folder_of(row: Any, store_of: StoreOf) -> Iterator[SidecarFolder]:
    """The folder of a row with `place_columns`. Raises FileProblem."""
    if is_url(row.root):
        with _problems():
            store = store_of(row.root)
        yield StoreFolder(store, row.folder)
        return
    with opened_folder(row.root, row.folder) as descriptor:
        yield LocalFolder(descriptor)


def _beginning(stream: Any) -> bytes:
    """As much as XMP may have, and a byte more; a read may return less than was asked for."""
    data = b""
    while len(data) <= MAX_BYTES and (block := stream.read(MAX_BYTES + 1 - len(data))):
        data += block
    return data


@contextmanager
def _problems() -> Iterator[None]:
    """Errors of a store as problems of a file."""
    try:
        yield
    except Transient as error:
        raise FileProblem(OutboxState.AWAY, str(error), is_whole_place=True) from error
    except DampipeError as error:  # denied, archived, or changed while it was read
        raise FileProblem(OutboxState.FAILED, SidecarProblem.UNREADABLE) from error
