"""The parts of an export: what is in each of them, and the bytes of one file in it. Nothing is unpacked.

    ZipPart     the central directory says what is there; a file is read from where it lies
    TarPart     .tgz: read once from its beginning to its end, with marks from which reading can begin again
    FolderPart  what a person has unpacked

What an archive says is not trusted: a name is only ever a name, sizes and checksums are compared with what is read.
"""

import errno
import os
import stat
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from dampipe.features.imports.local_origin import LocalOrigin, walk
from dampipe.features.imports.model import Reason
from dampipe.features.imports.takeout.gzip_index import GzipIndex
from dampipe.features.imports.takeout.zip_stream import DEFLATED, STORED, ZipStream
from dampipe.kernel.paths import kept_time, printable

TAR_SUFFIXES = (".tgz", ".tar.gz")
LONGEST_NAME = 1000
"""Bytes of a path in an archive; Takeout's are much shorter, and no file system holds longer ones."""
MOST_JSON = 4 << 20
"""Bytes of a JSON file that is read: those of Takeout have some thousand."""
_UTF8 = 0x800
_ENCRYPTED = 0x1
_BOMB_RATIO, _BOMB_SIZE = 200, 256 << 20
"""A file that is packed so tightly, and so large, is neither a photograph nor a film."""


class PartUnreadable(Exception):
    """A part is not an archive, is damaged, or was not loaded to its end."""


@dataclass(slots=True)
class Entry:
    """A file in a part."""

    path: str
    """In the part, with "/" between its segments."""
    size: int
    mtime_ns: int
    crc: int | None = None
    """CRC-32 of its content, where the part says so."""
    offset: int = 0
    packed: int = 0
    """Bytes that it takes in the archive."""
    method: int = STORED
    aside: Reason | None = None
    detail: str = ""
    content: bytes | None = None
    """Of a JSON file in a part that can only be read from its beginning: what is in it."""


class Part(Protocol):
    """One part."""

    path: str
    """Absolute."""
    label: str
    """What keys of its files begin with; "": nothing."""

    def entries(self) -> Iterator[Entry]:
        """Every file. Raises PartUnreadable, and OSError."""
        ...

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of a file; what is damaged raises OSError when it is read."""
        ...


def is_archive(name: str) -> bool:
    """Whether a file is a part by its name.

    >>> is_archive("takeout-20240501T1-001.ZIP"), is_archive("takeout-1.tgz"), is_archive("a.zip.crdownload")
    (True, True, False)
    """
    return name.lower().endswith((".zip", *TAR_SUFFIXES))


def part_of(path: str, label: str) -> Part:
    """The part that a file or folder is."""
    if os.path.isdir(path):
        return FolderPart(path, label)
    return TarPart(path, label) if path.lower().endswith(TAR_SUFFIXES) else ZipPart(path, label)


class ZipPart:
    """A zip archive; zip64 and archives with a stub before them, too."""

    def __init__(self, path: str, label: str) -> None:
        self.path = path
        self.label = label

    def entries(self) -> Iterator[Entry]:
        """See Part. Only the central directory is read."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except OSError:
            raise
        except Exception as error:  # zipfile lets struct.error, UnicodeDecodeError and others through
            raise PartUnreadable(f"it is not a whole zip archive: {error}") from error
        ends = _ends(infos)
        for info in infos:
            if info.is_dir() and not info.file_size:
                continue
            yield self._entry(info, ends)

    def _entry(self, info: zipfile.ZipInfo, ends: dict[int, bool]) -> Entry:
        entry = Entry(
            _name(info), info.file_size, _zip_time(info), info.CRC, info.header_offset, info.compress_size,
            info.compress_type,
        )  # fmt: skip
        kind = stat.S_IFMT(info.external_attr >> 16)
        entry.aside, entry.detail = _problem_of_name(info.orig_filename, entry.path)
        if entry.aside is not None:
            return entry
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            entry.aside = Reason.NOT_A_FILE
        elif info.flag_bits & _ENCRYPTED:
            entry.aside, entry.detail = Reason.UNREADABLE, "it is encrypted"
        elif info.compress_type not in (STORED, DEFLATED):
            entry.aside, entry.detail = Reason.UNREADABLE, f"compression method {info.compress_type}"
        elif ends[info.header_offset]:
            entry.aside, entry.detail = Reason.UNREADABLE, "it lies over another file of the archive"
        elif info.file_size > _BOMB_SIZE and info.file_size > _BOMB_RATIO * max(1, info.compress_size):
            entry.aside, entry.detail = Reason.UNREADABLE, "it is packed more tightly than any photograph"
        return entry

    def open(self, entry: Entry) -> BinaryIO:
        """See Part."""
        return ZipStream(  # type: ignore[return-value]
            self.path, entry.offset, entry.packed, entry.size, entry.crc or 0, entry.method
        )


