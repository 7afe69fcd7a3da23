"""Uploads: what is asked for, and how far they are."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from dampipe.features.imports.model import Counts, SessionState

LARGEST_ID = 2**31 - 1
LARGEST_FILE = 2**50
"""Bytes."""
MOST_FILES = 20_000
"""Of one upload."""


class UploadState(StrEnum):
    """How far an upload is."""

    OPEN = "open"
    """Files are received."""
    IMPORTING = "importing"
    DONE = "done"
    """Every file is in its source, or was set aside as it should be; what was uploaded is deleted."""
    KEPT = "kept"
    """The import is over, and some files were not imported: what was uploaded is kept until a person deletes it."""


class UploadRequest(BaseModel):
    """Where files are to go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: str
    """Name of a managed source, or an absolute path in one."""
    pattern: str = ""
    """Where in it a file is put, as for imports of folders; empty: in the folder that it was in."""


class UploadFileReport(BaseModel):
    """A file of an upload."""

    model_config = ConfigDict(frozen=True)

    number: int
    path: str
    size: int
    """Bytes."""
    received: int
    """Bytes that are on the server's disk for good."""
    modified: float
    """When its owner has changed it last, in seconds since 1970."""


class AsideReport(BaseModel):
    """A file that was not imported."""

    model_config = ConfigDict(frozen=True)

    path: str
    reason: str
    detail: str = ""


class UploadReport(BaseModel):
    """An upload."""

    model_config = ConfigDict(frozen=True)

    number: int
    actor: str
    to: str
    pattern: str
    state: UploadState
    files: int
    complete: int
    """Files whose bytes have all been received."""
    bytes: int
    received: int
    created_at: datetime
    import_number: int | None = None
    import_state: SessionState | None = None
    """None: it was not imported yet."""
    problem: str = ""
    """Why the import cannot continue."""
    counts: Counts | None = None
    """Of the import."""
    set_aside: tuple[AsideReport, ...] = ()
    """Files that were not imported, the first 100."""
