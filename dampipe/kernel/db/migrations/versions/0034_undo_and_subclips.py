"""Edits that can be undone, and subclips."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.Float(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("edit_of_actor", "edit", ["actor", "id"])
    op.create_table(
        "edit_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("edit_id", sa.Integer(), nullable=False),
        sa.Column("of_table", sa.String(100), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("edit_change_of_edit", "edit_change", ["edit_id", "id"])
    op.create_table(
        "subclip",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "version_id", sa.Integer(), sa.ForeignKey("version.id", ondelete="SET NULL"), nullable=True
        ),
        sa.Column("start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("end_ticks", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.String(50), nullable=False),
        sa.Column("start_seconds", sa.Float(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("subclip_of_asset", "subclip", ["asset_id", "start_seconds", "id"])
    op.create_table(
        "subclip_value",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "subclip_id", sa.Integer(), sa.ForeignKey("subclip.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("term_id", sa.Integer(), sa.ForeignKey("term.id"), nullable=True),
        sa.Column("linked_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=True),
        sa.Column("zone", sa.Integer(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("subclip_value_of_subclip", "subclip_value", ["subclip_id", "field", "position"])
    op.create_index("subclip_value_number", "subclip_value", ["field", "number", "subclip_id"])
    op.create_index("subclip_value_term", "subclip_value", ["term_id", "subclip_id"])


def downgrade() -> None:
    for name in ("subclip_value", "subclip", "edit_change", "edit"):
        op.drop_table(name)
