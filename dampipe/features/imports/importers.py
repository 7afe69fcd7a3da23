"""The port to what can be imported, and its registry: entry points of the group `dampipe.importers`, by name.

    Importer            lists an origin, and opens its files to be read
    ├── card            a camera card, as a whole (card.py)
    ├── folder          a folder, file by file (folder.py), or one in a store (remote_origin.py)
    ├── photos          a library of Apple Photos (apple_photos/)
    ├── icloud          the photos of an Apple account, which are fetched first (icloud/)
    └── takeout         the parts of a Google Takeout (takeout/)

Other packages register theirs in pyproject.toml; `dampipe import NAME ORIGIN --to DESTINATION` is there then:

    [project.entry-points."dampipe.importers"]
    nas = "mypackage.nas:NasImporter"

An importer only says what there is. Matching, copying, verification, manifests and the receipt are the same for all
(worker.py). It is made without arguments, once a process.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO, Protocol, cast

from dampipe.features.imports.errors import IMPORTER_UNKNOWN, INCLUDE_UNKNOWN, ORIGIN_REMOTE
from dampipe.features.imports.model import Facts, Reason
from dampipe.features.imports.notes.model import FileNotes
from dampipe.features.imports.pattern import Pattern
from dampipe.features.imports.programs import OwnProgram
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import is_url, printable
from dampipe.storage.files.stores import FileStores

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
    name: str = ""
    """What the pattern takes for its path below the origin, where the origin calls it by another name; "": its key."""
    facts: Facts | None = None
    """What the pattern may say of it, where the origin knows; None: it is probed."""
    notes: FileNotes | None = None
    """What is to be said of its asset."""
    is_metadata: bool = False
    """Whether it only describes others, first of all its `lead`: it is not copied."""
    detail: str = ""
    """More of why it is set aside, for people."""
    token: str = ""
    """Differs whenever the content does; "": the origin has nothing of the kind."""


@dataclass(frozen=True, slots=True)
class OriginStat:
    """A file of an origin as it is now."""

    size: int
    mtime_ns: int
    token: str = ""
    """Differs whenever the content does; "": the origin has nothing of the kind."""


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


class Including(Protocol):
    """An importer that leaves some files out unless it is asked for them."""

    includes: tuple[str, ...]
    """What can be asked for."""
    includes_outside: tuple[str, ...]
    """Those of them that lead to files outside of the origin."""

    def including(self, include: tuple[str, ...]) -> Importer:
        """An importer that imports these, too."""
        ...


class Fetching(Protocol):
    """An importer whose files are fetched first, into a spool with a quota, which they leave once they are copied."""

    def fetch(self, origin: str, quota: int, check: Callable[[], object]) -> bool:
        """Fetch some more, if there is any: afterwards `list` lists what is in the spool; returns whether that is all.

        quota: bytes that the spool may take. check: called about every second; raises where the import is paused or
        cancelled. Raises Transient where nothing can be fetched now.
        """
        ...

    def release(self, origin: str, keys: Iterable[str]) -> None:
        """Free what these files take: every copy of them was verified."""
        ...


def fetching(importer: Importer) -> Fetching | None:
    """The importer, if it fetches its files."""
    return cast(Fetching, importer) if hasattr(importer, "fetch") else None


def includes_of(importer: Importer) -> tuple[str, ...]:
    """What can be included that is not imported by default."""
    found: tuple[str, ...] = getattr(importer, "includes", ())
    return found


def includes_outside(importer: Importer) -> tuple[str, ...]:
    """Those of them that lead to files outside of the origin."""
    found: tuple[str, ...] = getattr(importer, "includes_outside", ())
    return found


def program_of(importer: Importer) -> OwnProgram | None:
    """The program that an importer runs, and that can be installed for it."""
    found: OwnProgram | None = getattr(importer, "program", None)
    return found


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


def importer_with(name: str, include: Sequence[str]) -> Importer:
    """The importer of that name, which also imports what is included. Raises NotFound and InvalidInput."""
    importer = importer_named(name)
    for one in include:
        if one not in includes_of(importer):
            known = ", ".join(includes_of(importer)) or "nothing"
            raise InvalidInput(INCLUDE_UNKNOWN, name=printable(one), known=known)
    return cast(Including, importer).including(tuple(sorted(set(include)))) if include else importer


def importer_of(name: str, origin: str, include: Sequence[str], stores: FileStores) -> Importer:
    """The importer of an origin: of a URL, the one for stores, unless URLs have a meaning of their own for it.

    Raises NotFound, and InvalidInput for an importer that takes no URLs.
    """
    importer = importer_with(name, include)
    if not is_url(origin) or hasattr(importer, "origin_of"):
        return importer
    if not hasattr(importer, "remote"):
        raise InvalidInput(ORIGIN_REMOTE, importer=name, origin=printable(origin))
    made: Importer = importer.remote(stores)
    return made


SEPARATOR = "\n"
"""Between the parts of an origin, where an importer takes several."""


def origin_parts(importer: Importer, origin: str) -> list[str]:
    """The paths that make up an origin."""
    return origin.split(SEPARATOR) if getattr(importer, "takes_parts", False) else [origin]


def pattern_of(importer: Importer, text: str) -> Pattern:
    """The pattern of an import. text: empty for the importer's own. Raises InvalidInput."""
    return Pattern(text or importer.default_pattern, importer.fields, names_files=importer.names_files)
