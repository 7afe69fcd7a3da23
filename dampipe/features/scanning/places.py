"""What is at a path: a folder or a file, of the file system or of another storage."""

import os
from collections.abc import Callable, Iterable
from enum import Enum, auto

from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import holder
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import below, is_below, is_url, printable, split_path
from dampipe.storage.files.base import FileStore
from dampipe.storage.files.errors import URL_INVALID
from dampipe.storage.files.urls import is_valid_url

StoreOf = Callable[[str], FileStore]
"""Opens the storage of a URL. Raises InvalidInput where there is no such kind, and Unavailable."""


class Place(Enum):
    """What is at a path."""

    FOLDER = auto()
    FILE = auto()
    OTHER = auto()
    """A device or a pipe."""


def no_store(url: str) -> FileStore:
    """Where there are file systems only. Raises InvalidInput."""
    raise InvalidInput(URL_INVALID, url=printable(url), problem="there is no such kind of storage")


def kind_of(path: str, sources: Iterable[Source], store_of: StoreOf) -> Place | None:
    """What is at a normal path; None: nothing. A root of a source in a storage is a folder, without a request.

    Raises InvalidInput for a URL of no known kind, and what a FileStore does where a storage cannot be asked.
    """
    if not is_url(path):
        return _local_kind(path)
    source = holder(path, sources)
    if source is not None and source.root == path:
        return Place.FOLDER
    if source is not None and is_url(source.root):
        return _kind_in(store_of(source.root), below(path, source.root))
    folder, name = split_path(path)
    if not name or not is_valid_url(folder):
        return _kind_in(store_of(path), "")
    return _kind_in(store_of(folder), name)


def _kind_in(store: FileStore, key: str) -> Place | None:
    """What is at a key; of a name as media files have, it is tried first whether there is a file."""
    from dampipe.media.filetypes import is_media  # imported only where a storage is asked

    if key and is_media(key.rpartition("/")[2]):
        return (_file(store, key)) or _folder(store, key)
    return _folder(store, key) or (_file(store, key) if key else None)


def _folder(store: FileStore, key: str) -> Place | None:
    return Place.FOLDER if store.is_folder(key) else None


def _file(store: FileStore, key: str) -> Place | None:
    try:
        store.stat(key)
    except NotFound:
        return None
    return Place.FILE


def _local_kind(path: str) -> Place | None:
    if not os.path.lexists(path):
        return None
    if os.path.isdir(path):
        return Place.FOLDER
    return Place.FILE if os.path.isfile(path) or os.path.islink(path) else Place.OTHER


def meets(top: str, root: str) -> bool:
    """Whether a walk of `top` meets `root`: a folder below it, with no link on the way."""
    if not is_below(root, top):
        return False
    if is_url(root):
        return True
    if not os.path.isdir(root):
        return False
    return os.path.realpath(root) == os.path.join(os.path.realpath(top), os.path.relpath(root, top))
