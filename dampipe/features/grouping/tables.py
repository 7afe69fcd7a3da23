"""The tables of asset groups, their members, and the identifiers that cameras write."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, owned, table_of


class AssetGroupRow(SQLModel, table=True):
    """Assets that belong together; a group without members is deleted."""

    __tablename__ = "asset_group"
    id: int | None = Field(default=None, primary_key=True)
    kind: str


class GroupMemberRow(SQLModel, table=True):
    """An asset in a group; it is in one at most."""

    __tablename__ = "group_member"
    __table_args__ = (Index("group_member_position", "group_id", "position"),)
    version_id: int = Field(sa_column=owned("version.id", primary_key=True))
    group_id: int = Field(sa_column=owned("asset_group.id"))
    role: str
    position: int
    """0 for the primary asset, which stands for the group; chapters and bursts are in the order of recording."""


class GroupIdentifierRow(SQLModel, table=True):
    """An identifier that the camera wrote into all files of one group."""

    __tablename__ = "group_identifier"
    __table_args__ = (Index("group_identifier_value", "kind", "value"),)
    version_id: int = Field(sa_column=owned("version.id", primary_key=True))
    kind: str = Field(primary_key=True)
    value: str = Field(sa_column=long_text())


ASSET_GROUP = table_of(AssetGroupRow)


GROUP_MEMBER = table_of(GroupMemberRow)


GROUP_IDENTIFIER = table_of(GroupIdentifierRow)
