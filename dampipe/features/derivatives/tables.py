"""The table of derivatives, with the results of their checks."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, index_where, long_text, owned, table_of


class DerivativeRow(SQLModel, table=True):
    """A file made from an asset."""

    __tablename__ = "derivative"
    __table_args__ = (
        UniqueConstraint("version_id", "kind"),
        # The next ones to check, however many there are.
        Index("derivative_checked", "checked_at", "id"),
        index_where("derivative_bad", "problem IS NOT NULL", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(sa_column=owned("version.id"))
    kind: str
    key: str = Field(sa_column=long_text())
    recipe: str
    media_type: str
    size: int = Field(sa_column=big())
    checksum: str | None = None
    """SHA-1 of the bytes; None: made before there were checksums, and not checked yet."""
    checked_at: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    """When the stored bytes were compared with the row, or were written, in seconds since 1970; 0: never."""
    problem: str | None = None
    """`missing` or `damaged`, if the last check has found so."""


DERIVATIVE = table_of(DerivativeRow)