def _ends(infos: list[zipfile.ZipInfo]) -> dict[int, bool]:
    """By offset, whether a file lies over the next one: one content in many files is how small bombs become large."""
    found: dict[int, bool] = {}
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        over = info.header_offset < end
        found[info.header_offset] = over or found.get(info.header_offset, False)
        end = max(end, info.header_offset + 30 + info.compress_size)
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a file: UTF-8 where it says so, and where it is UTF-8 although it does not; else as zipfile has it."""
    name = info.filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name


def _problem_of_name(original: str, path: str) -> tuple[Reason | None, str]:
    """Why a name is not one of a file below the archive."""
    segments = path.replace("\\", "/").split("/")
    if "\0" in original:
        return Reason.NAME_INVALID, "there is a NUL in its name"
    if path.startswith("/") or "\\" in path or (len(path) > 1 and path[1] == ":"):
        return Reason.NAME_INVALID, "its name is an absolute path, or one of another system"
    if any(segment in ("", ".", "..") for segment in segments):
        return Reason.NAME_INVALID, "its name leads out of the archive"
    if len(path.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return Reason.NAME_INVALID, "its name is too long"
    if any(len(os.fsencode(segment)) > 255 for segment in segments if segment.isprintable()):
        return Reason.NAME_INVALID, "its name is too long"
    return None, ""


def _zip_time(info: zipfile.ZipInfo) -> int:
    """The time of an entry, which has no zone and even seconds."""
    try:
        return kept_time(int(time.mktime(datetime(*info.date_time).timetuple())) * 1_000_000_000)
    except (ValueError, OverflowError):
        return 0


class TarPart:
    """A .tgz archive."""

    def __init__(self, path: str, label: str) -> None:
        self.path = path
        self.label = label
        self._index = GzipIndex(path)

    def entries(self) -> Iterator[Entry]:
        """See Part. All of the archive is read."""
        try:
            with tarfile.open(fileobj=self._index.stream(), mode="r:", errorlevel=0) as archive:
                while (info := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined] # it keeps all of them
                    if not info.isdir():
                        yield self._entry(archive, info)
            self._index.read_to_end()
        except OSError as error:
            if error.errno is not None:
                raise
            raise PartUnreadable(f"it is not a whole .tgz archive: {error}") from error
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise PartUnreadable(f"it is not a whole .tgz archive: {error}") from error

    def _entry(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Entry:
        path = info.name.removeprefix("./")
        entry = Entry(path, max(0, info.size), _seconds(info.mtime), offset=info.offset_data)
        entry.aside, entry.detail = _problem_of_name(path, path)
        if entry.aside is None and (not info.isreg() or info.issparse()):
            entry.aside = Reason.NOT_A_FILE
        if entry.aside is None and path.lower().endswith(".json") and info.size <= MOST_JSON:
            source = archive.extractfile(info)
            entry.content = source.read() if source is not None else None
        return entry

    def open(self, entry: Entry) -> BinaryIO:
        """See Part."""
        return self._index.stream(entry.offset, entry.size)  # type: ignore[return-value]


def _seconds(mtime: float) -> int:
    try:
        return kept_time(int(mtime) * 1_000_000_000)
    except (ValueError, OverflowError):
        return 0


class FolderPart:
    """A folder into which parts were unpacked; archives in it are parts of their own."""

    def __init__(self, path: str, label: str) -> None:
        self.path = path
        self.label = label
        self._files = LocalOrigin()

    def entries(self) -> Iterator[Entry]:
        """See Part."""
        for file in walk(self.path, lambda here: iter(here.files)):
            if not (file.set_aside is None and is_archive(file.key)):
                yield Entry(file.key, file.size, file.mtime_ns, aside=file.set_aside)

    def open(self, entry: Entry) -> BinaryIO:
        """See Part."""
        return self._files.open(self.path, entry.path)


def parts_in(paths: list[str]) -> list[Part]:
    """The parts that files and folders are, each with a label of its own.

    Raises OSError for a folder that cannot be listed.
    """
    found: list[tuple[str, str]] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append((path, os.path.basename(path)))
            continue
        archives: list[str] = []
        for above, folders, names in os.walk(path, onerror=_raise):
            folders.sort(key=os.fsencode)
            archives += [os.path.join(above, name) for name in names if is_archive(name)]
        regular = [one for one in sorted(archives, key=os.fsencode) if stat.S_ISREG(os.lstat(one).st_mode)]
        found += [(one, os.path.basename(one)) for one in regular]
        found.append((path, "" if len(paths) == 1 else os.path.basename(path)))
    labels: dict[str, str] = {}
    for path, label in found:
        number, wanted = 2, label
        while wanted in labels:
            wanted, number = f"{label}#{number}", number + 1
        labels[wanted] = path
    return [part_of(path, label) for label, path in labels.items()]


def _raise(error: OSError) -> None:
    raise error


def read_json(part: Part, entry: Entry) -> bytes:
    """The content of a JSON file. Raises OSError; EFBIG for one that is none of Takeout's."""
    if entry.size > MOST_JSON:
        raise OSError(errno.EFBIG, "it is too large for a JSON file of Takeout")
    if entry.content is not None:
        return entry.content
    with part.open(entry) as source:
        found = bytearray()
        while block := source.read(MOST_JSON + 1 - len(found)):
            found += block
            if len(found) > MOST_JSON:
                raise OSError(errno.EFBIG, f"{printable(entry.path)} is larger than it says")
    return bytes(found)
