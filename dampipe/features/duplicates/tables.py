"""What assets are found by: vectors, prints and words; and what was asked before."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import binary, owned, table_of


class FingerprintRow(SQLModel, table=True):
    """What the frames of an asset look like from afar, to find footage that shows the same."""

    __tablename__ = "print"
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    times: bytes = Field(sa_column=binary())
    """Little-endian float64, seconds."""
    data: bytes = Field(sa_column=binary())
    """192 bytes a frame."""


FINGERPRINT = table_of(FingerprintRow)
