"""Collections, and webhooks that are filtered by a query."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "parent_id", sa.Integer(), sa.ForeignKey("collection.id", ondelete="CASCADE"), nullable=True
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=True),
        sa.Column("sort", sa.String(65), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="SET NULL"), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("collection_of_parent", "collection", ["parent_id", "position", "id"])
    op.create_table(
        "collection_grant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "collection_id", sa.Integer(), sa.ForeignKey("collection.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=True),
        sa.Column("role", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "grantor_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="SET NULL"), nullable=True
        ),
        sa.Column("opens_all", sa.Boolean(), nullable=False),
        sa.Column("granted_at", sa.Float(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    _unique(
        "collection_grant_to_user", "collection_grant", ["collection_id", "user_id"], "user_id IS NOT NULL"
    )
    _unique("collection_grant_to_role", "collection_grant", ["collection_id", "role"], "role IS NOT NULL")
    op.create_index("collection_grant_of_user", "collection_grant", ["user_id"])
    op.create_table(
        "collection_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "collection_id", sa.Integer(), sa.ForeignKey("collection.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subclip_id", sa.Integer(), sa.ForeignKey("subclip.id", ondelete="CASCADE"), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.Float(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("collection_item_order", "collection_item", ["collection_id", "position", "id"])
    _unique("collection_item_asset", "collection_item", ["collection_id", "asset_id"], "subclip_id IS NULL")
    _unique(
        "collection_item_subclip",
        "collection_item",
        ["collection_id", "subclip_id"],
        "subclip_id IS NOT NULL",
    )
    op.create_index("collection_item_of_asset", "collection_item", ["asset_id", "collection_id"])
    op.create_index("collection_item_of_subclip", "collection_item", ["subclip_id"])
    op.add_column("webhook", sa.Column("query", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("webhook", "query")
    for name in ("collection_item", "collection_grant", "collection"):
        op.drop_table(name)


def _unique(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=condition, postgresql_where=condition)
