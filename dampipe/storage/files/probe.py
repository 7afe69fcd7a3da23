"""A small hidden file that is put into a storage to learn something of it, and deleted again."""

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from stat import S_IFREG
from typing import BinaryIO, Literal

from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import join_key
from dampipe.storage.files.base import ManagedStore, temporary_name

_BYTES = b"dampipe looks what this storage is\n"


class Probe:
    """The bytes of a probe; implements `Content`."""

    def __init__(self, mtime_ns: int | None = None) -> None:
        """mtime_ns: None: now, so that what is left of it is deleted by its age."""
        self._mtime_ns = time.time_ns() if mtime_ns is None else mtime_ns

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """See Content."""
        return io.BytesIO(_BYTES)

    def stat(self) -> os.stat_result:
        """See Content."""
        facts = (S_IFREG | 0o644, 0, 0, 1, 0, 0, len(_BYTES), *3 * (self._mtime_ns // 10**9,))
        return os.stat_result(facts, {"st_atime_ns": self._mtime_ns, "st_mtime_ns": self._mtime_ns})


@contextmanager
def probe(store: ManagedStore, folder: str = "", content: Probe | None = None) -> Iterator[str]:
    """The name of a file that is in a folder of a store while the context lasts.

    No other file has the name, and listings leave it out. What cannot be deleted is left to the cleaning of leftovers.
    Raises what `put` does.
    """
    name = temporary_name()
    key = join_key(folder, name)
    store.put(key, content or Probe())
    try:
        yield name
    finally:
        with suppress(DampipeError):
            store.delete(key)
