"""The port to what can be imported, and its registry: entry points of the group `dampipe.importers`, by name.

    Importer            lists an origin, and opens its files to be read
    ├── card            a camera card, as a whole (card.py)
    └── folder          a folder, file by file (folder.py)

Other packages register theirs in pyproject.toml; `dampipe import NAME ORIGIN --to DESTINATION` is there then:

    [project.entry-points."dampipe.importers"]
    nas = "mypackage.nas:NasImporter"

An importer only says what there is. Matching, copying, verification, manifests and the receipt are the same for all
(worker.py). It is made without arguments, once a process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO, Protocol

from dampipe.features.imports.errors import IMPORTER_UNKNOWN
from dampipe.features.imports.model import Reason
from dampipe.features.imports.pattern import Pattern
from dampipe.kernel.errors import NotFound
from dampipe.kernel.paths import printable

GROUP = "dampipe.importers"


@dataclass(frozen=True, slots=True)
class OriginFile:
    """A file of an origin, or a folder that cannot be listed. Every one is an input of the receipt."""

    key: str
    """Path below the origin, as `os.fsdecode` gives it. Unique in a listing."""
    size: int
    """Bytes."""
    mtime_ns: int
    lead: str = ""
    """Key of the clip with which a sidecar travels: it is put beside it, under a name that fits."""
    structure: str | None = None
    """The folder that is copied with its structure, to which it belongs ("": all of the origin); None: it is named by
    the pattern."""
    is_footage: bool = True
    """Whether it is a clip, a photograph or a sound, of which facts can be read."""
    set_aside: Reason | None = None
    """Why it is not to be copied; None: it is."""


@dataclass(frozen=True, slots=True)
class OriginStat:
    """A file of an origin as it is now."""

    size: int
    mtime_ns: int


class Importer(Protocol):
    """One kind of origin. Nothing here writes to it."""

    summary: str
    """One line for `dampipe import --help`."""
    names_files: bool
    """Whether the pattern names files; else it names the folder to which everything is copied."""
    fields: tuple[str, ...]
    """Fields that a pattern may have; pattern.py has their meaning."""
    default_pattern: str
    proves_complete: bool
    """Whether the origin may be formatted once everything was verified at every destination."""

    def check(self, origin: str) -> None:
        """Raise InvalidInput or NotFound if it is not such an origin."""
        ...

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every file, a lead before what travels with it. Raises OSError where the origin itself cannot be listed."""
        ...

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as it is now. Raises OSError."""
        ...

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of a file, unbuffered. Raises OSError."""
        ...

    def local_path(self, origin: str, key: str) -> str | None:
        """The file's path where a program on this machine can read it; None: there is none, and no fact is read."""
        ...

    def label(self, origin: str) -> str:
        """What the field `card` says."""
        ...

    def mount(self, origin: str) -> str:
        """What has to stay the same while the origin is there: the mount point of a folder; "": nothing has to."""
        ...


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def importer_names() -> tuple[str, ...]:
    """The names of all importers."""
    return tuple(_points())


@cache
def importer_named(name: str) -> Importer:
    """The importer of that name. Raises NotFound."""
    if name not in _points():
        raise NotFound(IMPORTER_UNKNOWN, name=printable(name), known=", ".join(_points()))
    made: Importer = _points()[name].load()()
    return made


def pattern_of(importer: Importer, text: str) -> Pattern:
    """The pattern of an import. text: empty for the importer's own. Raises InvalidInput."""
    return Pattern(text or importer.default_pattern, importer.fields, names_files=importer.names_files)
