"""The tables of duplicates: fingerprints, their keys, the pairs that were found, and what is still to be searched."""

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import binary, long_text, owned, table_of


class FingerprintRow(SQLModel, table=True):
    """The perceptual hashes of the frames of an asset, by which near duplicates are found."""

    __tablename__ = "fingerprint"
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    times: bytes = Field(sa_column=binary())
    """Little-endian float64, seconds."""
    data: bytes = Field(sa_column=binary())
    """192 bytes per frame."""
    saved_at: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    """By the database's clock. It tells a fingerprint from the one that it replaced."""


class FrameKeyRow(SQLModel, table=True):
    """A locality-sensitive key of a frame of an asset: assets with the same key may show the same (`keys.py`)."""

    __tablename__ = "frame_key"
    __table_args__ = (Index("frame_key_version", "version_id"), {"sqlite_with_rowid": False})
    key: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))


class NearDuplicateRow(SQLModel, table=True):
    """Two assets that show the same, with the evidence (see `NearDuplicate` in `model.py`) and what people decided."""

    __tablename__ = "near_duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("near_duplicate_second", "second_id"),
        Index("near_duplicate_listed", "state", "similarity"),
    )
    id: int | None = Field(default=None, primary_key=True)
    first_id: int = Field(sa_column=owned("version.id"))
    """The longer one."""
    second_id: int = Field(sa_column=owned("version.id"))
    state: str
    kind: str
    time_offset: float
    other_offsets: str = Field(sa_column=long_text())
    """A JSON list of pairs of seconds."""
    mirrored: bool
    similarity: float
    coverage: float
    frames: int
    common_start: float
    """Of the common part, in seconds of the first one; so is `common_end`."""
    common_end: float


class NearDuplicateSearchRow(SQLModel, table=True):
    """An asset whose near duplicates are still to be searched."""

    __tablename__ = "near_duplicate_search"
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    has_keys: bool
    """Whether the keys of its fingerprint are stored; those of catalogues before schema 0017 are not."""


FINGERPRINT = table_of(FingerprintRow)
FRAME_KEY = table_of(FrameKeyRow)
NEAR_DUPLICATE = table_of(NearDuplicateRow)
NEAR_DUPLICATE_SEARCH = table_of(NearDuplicateSearchRow)
