"""The table of fingerprints."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import binary, owned, table_of


class FingerprintRow(SQLModel, table=True):
    """The perceptual hashes of the frames of an asset, by which near duplicates are found."""

    __tablename__ = "fingerprint"
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    times: bytes = Field(sa_column=binary())
    """Little-endian float64, seconds."""
    data: bytes = Field(sa_column=binary())
    """192 bytes per frame."""


FINGERPRINT = table_of(FingerprintRow)
