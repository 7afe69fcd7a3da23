"""The origin of a session as a worker reads it: each file has to be the one that was listed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO

from dampipe.features.imports.files import sha1_of
from dampipe.features.imports.importers import Importer, OriginStat, origin_parts
from dampipe.features.imports.tables import ImportFileRow
from dampipe.kernel.paths import is_below


class Changed(Exception):
    """The origin's file is not as it was listed."""

    def __init__(self, found: OriginStat) -> None:
        super().__init__()
        self.size = found.size
        self.mtime_ns = found.mtime_ns
        self.token = found.token


class Origin:
    """Reads files that were listed. Any method may raise OSError."""

    def __init__(self, importer: Importer, path: str, on_read: Callable[[int], None]) -> None:
        """on_read: called with the number of bytes of each block that is read for a SHA-1."""
        self._importer = importer
        self._path = path
        self._on_read = on_read

    def open(self, file: ImportFileRow) -> AbstractContextManager[BinaryIO]:
        """The content of a file."""
        return self._importer.open(self._path, file.key)

    def sha1(self, file: ImportFileRow) -> str:
        """The SHA-1 of a file, which is read for it. Raises Changed."""
        with self.open(file) as source:
            sha1 = sha1_of(source, self._on_read)
        self.check(file)
        return sha1

    def check(self, file: ImportFileRow, size: int | None = None) -> None:
        """Raise Changed if a file is not the one that was listed. size: bytes that were read of it."""
        found = self._importer.stat(self._path, file.key)
        same_token = not (found.token and file.token) or found.token == file.token
        same = same_token and (found.size, found.mtime_ns) == (file.size, file.mtime_ns)
        if not same or size not in (None, file.size):
            raise Changed(found)

    def is_changed(self, file: ImportFileRow) -> bool:
        """Whether a file is not there any more, or not the one that was listed."""
        try:
            self.check(file)
        except (OSError, Changed):
            return True
        return False

    def holds(self, path: str) -> bool:
        """Whether an absolute path lies in the origin."""
        return any(is_below(path, part) for part in origin_parts(self._importer, self._path))
