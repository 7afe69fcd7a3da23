"""Imports: what is asked for, what has become of each file, and the receipt."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, computed_field, model_validator

from dampipe.features.imports import errors
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import is_url, is_valid, printable
from dampipe.kernel.progress import Progress

LARGEST_ID = 2**63 - 1
MOST_DESTINATIONS = 2


class SessionState(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    """For a worker."""
    RUNNING = "running"
    BLOCKED = "blocked"
    """It cannot continue now (a disk is full or away), and is tried again."""
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (SessionState.WAITING, SessionState.RUNNING, SessionState.BLOCKED, SessionState.PAUSED)


class Phase(StrEnum):
    """The steps of an import."""

    LIST = "list"
    COPY = "copy"
    MANIFEST = "manifest"
    FINISH = "finish"


class FileState(StrEnum):
    """What has become of an input file."""

    PENDING = "pending"
    IMPORTED = "imported"
    """Copied by this import, and every copy was read back."""
    ALREADY_THERE = "already_there"
    """The library or every destination had this content before."""
    METADATA_USED = "metadata_used"
    """It describes other inputs: what it says goes to their assets, and it is not copied."""
    SET_ASIDE = "set_aside"
    """Not copied; the reason says why."""


class Reason(StrEnum):
    """Why a file was set aside."""

    NOT_MEDIA = "not_media"
    """Neither media nor a sidecar; folders are imported without such files."""
    SYSTEM_FILE = "system_file"
    """What operating systems leave everywhere, such as .DS_Store."""
    NOT_A_FILE = "not_a_file"
    """A link, a pipe or a device."""
    FOLDER_UNREADABLE = "folder_unreadable"
    UNREADABLE = "unreadable"
    VANISHED = "vanished"
    """It was deleted since it was listed."""
    CHANGED = "changed"
    """It kept changing while it was read."""
    CHANGED_AFTER_COPY = "changed_after_copy"
    """It was copied, and has changed since; the copies hold the earlier content."""
    NAME_TAKEN = "name_taken"
    """There is another content at its place, and its name cannot be changed without tearing it from its clip or card."""
    NAME_INVALID = "name_invalid"
    """A destination cannot hold a file of that name."""
    TOO_LARGE = "too_large"
    """For the file system of a destination."""
    OUTSIDE = "outside"
    """A link at the destination leads out of the source."""
    COPY_DIFFERS = "copy_differs"
    """What was read back differs from what was written: the disk or its connection is faulty."""
    HIDDEN = "hidden"
    """A photo that is hidden in its library, and was not asked for."""
    TRASHED = "trashed"
    """A photo that was deleted in its library, and not asked for."""
    SHARED = "shared"
    """A photo of another person, of which the library has a reduced copy only, and that was not asked for."""
    LIBRARY_DATA = "library_data"
    """What a photo library keeps for itself: its database, previews, instructions of edits."""
    REFERENCED = "referenced"
    """A file outside of the library, to which it refers, and that was not asked for."""
    IN_ICLOUD_ONLY = "in_icloud_only"
    """The original, or a part of it, is not on this machine; what is there is a preview, which is not imported."""
    MISSING = "missing"
    """The library knows it, and it is not there."""
    NOT_FETCHED = "not_fetched"
    """It could not be downloaded; the next import tries it again."""
    ARCHIVED = "archived"
    """Its storage has archived it: it has to be restored before it can be read."""
    METADATA_INVALID = "metadata_invalid"
    """What is to describe other inputs cannot be read."""
    METADATA_ALONE = "metadata_alone"
    """What it describes is not among the inputs, or was not imported."""
    ORPHAN = "orphan"
    """A photograph in the library's folders that the library does not know."""


EXPECTED = (
    Reason.NOT_MEDIA,
    Reason.SYSTEM_FILE,
    Reason.HIDDEN,
    Reason.TRASHED,
    Reason.SHARED,
    Reason.LIBRARY_DATA,
)
"""Reasons that are no fault."""


class Destination(BaseModel):
    """A managed source, or a folder in it."""

    model_config = ConfigDict(frozen=True)

    source: int
    """Its id."""
    folder: str = ""
    """Below the root of the source, `surrogateescape`d; "": the root."""


class Copy(BaseModel):
    """A copy of a file that was read back from the disk."""

    model_config = ConfigDict(frozen=True)

    destination: int
    """Counted from 0, in the order in which they were named."""
    verified_at: float
    """Seconds since 1970 by the database's clock."""
    written: bool
    """Whether this import wrote it; False: it was there."""
    mtime_ns: int | None = None
    """Of a copy that was written: its time, as it was when it was read back; None: unknown."""
    inode: int = 0


