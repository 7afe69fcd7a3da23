"""The tables of rights: licences, which assets have them, and the policy."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


class LicenceRow(SQLModel, table=True):
    """A licence. Times are seconds since 1970."""

    __tablename__ = "licence"
    __table_args__ = (index_where("licence_notice", "next_notice_at IS NOT NULL", "next_notice_at"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=64)
    subject: str = Field(sa_column=long_text())
    """As in `given`; what a filter reads is repeated in columns."""
    given: str = Field(sa_column=long_text())
    """`LicenceTerms` as JSON."""
    zone: str = Field(max_length=64)
    starts_at: float | None = None
    embargo_at: float | None = None
    expires_at: float | None = None
    """The first moment at which it is not valid any more."""
    notice_days: str = Field(sa_column=long_text())
    """JSON list, the most first."""
    notice_at: float | None = None
    """From when on it is expiring."""
    next_notice_at: float | None = None
    """When the next event about its end is due; None: there is none."""
    created_at: float
    changed_at: float


class LicensedAssetRow(SQLModel, table=True):
    """An asset that has a licence."""

    __tablename__ = "licensed_asset"
    __table_args__ = (Index("licensed_asset_asset", "asset_id", "licence_id"),)
    licence_id: int = Field(sa_column=owned("licence.id", primary_key=True, autoincrement=False))
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    attached_by: str = Field(max_length=200)
    attached_at: float


class RightsPolicyRow(SQLModel, table=True):
    """The policy of the library: one row at most, with the id 1."""

    __tablename__ = "rights_policy"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    given: str = Field(sa_column=long_text())
    """`Policy` as JSON."""
    changed_by: str = Field(max_length=200)
    changed_at: float


LICENCE = table_of(LicenceRow)
LICENSED_ASSET = table_of(LicensedAssetRow)
RIGHTS_POLICY = table_of(RightsPolicyRow)
