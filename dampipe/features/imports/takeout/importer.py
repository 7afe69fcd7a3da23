"""Google Takeout: an export in one part or many, as zip, .tgz or unpacked, which is read where it lies."""

import errno
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from threading import Lock
from typing import BinaryIO

from dampipe.features.imports.files import mount_point
from dampipe.features.imports.importers import SEPARATOR, Importer, OriginFile, OriginStat
from dampipe.features.imports.local_origin import LocalOrigin
from dampipe.features.imports.takeout.errors import (
    NO_PARTS,
    PART_MISSING,
    PART_NOT_FOUND,
    PART_UNREADABLE,
)
from dampipe.features.imports.takeout.index import Index, IndexedFile, build
from dampipe.features.imports.takeout.parts import FolderPart, is_archive, parts_in
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import is_url, printable

TRASHED, MISSING_PARTS = "trashed", "missing-parts"
_NUMBERED = re.compile(r"(.+)-(\d{3,4})(?: ?\(\d+\))?\.(?:zip|tgz|tar\.gz)", re.IGNORECASE | re.DOTALL)
_SHOWN = 10
"""Missing parts that an error names."""
_Signature = frozenset[tuple[str, int, int]]


class TakeoutImporter:
    """An export of Google Takeout. An origin is one part, or several that are separated by line feeds."""

    summary = "Copy the photographs of a Google Takeout, with albums and what Google knows of them."
    names_files = True
    fields: tuple[str, ...] = ("name", "stem", "suffix", "folder", "camera", "shot_on", "imported_on")
    default_pattern = "{shot_on:%Y/%m}/{name}"
    proves_complete = False
    takes_parts = True
    origin_metavar = "PART..."
    includes = (TRASHED, MISSING_PARTS)
    includes_outside = ()

    def __init__(self, include: tuple[str, ...] = ()) -> None:
        self._include = include
        self._local = LocalOrigin()

    def including(self, include: tuple[str, ...]) -> Importer:
        """An importer that takes an incomplete export, or imports what was deleted."""
        return TakeoutImporter(include)

    def origin_of(self, *texts: str) -> str:
        """The origin of parts that a person names, in whatever order. Raises InvalidInput."""
        paths = sorted({text if is_url(text) else os.path.abspath(text) for text in texts}, key=os.fsencode)
        for path in paths:
            if SEPARATOR in path:
                raise InvalidInput(NO_PARTS, path=printable(path))
        return SEPARATOR.join(paths)

    def check(self, origin: str) -> None:
        """Raise NotFound where a part is not there, InvalidInput where one is damaged or, by the names, missing."""
        paths = _paths(origin)
        for path in paths:
            if is_url(path) or not os.path.exists(path):
                raise NotFound(PART_NOT_FOUND, path=printable(path))
            if not os.path.isdir(path) and not is_archive(path):
                raise InvalidInput(NO_PARTS, path=printable(path))
        try:
            index = _INDEXES.of(origin, self._include)
        except OSError as error:
            raise NotFound(
                PART_NOT_FOUND, path=f"{printable(paths[0])} ({error.strerror or error})"
            ) from error
        if not index.files:
            raise InvalidInput(NO_PARTS, path=printable(paths[0]))
        if MISSING_PARTS in self._include:
            return
        for path, reason in index.unreadable.items():
            raise InvalidInput(PART_UNREADABLE, path=printable(path), reason=reason)
        missing = missing_parts([part.path for part in index.parts])
        if missing:
            shown = ", ".join(map(printable, missing[:_SHOWN])) + (" …" if len(missing) > _SHOWN else "")
            raise InvalidInput(PART_MISSING, count=len(missing), names=shown)

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every file of every part. Raises OSError if a part is away."""
        return iter(_INDEXES.of(origin, self._include).listing)

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as its part says now. Raises OSError."""
        index, file = self._file(origin, key)
        part = index.parts[file.part]
        if isinstance(part, FolderPart):
            return self._local.stat(part.path, file.entry.path)
        return OriginStat(file.entry.size, file.entry.mtime_ns)

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of a file; what is damaged raises OSError when it is read."""
        index, file = self._file(origin, key)
        return index.parts[file.part].open(file.entry)

    def local_path(self, origin: str, key: str) -> str | None:
        """The path of a file that was unpacked; None: it lies in an archive."""
        index, file = self._file(origin, key)
        part = index.parts[file.part]
        return os.path.join(part.path, file.entry.path) if isinstance(part, FolderPart) else None

    def label(self, origin: str) -> str:
        """The name of the first part."""
        return os.path.basename(_paths(origin)[0])

    def mount(self, origin: str) -> str:
        """The mount point of the first part."""
        return mount_point(_paths(origin)[0])

    def _file(self, origin: str, key: str) -> tuple[Index, IndexedFile]:
        index = _INDEXES.known(origin, self._include, key)
        if key not in index.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return index, index.files[key]


def _paths(origin: str) -> list[str]:
    return origin.split(SEPARATOR)


def missing_parts(paths: list[str]) -> list[str]:
    """The names of parts that are missing between the first and the last that are there, by export.

    That of a last part which is missing cannot be known.

    >>> missing_parts(["/in/takeout-20240501T101010Z-001.zip", "/in/takeout-20240501T101010Z-003.zip"])
    ['takeout-20240501T101010Z-002.zip']
    """
    known: dict[str, dict[int, str]] = defaultdict(dict)
    for path in paths:
        found = _NUMBERED.fullmatch(os.path.basename(path))
        if found:
            known[found[1]][int(found[2])] = os.path.basename(path)
    missing = []
    for export, numbers in sorted(known.items()):
        example = numbers[min(numbers)]
        width, suffix = len(f"{min(numbers):03}"), example[example.rindex(".") :]
        missing += [
            f"{export}-{one:0{width}}{suffix}" for one in range(1, max(numbers)) if one not in numbers
        ]
    return missing


class _Indexes:
    """The index of the export that was used last in this process: it takes some 1 kB of memory a file."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: tuple[str, tuple[str, ...]] | None = None
        self._signature: _Signature = frozenset()
        self._index: Index | None = None

    def of(self, origin: str, include: tuple[str, ...]) -> Index:
        """The index, built again if any part has changed. Raises OSError."""
        with self._lock:
            signature = _signature(origin)
            if self._index is None or (self._of, self._signature) != ((origin, include), signature):
                self._index = None
                self._index = build(parts_in(_paths(origin)), trashed=TRASHED in include)
                self._of, self._signature = (origin, include), signature
            return self._index

    def known(self, origin: str, include: tuple[str, ...], key: str) -> Index:
        """The same for one file: only its part is looked at."""
        index = self._index if self._of == (origin, include) else None
        if index is not None and key in index.files:
            part = index.parts[index.files[key].part]
            if isinstance(part, FolderPart) or _facts(part.path) in self._signature:
                return index
        return self.of(origin, include)


def _signature(origin: str) -> _Signature:
    """Sizes and times of all archives, and of all files that were unpacked. Raises OSError."""
    found = []
    for part in parts_in(_paths(origin)):
        if isinstance(part, FolderPart):
            found += [(f"{part.path}/{one.path}", one.size, one.mtime_ns) for one in part.entries()]
        else:
            found.append(_facts(part.path))
    return frozenset(found)


def _facts(path: str) -> tuple[str, int, int]:
    status = os.stat(path)
    return path, status.st_size, status.st_mtime_ns


_INDEXES = _Indexes()
