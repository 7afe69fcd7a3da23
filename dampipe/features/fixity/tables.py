"""The table of fixity checks."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


class VerificationRow(SQLModel, table=True):
    """The latest fixity check of a location's file, requested or done."""

    __tablename__ = "verification"
    __table_args__ = (
        index_where("verification_bad", "result IN ('mismatch', 'unreadable')", "at"),
        # Finds the next file in one step, however many are requested.
        index_where("verification_next", "requested_until > 0", "at", "location_id"),
    )
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    version_id: int = Field(sa_column=owned("version.id", index=True))
    """The content that the file is compared with."""
    requested_until: float = 0.0
    """A check is requested that begins before this time; 0: none is requested."""
    owner: str | None = None
    lease_until: float = Field(default=0.0, index=True)
    at: float = 0.0
    """When the file was read last; 0: never."""
    result: str | None = None
    reason: str | None = Field(default=None, sa_column=long_text(nullable=True))


VERIFICATION = table_of(VerificationRow)
