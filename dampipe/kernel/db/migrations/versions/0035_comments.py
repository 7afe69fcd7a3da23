"""Comments and markers on assets."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "version_id", sa.Integer(), sa.ForeignKey("version.id", ondelete="SET NULL"), nullable=True
        ),
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("comment.id", ondelete="CASCADE"), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("color", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drawing", sa.Text(), nullable=True),
        sa.Column("start_ticks", sa.BigInteger(), nullable=True),
        sa.Column("end_ticks", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.String(50), nullable=True),
        sa.Column("start_seconds", sa.Float(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(200), nullable=False),
        sa.Column("author_user", sa.Integer(), nullable=True),
        sa.Column("author_link", sa.Integer(), nullable=True),
        sa.Column("author_guest", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("edited_at", sa.Float(), nullable=True),
        sa.Column("resolved_at", sa.Float(), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("comment_of_asset", "comment", ["asset_id", "root_id", "id"])
    op.create_index("comment_of_root", "comment", ["root_id", "id"])
    op.create_index("comment_by", "comment", ["author_name", "id"])
    is_open = sa.text("root_id IS NULL AND resolved_at IS NULL")
    op.create_index("comment_open", "comment", ["asset_id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "comment_mention",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "comment_id", sa.Integer(), sa.ForeignKey("comment.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "account_id", sa.Integer(), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("read_at", sa.Float(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("comment_mention_of", "comment_mention", ["comment_id", "account_id"], unique=True)
    is_unread = sa.text("read_at IS NULL")
    op.create_index(
        "comment_mention_unread",
        "comment_mention",
        ["account_id", "id"],
        sqlite_where=is_unread,
        postgresql_where=is_unread,
    )
    op.create_table(
        "comment_carry",
        sa.Column(
            "asset_id",
            sa.Integer(),
            sa.ForeignKey("asset.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    for name in ("comment_carry", "comment_mention", "comment"):
        op.drop_table(name)
