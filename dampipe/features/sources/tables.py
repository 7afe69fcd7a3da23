"""The tables of sources, their folders and the locations of files in them."""

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from dampipe.features.sources.model import LocationState, Tier, VersionRule
from dampipe.kernel.db.columns import FsPath, big, fs_path, index_where, long_text, owned, pointing, table_of
from dampipe.storage.files.base import StorageState


class SourceRow(SQLModel, table=True):
    """A root of footage."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    root: str = Field(sa_column=Column(FsPath, nullable=False, unique=True))
    include: str = Field(default="[]", sa_column=long_text())
    """JSON list of patterns."""
    exclude: str = Field(default="[]", sa_column=long_text())
    """JSON list of patterns."""
    added_at: float
    versions: str = Field(
        default=VersionRule.FOOTAGE, sa_column_kwargs={"server_default": VersionRule.FOOTAGE}
    )
    """Which files that replace another at its path become versions of its asset (`VersionRule`)."""
    managed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether dampipe may write to it; see managed.py."""
    tier: str = Field(default=Tier.HOT, sa_column_kwargs={"server_default": Tier.HOT})
    label: str = Field(default="", sa_column=long_text(server_default=""))
    """Where the medium of an offline source is."""
    cost: str = Field(default="{}", sa_column=long_text(server_default="{}"))
    """JSON of a `CostModel`."""


class PathMapRow(SQLModel, table=True):
    """The path of a source's root on one machine, where it differs from the source's own."""

    __tablename__ = "path_map"
    source_id: int = Field(sa_column=owned("source.id", primary_key=True))
    machine: str = Field(primary_key=True)
    root: str = Field(sa_column=fs_path())


SOURCE = table_of(SourceRow)


PATH_MAP = table_of(PathMapRow)


class FolderRow(SQLModel, table=True):
    """A folder of a source that holds footage; `path` is relative to the root, "" is the root itself."""

    __tablename__ = "folder"
    __table_args__ = (
        UniqueConstraint("source_id", "path"),
        index_where("folder_to_regroup", "NOT is_regrouped", "id"),
        index_where("folder_sidecars_unread", "sidecars_unread > 0", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(sa_column=owned("source.id"))
    path: str = Field(sa_column=fs_path())
    listing: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Digest of what a walk read there when the folder's locations said exactly the same; None: compare them."""
    sidecars: str = Field(default="{}", sa_column=long_text())
    """JSON: by file, what belongs to it, relative to the folder, `surrogateescape`d."""
    lookalikes: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Eight-byte marks of files whose suffix is that of a media file and whose content is not; see listing.py."""
    is_regrouped: bool = False
    """Whether the asset groups were brought up to date since the folder's files changed last."""
    sidecars_unread: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often sidecars, or the files to which they belong, have changed since they were read; 0: they are read."""


class LocationRow(SQLModel, table=True):
    """One place where an asset's file is, or where a file waits to be identified."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("folder_id", "name"),
        index_where("location_missed", "missed_by IS NOT NULL", "missed_by", "id"),
        index_where("location_move_key", "version_id IS NOT NULL", "inode"),
        index_where("location_move_checksum", "version_id IS NOT NULL AND checksum <> ''", "checksum"),
        index_where("location_of_version", "version_id IS NOT NULL", "version_id"),
        Index("location_of_scan", "scan_id", "id"),
        index_where("location_named", "is_named", "folder_id"),
        index_where("location_replaced", "previous_id IS NOT NULL", "previous_id"),
        index_where("location_leaving", "leaves_at IS NOT NULL", "leaves_at"),
        index_where("location_not_online", "storage_state <> 'online'", "storage_state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(sa_column=owned("folder.id"))
    name: str = Field(sa_column=fs_path())
    size: int = Field(sa_column=big())
    mtime_ns: int = Field(sa_column=big())
    inode: int = Field(sa_column=big())
    """0 where the file system has no inodes that mean anything."""
    state: str = LocationState.PRESENT
    version_id: int | None = Field(default=None, sa_column=pointing("version.id"))
    previous_id: int | None = Field(default=None, sa_column=pointing("version.id"))
    """While a changed file is not identified: the version that it was before."""
    scan_id: int | None = Field(default=None, sa_column=pointing("scan.id"))
    """The scan that found it new or changed."""
    missed_by: int | None = None
    """The scan that did not find it where it was; it has no effect before the end of that scan."""
    is_named: bool = False
    """Whether it was enqueued by its own path although scans of its source skip it: they keep it nevertheless."""
    checksum: str = Field(default="", sa_column=long_text(server_default=""))
    """`algorithm:hexadecimal digits`, where the storage states a digest that can be trusted; else ""."""
    token: str = Field(default="", sa_column=long_text(server_default=""))
    """What the storage changes with the content, an ETag for example; "" where it has nothing of the kind."""
    storage_state: str = Field(
        default=StorageState.ONLINE, sa_column_kwargs={"server_default": StorageState.ONLINE}
    )
    """Whether its bytes can be read now (`StorageState`), as the storage said last."""
    storage_class: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """As the storage names it; "" where it has none."""
    restored_until: float | None = None
    """Seconds since 1970 until which a restored file can be read."""
    leaves_at: float | None = None
    """Seconds since 1970 at which a leaving file may be deleted; None unless it is leaving."""


FOLDER = table_of(FolderRow)


LOCATION = table_of(LocationRow)
