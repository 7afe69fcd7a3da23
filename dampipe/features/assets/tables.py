"""What there is: sources and their folders, locations of files, assets, what was made of them and their tags."""

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.features.assets.model import LocationState
from dampipe.kernel.db.columns import big, fs_path, index_where, long_text, owned, pointing, table_of


class FolderRow(SQLModel, table=True):
    """A folder of a source that holds footage; `path` is relative to the root, "" is the root itself."""

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("source_id", "path"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(sa_column=owned("source.id"))
    path: str = Field(sa_column=fs_path())
    listing: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Digest of what a walk read there when the folder's locations said exactly the same; None: compare them."""
    sidecars: str = Field(default="{}", sa_column=long_text())
    """JSON: by file, what belongs to it, relative to the folder, `surrogateescape`d."""


class LocationRow(SQLModel, table=True):
    """One place where an asset's file is, or where a file waits to be identified."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("folder_id", "name"),
        index_where("location_missed", "missed_by IS NOT NULL", "missed_by", "id"),
        index_where("location_looks", "asset_id IS NOT NULL", "inode"),
        index_where("location_of_asset", "asset_id IS NOT NULL", "asset_id"),
        Index("location_of_scan", "scan_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(sa_column=owned("folder.id"))
    name: str = Field(sa_column=fs_path())
    size: int = Field(sa_column=big())
    mtime_ns: int = Field(sa_column=big())
    inode: int = Field(sa_column=big())
    """0 where the file system has no inodes that mean anything."""
    state: str = LocationState.PRESENT
    asset_id: int | None = Field(default=None, sa_column=pointing("asset.id"))
    scan_id: int | None = Field(default=None, sa_column=pointing("scan.id"))
    """The scan that found it new or changed."""
    missed_by: int | None = None
    """The scan that did not find it where it was, of which nothing follows before the end of that walk."""


class AssetRow(SQLModel, table=True):
    """One content."""

    __tablename__ = "asset"
    id: int | None = Field(default=None, primary_key=True)
    sha1: str = Field(unique=True, max_length=40)
    size: int = Field(sa_column=big())
    name: str = Field(sa_column=long_text())
    kind: str | None = None
    duration: float | None = None
    media: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """MediaInfo as JSON; what a search filters by is repeated in columns."""
    recorded_at: float | None = Field(default=None, index=True)
    camera: str | None = Field(default=None, sa_column=long_text(nullable=True))
    codec: str | None = None
    width: int | None = None
    """Of the upright picture, in square pixels."""
    height: int | None = None
    shots: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """When the exact shots start, a JSON list of seconds; None until the proxy pass has found them."""
    added_at: float


FOLDER = table_of(FolderRow)


LOCATION = table_of(LocationRow)


ASSET = table_of(AssetRow)
