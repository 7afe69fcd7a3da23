"""The catalogue's tables. Times are seconds since 1970; paths are bytes as the file system has them."""

import os
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from dampipe.domain.assets import LocationState
from dampipe.domain.runs import RunState


class FsPath(TypeDecorator[str]):
    """A path as `os.fsdecode` gives it, stored as bytes: a name need not be UTF-8."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the database."""
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """From the database."""
        return None if value is None else os.fsdecode(bytes(value))


def _path() -> Column[str]:
    return Column(FsPath, nullable=False)


def _big() -> Column[int]:
    return Column(BigInteger, nullable=False)


def _text(nullable: bool = True) -> Column[str]:
    return Column(Text, nullable=nullable)


def _few(name: str, where: str, *columns: str) -> Index:
    """An index over the few rows for which something holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _one(name: str, subject: str, *columns: str) -> Index:
    """At most one row a subject and those columns, where there is a subject; finds the rows of a subject, too."""
    there = text(f"{subject} IS NOT NULL")
    return Index(name, subject, *columns, unique=True, sqlite_where=there, postgresql_where=there)


def _owned(target: str, nullable: bool = False) -> Column[int]:
    """A reference that goes when its target goes."""
    return Column(ForeignKey(target, ondelete="CASCADE"), nullable=nullable, index=True)


class SourceRow(SQLModel, table=True):
    """A footage root."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    root: str = Field(sa_column=Column(FsPath, nullable=False, unique=True))
    include: str = Field(default="[]", sa_column=_text(False))
    """JSON list of patterns; so is `exclude`."""
    exclude: str = Field(default="[]", sa_column=_text(False))
    added_at: float


