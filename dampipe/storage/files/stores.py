"""The stores of footage of one process, by root."""

from collections.abc import Mapping
from threading import Lock

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.paths import is_url, normal_path
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.errors import BACKEND_PACKAGE_MISSING
from dampipe.storage.files.base import FileStore
from dampipe.storage.files.connections import is_same_place, parse, resolve, store_config
from dampipe.storage.files.errors import URL_INVALID
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.registry import get_storage_backend, kinds

LOCAL, OTHER = "local", "fsspec"
"""Names of the kinds of a folder, and of what only fsspec knows."""


class FileStores:
    """Opens the store of a root, once in each process. Safe to use from several threads, and after a fork."""

    def __init__(self, connections: Mapping[str, Connection] | None = None) -> None:
        """connections: those of the settings, by name."""
        self._connections = connections or {}
        self._open: PerProcess[_Opened] = PerProcess(_Opened)

    def of(self, root: str) -> FileStore:
        """The store of a source's root, an absolute path or a URL. Does not connect.

        Raises InvalidInput for a root that is not valid, and Unavailable where a package is missing.
        """
        if is_url(root) or root.startswith("/"):
            root = normal_path(root)
        opened = self._open.get()
        with opened.lock:
            if root not in opened.stores:
                opened.stores[root] = self._make(root)
            return opened.stores[root]

    def is_same_place(self, one: str, other: str) -> bool:
        """Whether two URLs differ by their users only, and lead to the same files or one into the other's."""
        return is_same_place(one, other, self._connections)

    def close(self) -> None:
        """Close all connections of this process."""
        opened = self._open.take()
        for store in opened.stores.values() if opened else ():
            store.close()

    def _make(self, root: str) -> FileStore:
        if not is_url(root):
            if not root.startswith("/"):
                raise InvalidInput(URL_INVALID, url=root, problem="it is neither an absolute path nor a URL")
            return _opened(LOCAL, {"root": root})
        scheme = parse(root).scheme
        known = kinds("footage")
        kind = scheme if scheme in known and scheme != LOCAL else OTHER
        if kind not in known:
            raise InvalidInput(URL_INVALID, url=root, problem=f"{scheme} is not a kind of storage")
        return _opened(kind, store_config(root, resolve(root, self._connections)[1]))


class _Opened:
    """The stores that one process has opened."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.stores: dict[str, FileStore] = {}


def _opened(kind: str, config: Mapping[str, object]) -> FileStore:
    try:
        return get_storage_backend(kind, config, "footage")  # type: ignore[return-value]
    except InvalidInput as error:
        if error.code == BACKEND_PACKAGE_MISSING.code:
            raise Unavailable.of(error) from error
        raise
