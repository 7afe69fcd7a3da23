"""Versions: requests, reports, and the state by which an operation is undone."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.assets.model import VersionSummary

MAX_STACKED = 100
"""Assets stacked by one request."""


class OperationKind(StrEnum):
    """Why versions went from one asset to another."""

    FOOTAGE = "footage"
    """A file changed at its path and shows the same footage."""
    PATH = "path"
    """A file changed at its path, in a source where every such file is a version."""
    STACK = "stack"
    """A person stacked two assets."""
    SPLIT = "split"
    """A person split a version off."""


class Metadata(StrEnum):
    """Who has the metadata (tags and the like) after a split."""

    BOTH = "both"
    """Both assets have them."""
    OLD = "old"
    """The asset keeps them; the new one has none."""
    NEW = "new"
    """The new asset has them; the other one has none."""


class StackRequest(BaseModel):
    """Assets that become versions of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    """The asset that stays, and whose current version stays current: by SHA-1, its first digits, or a path."""
    others: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_STACKED)]


class SplitRequest(BaseModel):
    """A version that becomes an asset of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    metadata: Metadata = Field(
        default=Metadata.BOTH, description="Which asset has the tags and other metadata afterwards."
    )


class OperationReport(BaseModel):
    """What was done with versions, or undone."""

    model_config = ConfigDict(frozen=True)

    kind: OperationKind
    at: datetime
    actor: str
    asset: str
    """SHA-1 of the current version of the asset that existed before and after."""
    other: str
    """SHA-1 of the current version of the asset that was merged into it, or split from it."""
    versions: tuple[str, ...] = ()
    """SHA-1s of the versions that went from one asset to the other, oldest first."""
    metadata: dict[str, str] = {}
    """By kind of data (`tags`): what went from one asset to the other."""
    kept_by: Metadata | None = None
    """Of a split: which of the two assets had the metadata afterwards."""


class VersionList(BaseModel):
    """The versions of an asset, and what can be undone."""

    model_config = ConfigDict(frozen=True)

    versions: tuple[VersionSummary, ...]
    """Newest first."""
    replaces: str | None = None
    """Of a provisional asset: the SHA-1 of the one whose file was at its path before."""
    operations: tuple[OperationReport, ...] = ()
    """What was done and not undone, newest first; the first one can be undone."""


class OperationState(BaseModel):
    """What is needed to undo an operation."""

    model_config = ConfigDict(frozen=True)

    moved: tuple[int, ...]
    """Numbers of the versions that went from one asset to the other."""
    moved_current: int
    """The one that was or became current among these."""
    current: int
    """The current version of the asset that stayed, before."""
    added_at: float
    """Of the asset that went, in seconds since 1970; of a split, of the asset that was made."""
    replaces: int | None = None
    """Of the asset that went."""
    sha1s: tuple[str, str]
    """Of the current versions of both assets at that time, as a report names them."""
    owners: dict[str, Any] = {}
    """By owner of metadata: what it needs to undo."""
    kept_by: Metadata | None = None
    """See OperationReport."""
    texts: dict[str, str] = {}
    """By owner of metadata: what it did."""