class PathMapRow(SQLModel, table=True):
    """Where a machine sees a source whose root is elsewhere on it."""

    __tablename__ = "path_map"
    source_id: int = Field(
        sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    machine: str = Field(primary_key=True)
    root: str = Field(sa_column=_path())


class FolderRow(SQLModel, table=True):
    """A folder of a source that holds footage; `path` is relative to the root, "" is the root itself."""

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("source_id", "path"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    path: str = Field(sa_column=_path())
    listing: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Digest of what a walk read there when the folder's locations said exactly the same; None: compare them."""
    sidecars: str = Field(default="{}", sa_column=_text(False))
    """JSON: by file, what belongs to it, relative to the folder, `surrogateescape`d."""


class AssetRow(SQLModel, table=True):
    """One content."""

    __tablename__ = "asset"
    id: int | None = Field(default=None, primary_key=True)
    sha1: str = Field(unique=True, max_length=40)
    size: int = Field(sa_column=_big())
    name: str = Field(sa_column=_text(False))
    kind: str | None = None
    duration: float | None = None
    media: str | None = Field(default=None, sa_column=_text())
    """MediaInfo as JSON; what a search filters by is repeated in columns."""
    recorded_at: float | None = Field(default=None, index=True)
    camera: str | None = Field(default=None, sa_column=_text())
    codec: str | None = None
    width: int | None = None
    """Of the upright picture, in square pixels."""
    height: int | None = None
    shots: str | None = Field(default=None, sa_column=_text())
    """When the exact shots start, a JSON list of seconds; None until the proxy pass has found them."""
    added_at: float


class ScanRow(SQLModel, table=True):
    """One walk; counts are of the walk, progress of the files is read from their runs."""

    __tablename__ = "scan"
    id: int | None = Field(default=None, primary_key=True)
    paths: str = Field(sa_column=_text(False))
    """JSON list of absolute paths, `surrogateescape`d."""
    accept_missing: bool = False
    process: bool = True
    """Whether what it finds is to be processed."""
    priority: int = 0
    """Of the runs it makes."""
    state: str = Field(index=True)
    paused: bool = False
    put: str | None = None
    """The state (`on_hold` or `pending`) to which its waiting runs are being brought; None: they all are."""
    position: str | None = Field(default=None, sa_column=_text())
    """How far the walk is, as JSON; None: not begun."""
    found: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    warnings: str = Field(default="[]", sa_column=_text(False))
    owner: str | None = None
    lease_until: float = 0.0
    not_before: float = 0.0
    """Files in motion are given time to hold still."""
    created_at: float
    finished_at: float | None = None


class LocationRow(SQLModel, table=True):
    """One place where an asset's file is, or where a file waits to be identified."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("folder_id", "name"),
        _few("location_missed", "missed_by IS NOT NULL", "missed_by", "id"),
        _few("location_looks", "asset_id IS NOT NULL", "inode"),
        _few("location_of_asset", "asset_id IS NOT NULL", "asset_id"),
        Index("location_of_scan", "scan_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(sa_column=Column(ForeignKey("folder.id", ondelete="CASCADE"), nullable=False))
    name: str = Field(sa_column=_path())
    size: int = Field(sa_column=_big())
    mtime_ns: int = Field(sa_column=_big())
    inode: int = Field(sa_column=_big())
    """0 where the file system has no inodes that mean anything."""
    state: str = LocationState.PRESENT
    asset_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("asset.id", ondelete="SET NULL"), nullable=True)
    )
    scan_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("scan.id", ondelete="SET NULL"), nullable=True)
    )
    """The scan that found it new or changed."""
    missed_by: int | None = None
    """The scan that did not find it where it was, of which nothing follows before the end of that walk."""


class VerificationRow(SQLModel, table=True):
    """The latest reading of a location's file to see whether it still is what it was, asked for or done."""

    __tablename__ = "verification"
    __table_args__ = (
        _few("verification_bad", "result IN ('mismatch', 'unreadable')", "at"),
        # The next file is found in one step, however many are wanted.
        Index(
            "verification_next",
            "at",
            "location_id",
            sqlite_where=text("wanted_until > 0"),
            postgresql_where=text("wanted_until > 0"),
        ),
    )
    location_id: int = Field(
        sa_column=Column(ForeignKey("location.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    asset_id: int = Field(sa_column=_owned("asset.id"))
    """What it was compared with, or is to be."""
    wanted_until: float = 0.0
    """Somebody asked for a reading that begins before this time; 0: nobody did."""
    owner: str | None = None
    lease_until: float = Field(default=0.0, index=True)
    at: float = 0.0
    """When it was read last; 0: never."""
    result: str | None = None
    reason: str | None = Field(default=None, sa_column=_text())


class RunRow(SQLModel, table=True):
    """One stage of one subject in one version: the truth about what is still to do."""

    __tablename__ = "run"
    __table_args__ = (
        _one("run_of_asset", "asset_id", "stage", "version"),
        _one("run_of_location", "location_id", "stage", "version"),
        CheckConstraint("(asset_id IS NULL) <> (location_id IS NULL)", name="run_has_one_subject"),
        Index("run_dispatch", "lane", "state", "queued_at", "priority", "id"),
        Index("run_waiting", "stage", "state", "id"),
        _few("run_on_hold", "state = 'on_hold'", "state", "id"),
        _few("run_in_trouble", "error_kind IS NOT NULL", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    stage: str
    version: str
    location_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("location.id", ondelete="CASCADE"), nullable=True)
    )
    asset_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=True)
    )
    lane: str
    priority: int = 0
    state: str = RunState.PENDING
    queued_at: float | None = None
    """When its message was given to the broker; None: the dispatcher has still to do it."""
    ring: bool = False
    """A chain stepped aside while this ran and waits to be rung."""
    attempts: int = 0
    not_before: float = 0.0
    owner: str | None = None
    lease_until: float = 0.0
    error_kind: str | None = None
    reason: str | None = Field(default=None, sa_column=_text())
    output: str | None = Field(default=None, sa_column=_text())
    """The StageOutput as JSON."""
    warnings: str = Field(default="[]", sa_column=_text(False))
    progress: str | None = None
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None


class DerivativeRow(SQLModel, table=True):
    """A file made from an asset."""

    __tablename__ = "derivative"
    __table_args__ = (UniqueConstraint("asset_id", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=False))
    kind: str
    key: str = Field(sa_column=_text(False))
    recipe: str
    media_type: str
    size: int = Field(sa_column=_big())


class VectorRow(SQLModel, table=True):
    """One moment as a vector; ids rise in the order of commits, which the index's watermark relies on."""

    __tablename__ = "vector"
    __table_args__ = (
        Index("vector_of_model", "model", "id"),
        Index("vector_of_asset", "asset_id", "model", "id"),  # a filter reads this alone
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=False))
    model: str
    time: float
    shot: int
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Little-endian float16 values."""


class PrintRow(SQLModel, table=True):
    """What the frames of an asset look like from afar, to find footage that shows the same."""

    __tablename__ = "print"
    asset_id: int = Field(
        sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    times: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Little-endian float64, seconds."""
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """192 bytes a frame."""


class TagRow(SQLModel, table=True):
    """A word that a person gave an asset."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("asset_id", "name"), Index("tag_name", "name", "asset_id"))
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=False))
    name: str = Field(sa_column=_text(False))


class WrittenRow(SQLModel, table=True):
    """All that is written about an asset, as plain words; the database's text index is over this."""

    __tablename__ = "written"
    asset_id: int = Field(
        sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    names: str = Field(sa_column=_text(False))
    """Of files, folders and sources."""
    facts: str = Field(sa_column=_text(False))
    """Camera and tags."""


class StaleRow(SQLModel, table=True):
    """Assets whose `written` row is to be made anew. Triggers append here, whoever writes what it is made of."""

    __tablename__ = "written_stale"
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int


class AskedRow(SQLModel, table=True):
    """The vector of a text that was searched for: a cache, by model."""

    __tablename__ = "asked"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    digest: str = Field(primary_key=True, max_length=40)
    """SHA-1 of the text."""
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Little-endian float32 values."""
    kept_at: float = Field(index=True)


class FloorRow(SQLModel, table=True):
    """What meaningless words reach in a model's vectors, and how many there were then."""

    __tablename__ = "search_floor"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    newest: int = Field(sa_column=_big())
    """The highest vector id at that time."""
    score: float


class EventRow(SQLModel, table=True):
    """What happened, in order; written in the transaction that made it true."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    at: float
    name: str
    asset_id: int | None = Field(default=None, sa_column=_owned("asset.id", nullable=True))
    data: str = Field(default="{}", sa_column=_text(False))


class WorkerRow(SQLModel, table=True):
    """A worker that reports itself."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    queues: str
    facts: str = Field(default="{}", sa_column=_text(False))
    started_at: float
    seen_at: float


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


SOURCE = _table(SourceRow)
PATH_MAP = _table(PathMapRow)
FOLDER = _table(FolderRow)
ASSET = _table(AssetRow)
SCAN = _table(ScanRow)
LOCATION = _table(LocationRow)
VERIFICATION = _table(VerificationRow)
RUN = _table(RunRow)
DERIVATIVE = _table(DerivativeRow)
VECTOR = _table(VectorRow)
PRINT = _table(PrintRow)
TAG = _table(TagRow)
WRITTEN = _table(WrittenRow)
STALE = _table(StaleRow)
ASKED = _table(AskedRow)
FLOOR = _table(FloorRow)
EVENT = _table(EventRow)
WORKER = _table(WorkerRow)
METADATA: MetaData = SQLModel.metadata
