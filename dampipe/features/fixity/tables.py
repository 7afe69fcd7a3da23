"""What is done and was done: scans, runs, files read again, events and workers."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


class VerificationRow(SQLModel, table=True):
    """The latest reading of a location's file to see whether it still is what it was, asked for or done."""

    __tablename__ = "verification"
    __table_args__ = (
        index_where("verification_bad", "result IN ('mismatch', 'unreadable')", "at"),
        # The next file is found in one step, however many are wanted.
        index_where("verification_next", "wanted_until > 0", "at", "location_id"),
    )
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    asset_id: int = Field(sa_column=owned("asset.id", index=True))
    """What it was compared with, or is to be."""
    wanted_until: float = 0.0
    """Somebody asked for a reading that begins before this time; 0: nobody did."""
    owner: str | None = None
    lease_until: float = Field(default=0.0, index=True)
    at: float = 0.0
    """When it was read last; 0: never."""
    result: str | None = None
    reason: str | None = Field(default=None, sa_column=long_text(nullable=True))


VERIFICATION = table_of(VerificationRow)
