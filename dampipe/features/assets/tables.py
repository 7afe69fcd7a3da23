"""The tables of assets and of their versions."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, index_where, long_text, owned, pointing, table_of


class AssetRow(SQLModel, table=True):
    """What a person deals with: one or more versions, one of them current. Its metadata belong to it."""

    __tablename__ = "asset"
    __table_args__ = (
        index_where("asset_provisional", "replaces_id IS NOT NULL", "replaces_id"),
        {"sqlite_autoincrement": True},  # events keep the numbers of assets that are gone
    )
    id: int | None = Field(default=None, primary_key=True)
    added_at: float
    replaces_id: int | None = Field(default=None, sa_column=pointing("asset.id"))
    """The asset whose file was at the same path before: this one is provisional until both have been compared."""


class VersionRow(SQLModel, table=True):
    """One content of an asset."""

    __tablename__ = "version"
    __table_args__ = (
        Index("version_of_asset", "asset_id", "id"),
        index_where("version_current", "superseded_at IS NULL", "asset_id", unique=True),
        index_where("version_superseded", "superseded_at IS NOT NULL", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    sha1: str = Field(unique=True, max_length=40)
    size: int = Field(sa_column=big())
    name: str = Field(sa_column=long_text())
    kind: str | None = None
    duration: float | None = None
    media: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """MediaInfo as JSON; what a search filters by is repeated in columns."""
    recorded_at: float | None = Field(default=None, index=True)
    """Seconds from 1970-01-01T00:00:00 to the time of recording as a wall clock showed it, where it was recorded."""
    recorded_offset: int | None = None
    """Minutes by which that clock was ahead of UTC; None if the file does not say so."""
    camera: str | None = Field(default=None, sa_column=long_text(nullable=True))
    camera_make: str | None = None
    camera_model: str | None = None
    camera_serial: str | None = None
    lens: str | None = None
    iso: float | None = None
    exposure_time: float | None = None
    """Seconds."""
    aperture: float | None = None
    """The f-number."""
    focal_length: float | None = None
    """Millimetres."""
    log_profile: str | None = None
    color_space: str | None = None
    """The camera's own, else the primaries of the picture."""
    latitude: float | None = None
    """Degrees north."""
    longitude: float | None = None
    """Degrees east."""
    altitude: float | None = None
    """Metres."""
    frame_rate: float | None = None
    """Nominal, to a thousandth."""
    audio_channels: int | None = None
    """Of all sound tracks."""
    audio_layout: str | None = None
    recorded_from: str | None = None
    """Where `recorded_at` comes from: a `DateSource`."""
    codec: str | None = None
    width: int | None = None
    """Of the upright picture, in square pixels."""
    height: int | None = None
    shots: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """When the exact shots start, a JSON list of seconds; None until the proxy pass has found them."""
    added_at: float
    asset_id: int = Field(sa_column=owned("asset.id"))
    superseded_at: float | None = None
    """When another version of the asset became the current one; None: this one is current."""


ASSET = table_of(AssetRow)


VERSION = table_of(VersionRow)
