"""The tables of sidecars: what was read of them, where they may be written, and the outbox."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from dampipe.features.sidecars.model import OutboxState, Place
from dampipe.kernel.db.columns import FsPath, big, binary, fs_path, index_where, long_text, owned, table_of


class SidecarRow(SQLModel, table=True):
    """The XMP sidecar of a location's file, as it was read or written last."""

    __tablename__ = "sidecar"
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    asset_id: int = Field(sa_column=owned("asset.id", index=True))
    """Whose values it gave."""
    name: str = Field(sa_column=fs_path())
    """In the folder of the location."""
    size: int = Field(sa_column=big())
    mtime_ns: int = Field(sa_column=big())
    digest: bytes = Field(sa_column=binary())
    """BLAKE2b of its bytes; empty if it could not be read."""
    problem: str | None = None
    """Why it could not be read (`SidecarProblem`); the rest is then what was read before."""
    said: str = Field(sa_column=long_text())
    """JSON: the texts of each field."""
    written: str = Field(sa_column=long_text())
    """JSON: of fields that were written, the texts as they are read since; a field that is missing is of others."""
    skipped: str = Field(sa_column=long_text())
    """JSON: fields with texts that are not values of them."""
    intended_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Of the bytes that are about to replace the file: a file with it is our own, even if its writer was killed."""
    intended: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """What `written` is then."""
    read_at: float


class SidecarPlaceRow(SQLModel, table=True):
    """Where sidecars of a source are written; a source without a row has none written."""

    __tablename__ = "sidecar_place"
    source_id: int = Field(sa_column=owned("source.id", primary_key=True))
    place: str = Place.BESIDE
    folder: str | None = Field(default=None, sa_column=Column(FsPath, nullable=True))
    """Absolute path of the parallel tree."""
    naming: str


class SidecarOutboxRow(SQLModel, table=True):
    """What has become of the wishes to write the sidecar of a location."""

    __tablename__ = "sidecar_outbox"
    __table_args__ = (index_where("sidecar_outbox_due", "state NOT IN ('written', 'conflict')", "next_at"),)
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    asset_id: int = Field(sa_column=owned("asset.id", index=True))
    """Whose values are to be written; if the file has become that of another asset, nothing is."""
    state: str = OutboxState.PENDING
    reason: str = Field(default="", sa_column=long_text())
    """Of a state other than pending and written: see `model.py`."""
    overwrite: bool = False
    """Whether a person wants what others have written meanwhile to be replaced."""
    attempts: int = 0
    next_at: float = 0.0
    """No attempt is made before, by the database's clock."""
    owner: str | None = None
    lease_until: float = 0.0
    changed_at: float
    written_at: float | None = None


class SidecarWishRow(SQLModel, table=True):
    """One field that is to be written to the sidecar of a location."""

    __tablename__ = "sidecar_wish"
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    field: str = Field(primary_key=True)
    wanted: int = 1
    """Rises with each change, so that one that comes during a write is not lost."""


SIDECAR = table_of(SidecarRow)
PLACE = table_of(SidecarPlaceRow)
OUTBOX = table_of(SidecarOutboxRow)
WISH = table_of(SidecarWishRow)
