"""What one folder holds, kept in columns: a folder that has not changed is told by one digest of them.

Reading is what a scan of unchanged footage does all the time, so what is done for each file here is
done by the interpreter's own loops as far as it can be.
"""

import os
import stat
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from operator import attrgetter

from dampipe.pipeline.inodes import Inodes
from dampipe.pipeline.rules import Rules

AT_ONCE = 4096
"""Files asked about before their facts are packed: a folder of a million must not fill the memory."""

_FACTS = attrgetter("st_mode", "st_dev", "st_size", "st_mtime_ns", "st_ino")
_LOW = 2**63 - 1

Facts = tuple[int, int, int, int, int]


@dataclass
class Listing:
    """The media files of a folder with their facts, and the folders in it."""

    path: str
    folders: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sizes: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))
    """Nanoseconds since 1970."""
    inodes: "array[int]" = field(default_factory=lambda: array("q"))
    """0 where they mean nothing."""
    unread: dict[str, str] = field(default_factory=dict)
    """Files that are there and cannot be asked, and why."""
    problem: str = ""
    """Why the folder could not be read."""

    def digest(self) -> bytes:
        """Equal for equal files in equal order; another order costs a comparison, file by file."""
        found = blake2b(os.fsencode("\0".join(self.names)), digest_size=16)
        for column in (self.sizes, self.times, self.inodes):
            found.update(column)
        return found.digest()

    def in_order(self) -> Iterator[tuple[bytes, int]]:
        """The files by the bytes of their names: name and number."""
        return iter(sorted((os.fsencode(name), number) for number, name in enumerate(self.names)))

    def add(self, files: list["os.DirEntry[str]"], inodes: Inodes) -> bool:
        """Take in files, as far as they are files and can be asked; returns whether all are."""
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
        """Take in names and facts, as far as they are of regular files."""
        modes, devices, sizes, times, numbers = zip(*facts, strict=True)
        if not all(map(stat.S_ISREG, set(modes))):
            regular = [(name, fact) for name, fact in zip(names, facts, strict=True) if stat.S_ISREG(fact[0])]
            if regular:
                self.pack([name for name, _ in regular], [fact for _, fact in regular], inodes)
            return
        self.names += names
        self.sizes.extend(sizes)
        self.times.extend(times)
        trusted = {device: inodes.trusts(device) for device in set(devices)}
        if all(trusted.values()) and max(numbers) <= _LOW:
            self.inodes.extend(numbers)
        else:
            pairs = zip(devices, numbers, strict=True)
            # A number above 2**63 does not fit the catalogue; the lower bits tell as much.
            self.inodes.extend(number & _LOW if trusted[device] else 0 for device, number in pairs)

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


def read(path: str, relative: str, rules: Rules, inodes: Inodes, roots: frozenset[str]) -> Listing:
    """Read a folder. `relative`: its path below the source's root; folders in `roots` are passed by."""
    found = Listing(path)
    exclude, is_media, prefix = rules.exclude, rules.is_media, f"{relative}/" if relative else ""
    try:
        # Asked through the folder's descriptor, the kernel need not walk the whole path for each file.
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.scandir(folder) as entries:
                while some := list(islice(entries, AT_ONCE)):
                    files = [entry for entry in some if is_media(entry.name)]
                    if exclude.asks_files:
                        files = [entry for entry in files if not exclude.file(prefix + entry.name)]
                    if not found.add(files, inodes) or len(files) < len(some):
                        inner = [entry.name for entry in some if entry.is_dir(follow_symlinks=False)]
                        found.folders += [
                            name
                            for name in inner
                            if not exclude.folder(prefix + name) and os.path.join(path, name) not in roots
                        ]
        finally:
            os.close(folder)
    except OSError as error:
        return Listing(path, problem=error.strerror or str(error))
    return found


def read_file(path: str, inodes: Inodes) -> Listing:
    """A listing of the one file; an empty one where there is none."""
    folder, name = os.path.split(path)
    found = Listing(folder)
    try:
        found.pack([name], [_FACTS(os.stat(path))], inodes)
    except FileNotFoundError:
        pass
    except OSError as error:
        found.unread[name] = error.strerror or str(error)
    return found