class Manifest(BaseModel):
    """The ASC MHL generations at one destination."""

    model_config = ConfigDict(frozen=True)

    destination: int
    histories: tuple[str, ...] = ()
    """Printable paths of the folders whose history got a generation."""
    files: int = 0
    """Files of the import that these list with the SHA-1 of the receipt."""
    problem: str = ""
    """Why it was not written, or proves nothing; empty: it is written, and agrees with the receipt."""
    left_out: str = ""
    """Why none is written there, although nothing is wrong."""


class ImportRequest(BaseModel):
    """What to import, and where to. Raises InvalidInput for paths and counts that are not valid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    importer: str
    origin: str
    """Absolute path as the machine sees it that receives the request, or a URL."""
    to: tuple[str, ...]
    """One or two: names of managed sources, or absolute paths in them."""
    pattern: str = ""
    """Empty: the importer's own."""
    include: tuple[str, ...] = ()
    """What is imported that the importer leaves out by default, such as `hidden`."""

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        for path in (self.origin, *self.to):
            if not is_valid(path):
                raise InvalidInput(errors.PATH_INVALID, path=ascii(path))
        if not self.origin.startswith("/") and not is_url(self.origin):
            raise InvalidInput(errors.PATH_INVALID, path=printable(self.origin))
        if not 1 <= len(self.to) <= MOST_DESTINATIONS:
            raise InvalidInput(errors.DESTINATION_COUNT, most=MOST_DESTINATIONS, count=len(self.to))
        return self


class Counts(BaseModel):
    """The files of an import by outcome; the arithmetic of a receipt."""

    model_config = ConfigDict(frozen=True)

    inputs: int = 0
    pending: int = 0
    imported: int = 0
    already_there: int = 0
    metadata_used: int = 0
    set_aside: int = 0
    unexpected: int = 0
    """Of those set aside: those whose reason is a fault."""
    input_bytes: int = 0
    done_bytes: int = 0
    """Of files with an outcome."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def adds_up(self) -> bool:
        """Whether every input has exactly one outcome.

        >>> Counts(inputs=3, imported=2, already_there=1).adds_up, Counts(inputs=3, imported=2).adds_up
        (True, False)
        """
        return not self.pending and self.inputs == self.outcomes

    @property
    def outcomes(self) -> int:
        """The files with an outcome."""
        return self.imported + self.already_there + self.metadata_used + self.set_aside


class ImportReport(BaseModel):
    """An import as lists, `show` and the API have it: once it is over, the receipt."""

    model_config = ConfigDict(frozen=True)

    number: int
    importer: str
    origin: str
    destinations: tuple[str, ...]
    """Printable paths."""
    pattern: str
    include: tuple[str, ...] = ()
    state: SessionState
    phase: Phase
    problem: str = ""
    problem_code: str = ""
    counts: Counts
    reasons: dict[str, int] = {}
    """Files that were set aside, by reason."""
    adds_up: bool | None = None
    """Whether every file that the origin had at the end has one outcome; None: not over yet."""
    safe_to_format: bool = False
    """Whether every file of the origin was read back from every destination, and the manifests agree."""
    manifests: tuple[Manifest, ...] = ()
    progress: Progress | None = None
    scan: int | None = None
    """The scan of what was copied, once it is over."""
    actor: str
    created_at: float
    finished_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in OPEN_STATES

    @property
    def is_stopped(self) -> bool:
        """Whether it waits for a person."""
        return self.is_over or self.state in (SessionState.PAUSED, SessionState.BLOCKED)


class ImporterReport(BaseModel):
    """A kind of origin that can be imported."""

    model_config = ConfigDict(frozen=True)

    name: str
    summary: str
    default_pattern: str
    names_files: bool
    """Whether the pattern names files; else it names the folder to which everything is copied."""
    fields: tuple[str, ...] = ()
    """Fields that a pattern may have."""
    includes: tuple[str, ...] = ()
    """What is left out unless it is asked for, and can be asked for over HTTP."""
    takes_parts: bool = False
    """Whether an origin may be several paths, one a line."""
    problem: str = ""
    """Why it cannot be used on the server's machine: a program that it runs is not installed."""


class ImportFileReport(BaseModel):
    """One input file, as the receipt lists it."""

    model_config = ConfigDict(frozen=True)

    number: int
    path: str
    """Printable, below the origin."""
    size: int
    state: FileState
    reason: str = ""
    detail: str = ""
    sha1: str | None = None
    copies: tuple[str, ...] = ()
    """Printable paths of the copies that were read back."""
    verified_at: tuple[float, ...] = ()
    """When, in the order of `copies`."""


class Facts(BaseModel):
    """What a pattern may say of a file."""

    model_config = ConfigDict(frozen=True)

    shot_on: datetime
    camera: str = ""
