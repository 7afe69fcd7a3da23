"""The contents of one folder, in columns: whether a folder has changed is decided by one digest of them.

Reading folders is nearly all that a scan of unchanged footage does, so the work for each file is done by
the interpreter's own loops as far as possible.
"""

import os
import stat
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from operator import attrgetter

from dampipe.features.scanning.classify import FolderEntries, classify_entries
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.sources.sidecars import PROXY_SUFFIXES, may_be_sidecar, sidecars_as_text
from dampipe.features.sources.storage_facts import AT_HAND, StorageFacts
from dampipe.kernel.gitignore import Exclude
from dampipe.kernel.paths import kept_time
from dampipe.media.filetypes import unknown_kind

MARK = 8
"""Bytes of the mark of a file."""
ENTRIES_READ = 4096
"""Entries read before their facts are packed: a folder of a million files must not fill the memory."""

_FACTS = attrgetter("st_mode", "st_dev", "st_size", "st_mtime_ns", "st_ino")
_LOW = 2**63 - 1

Facts = tuple[int, int, int, int, int]


@dataclass
class Listing:
    """The media files of a folder with size, time and inode, and its subfolders."""

    path: str
    folders: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sizes: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))
    """Nanoseconds since 1970."""
    inodes: "array[int]" = field(default_factory=lambda: array("q"))
    """0 where the file system has no meaningful inodes."""
    checksums: list[str] = field(default_factory=list)
    """What the storage states of the content of each file, "" for nothing; empty in file systems, as are the tokens."""
    tokens: list[str] = field(default_factory=list)
    """What the storage changes with the content of each file."""
    storage: list[StorageFacts] = field(default_factory=list)
    """State and class in the storage, as long as `tokens`."""
    unread: dict[str, str] = field(default_factory=dict)
    """Files that exist but cannot be read (stat), and why."""
    sidecars: dict[str, list[str]] = field(default_factory=dict)
    """Sidecars by file, relative to the folder."""
    packets: dict[str, tuple[int | str, ...]] = field(default_factory=dict)
    """Size, time, and token if there is one, of those of the sidecars that are read (XMP), by name."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Files of unknown kinds, by suffix."""
    problem: str = ""
    """Why the folder could not be read."""

    def digest(self) -> bytes:
        """Equal for equal files in equal order; another order only costs a comparison, file by file."""
        digest = blake2b(os.fsencode("\0".join(self.names)), digest_size=16)
        for column in (self.sizes, self.times, self.inodes):
            digest.update(column)
        if self.tokens:
            digest.update("\0".join([*self.checksums, *self.tokens]).encode())
            if self.storage.count(AT_HAND) < len(self.storage):
                digest.update(repr(self.storage).encode())
        if self.sidecars:
            digest.update(sidecars_as_text(self.sidecars).encode())
        if self.packets:
            digest.update(repr(sorted(self.packets.items())).encode(errors="surrogateescape"))
        return digest.digest()

    def add(self, files: list["os.DirEntry[str]"], inodes: Inodes) -> bool:
        """Add those entries that are regular files and can be read (stat); returns whether all are."""
        known = len(self.names)
        try:
            facts: list[Facts] = list(map(_FACTS, map(os.DirEntry.stat, files)))
            names = [entry.name for entry in files]
        except OSError:
            names, facts = self._one_by_one(files)
        if facts:
            self.pack(names, facts, inodes)
        return len(self.names) == known + len(files)

    def pack(self, names: list[str], facts: list[Facts], inodes: Inodes) -> None:
        """Add those names and facts that are of regular files."""
        modes, devices, sizes, times, numbers = zip(*facts, strict=True)
        if not all(map(stat.S_ISREG, set(modes))):
            regular = [(name, fact) for name, fact in zip(names, facts, strict=True) if stat.S_ISREG(fact[0])]
            if regular:
                self.pack([name for name, _ in regular], [fact for _, fact in regular], inodes)
            return
        self.names += names
        self.sizes.extend(sizes)
        try:
            self.times += array("q", times)
        except OverflowError:
            self.times.extend(map(kept_time, times))
        trusted = {device: inodes.trusts(device) for device in set(devices)}
        if all(trusted.values()) and max(numbers) <= _LOW:
            self.inodes.extend(numbers)
        else:
            pairs = zip(devices, numbers, strict=True)
            # An inode above 2**63 does not fit the catalogue; its lower bits serve as well.
            self.inodes.extend(number & _LOW if trusted[device] else 0 for device, number in pairs)

    def mark(self, number: int) -> bytes:
        """Eight bytes that stand for the name, size and time of a file."""
        text = os.fsencode(f"{self.names[number]}\0{self.sizes[number]}\0{self.times[number]}")
        return blake2b(text, digest_size=MARK).digest()

    def include(self, other: "Listing") -> None:
        """Add the files of another listing of the same folder that are not in this one."""
        present = set(self.names)
        for number, name in enumerate(other.names):
            if name not in present:
                self.names.append(name)
                self.sizes.append(other.sizes[number])
                self.times.append(other.times[number])
                self.inodes.append(other.inodes[number])
                self.checksums += other.checksums[number : number + 1]
                self.tokens += other.tokens[number : number + 1]
                self.storage += other.storage[number : number + 1]
        self.unread |= {name: reason for name, reason in other.unread.items() if name not in present}

    def keep(self, names: set[str]) -> None:
        """Drop all other files."""
        kept = [number for number, name in enumerate(self.names) if name in names]
        self.names = [self.names[number] for number in kept]
        self.sizes = array("q", [self.sizes[number] for number in kept])
        self.times = array("q", [self.times[number] for number in kept])
        self.inodes = array("q", [self.inodes[number] for number in kept])
        if self.tokens:
            self.checksums = [self.checksums[number] for number in kept]
            self.tokens = [self.tokens[number] for number in kept]
            self.storage = [self.storage[number] for number in kept]

    def _one_by_one(self, files: list["os.DirEntry[str]"]) -> tuple[list[str], list[Facts]]:
        names, facts = [], []
        for entry in files:
            try:
                facts.append(_FACTS(entry.stat()))
                names.append(entry.name)
            except FileNotFoundError:  # gone since the folder was read, or a link to nowhere
                continue
            except OSError as error:
                self.unread[entry.name] = error.strerror or str(error)
        return names, facts


