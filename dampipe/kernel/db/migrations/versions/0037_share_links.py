"""Share links, and the guests who have opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=True),
        sa.Column("collection_id", sa.Integer(), nullable=True),
        sa.Column("creator_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=True),
        sa.Column("opens_all", sa.Boolean(), nullable=False),
        sa.Column("allows", sa.String(), nullable=False),
        sa.Column("moves", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("max_opens", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    for column in ("asset_id", "collection_id", "creator_id"):
        op.create_index(op.f(f"ix_share_{column}"), "share", [column])
    op.create_table(
        "share_key",
        sa.Column("share_id", sa.Integer(), sa.ForeignKey("share.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=True),
    )
    op.create_table(
        "share_session",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("share_id", sa.Integer(), sa.ForeignKey("share.id", ondelete="CASCADE"), nullable=False),
        sa.Column("guest", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("last_used_at", sa.Float(), nullable=False),
    )
    op.create_index(op.f("ix_share_session_share_id"), "share_session", ["share_id"])


def downgrade() -> None:
    for name in ("share_session", "share_key", "share"):
        op.drop_table(name)
