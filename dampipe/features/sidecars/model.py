"""Requests and reports of sidecars: the same for every face."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict


class Place(StrEnum):
    """Where sidecars of a source are written."""

    NEVER = "never"
    BESIDE = "beside"
    """In the folder of the footage."""
    TREE = "tree"
    """In a parallel tree: the same folders below another one."""


class Naming(StrEnum):
    """How a new sidecar is called."""

    FULL = "full"
    """`clip.mov.xmp`, as digiKam, darktable and Immich do."""
    STEM = "stem"
    """`clip.xmp`, as Adobe's programs do."""


class OutboxState(StrEnum):
    """What has become of wishes to write a sidecar."""

    PENDING = "pending"
    WRITTEN = "written"
    READ_ONLY = "read_only"
    """The place cannot be written; it is tried again."""
    AWAY = "away"
    """The place is not there on the machine that tried; it is tried again."""
    CONFLICT = "conflict"
    """Another program has changed the same property since the sidecar was read: a person decides."""
    FAILED = "failed"
    """Another error; it is tried again."""


WAITING: Final = tuple(state for state in OutboxState if state is not OutboxState.WRITTEN)


class SidecarProblem(StrEnum):
    """Why a sidecar is not read, or not written."""

    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    DOCTYPE = "doctype"
    NOT_XML = "not_xml"
    TOO_DEEP = "too_deep"
    NOT_XMP = "not_xmp"
    LINK = "link"
    UNREADABLE = "unreadable"
    CHANGING = "changing"
    CANNOT_EDIT = "cannot_edit"
    REMOTE = "remote"


PROBLEMS: Final = {
    SidecarProblem.TOO_LARGE: "it is too large",
    SidecarProblem.ENCODING: "its encoding is not known or not kept to",
    SidecarProblem.DOCTYPE: "it has a document type declaration, which XMP does not have",
    SidecarProblem.NOT_XML: "it is not XML, or not complete",
    SidecarProblem.TOO_DEEP: "its elements are nested too deeply",
    SidecarProblem.NOT_XMP: "it is not XMP",
    SidecarProblem.LINK: "it is not a regular file, or is reached through a link",
    SidecarProblem.UNREADABLE: "it cannot be read",
    SidecarProblem.CHANGING: "it is being changed",
    SidecarProblem.REMOTE: "sidecars are written into file systems only, such as a parallel tree",
    SidecarProblem.CANNOT_EDIT: "its properties cannot be changed without touching others",
}
"""As sentences."""


def reason_text(reason: str) -> str:
    """A reason as a person reads it; an error of the system stands as it is."""
    return PROBLEMS[SidecarProblem(reason)] if reason in list(SidecarProblem) else reason


class PlaceRequest(BaseModel):
    """Where sidecars of a source are to be written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Place
    folder: str | None = None
    """Absolute path, of a tree."""
    naming: Naming = Naming.FULL


class PlaceReport(BaseModel):
    """Where sidecars of a source are written."""

    model_config = ConfigDict(frozen=True)

    source: str
    place: Place
    folder: str | None = None
    naming: Naming = Naming.FULL
    waiting: int = 0
    """Files whose sidecars are still to be written."""


class SidecarReport(BaseModel):
    """The sidecar of one file."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    """Of the content of the file."""
    path: str
    """Of the file."""
    sidecar: str | None = None
    """Name of the sidecar beside it that was read; None: there is none."""
    problem: str | None = None
    """Why it could not be read: `SidecarProblem`."""
    skipped: tuple[str, ...] = ()
    """Fields of which it has texts that are not valid values."""
    state: OutboxState | None = None
    """Of what is to be written; None: nothing was."""
    fields: tuple[str, ...] = ()
    """Those that are still to be written."""
    reason: str = ""
    """Why they wait."""
    written_at: datetime | None = None


class SidecarStatus(BaseModel):
    """The state of the outbox, and of sidecars that need attention."""

    model_config = ConfigDict(frozen=True)

    counts: dict[OutboxState, int]
    """Files by state."""
    problems: int
    """Sidecars that could not be read."""
    sidecars: tuple[SidecarReport, ...]
    """The first of those that were asked for; without a question, of those that wait or could not be read."""


class WriteRequest(BaseModel):
    """Which wishes are to be tried at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assets: tuple[str, ...] = ()
    """None: those of all assets that wait, without conflicts."""
    overwrite: bool = False
    """Replace what other programs have written to the same properties meanwhile."""


class WriteReport(BaseModel):
    """What was done with wishes."""

    model_config = ConfigDict(frozen=True)

    files: int
    """Files whose sidecars are concerned."""
    states: dict[OutboxState, int] = {}
    """What became of them, if that is known already."""