def read_folder(
    path: str,
    relative: str,
    is_media: Callable[[str], bool],
    exclude: Exclude,
    inodes: Inodes,
    roots: frozenset[str],
) -> Listing:
    """Read a folder. relative: its path below the source's root; folders in `roots` are skipped."""
    found, prefix = Listing(path), f"{relative}/" if relative else ""
    others: list[str] = []
    try:
        # Through the folder's descriptor the kernel need not resolve the whole path for each file.
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.scandir(folder) as entries:
                while portion := list(islice(entries, ENTRIES_READ)):
                    files = [entry for entry in portion if is_media(entry.name)]
                    if exclude.asks_files:
                        files = [entry for entry in files if not exclude.file(prefix + entry.name)]
                    if not found.add(files, inodes) or len(files) < len(portion):
                        inner = [entry.name for entry in portion if entry.is_dir(follow_symlinks=False)]
                        found.folders += [
                            name
                            for name in inner
                            if not exclude.folder(prefix + name) and os.path.join(path, name) not in roots
                        ]
                        media = {entry.name for entry in files}
                        rest = [entry.name for entry in portion if entry.name not in media]
                        others += [name for name in filter(may_be_sidecar, rest) if not is_media(name)]
                        found.unknown.update(
                            _unknown_kinds(portion, media.union(inner), prefix, exclude, is_media)
                        )
        finally:
            os.close(folder)
    except OSError as error:
        return Listing(path, problem=error.strerror or str(error))
    entries_by_kind = FolderEntries(found.names, found.folders, sorted(others))
    found.sidecars = classify_entries(path, entries_by_kind)
    found.packets = _packets(path, found.sidecars)
    found.folders = entries_by_kind.folders
    if len(entries_by_kind.files) < len(found.names):
        found.keep(set(entries_by_kind.files))
    for name in lone_proxies(others, found.sidecars):
        if not exclude.file(prefix + name):
            found.include(read_file(os.path.join(path, name), inodes))
    return found


def xmp_of(sidecars: Mapping[str, list[str]]) -> set[str]:
    """Those of the sidecars that are XMP."""
    return {name for own in sidecars.values() for name in own if name.lower().endswith(".xmp")}


def _packets(path: str, sidecars: Mapping[str, list[str]]) -> dict[str, tuple[int | str, ...]]:
    """Size and time of the XMP sidecars in a folder."""
    found: dict[str, tuple[int | str, ...]] = {}
    for name in xmp_of(sidecars):
        with suppress(OSError):
            facts = os.stat(os.path.join(path, name), follow_symlinks=False)
            found[name] = (facts.st_size, kept_time(facts.st_mtime_ns))
    return found


def _unknown_kinds(
    entries: list["os.DirEntry[str]"],
    others: set[str],
    prefix: str,
    exclude: Exclude,
    is_media: Callable[[str], bool],
) -> Iterator[str]:
    """The suffixes of files of unknown kinds, as often as they occur. others: names of media and folders."""
    for entry in entries:
        if entry.name in others or is_media(entry.name) or (suffix := unknown_kind(entry.name)) is None:
            continue
        if entry.is_file(follow_symlinks=False) and not exclude.file(prefix + entry.name):
            yield suffix


def lone_proxies(names: list[str], sidecars: Mapping[str, list[str]]) -> list[str]:
    """Those of the names that are of cameras' proxies whose clips are not in the folder: they are footage."""
    proxies = [name for name in names if name.lower().endswith(PROXY_SUFFIXES) and name[0] not in ".~"]
    if not proxies:
        return []
    attached = {name for own in sidecars.values() for name in own}
    return [name for name in proxies if name not in attached]


def read_file(path: str, inodes: Inodes) -> Listing:
    """A listing of one file; empty if the file does not exist."""
    folder, name = os.path.split(path)
    found = Listing(folder)
    try:
        found.pack([name], [_FACTS(os.stat(path))], inodes)
    except FileNotFoundError:
        pass
    except OSError as error:
        found.unread[name] = error.strerror or str(error)
    return found
