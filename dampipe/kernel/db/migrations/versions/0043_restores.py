"""Restores of archived files."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_restore",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("speed", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
    )
    op.create_table(
        "tier_restore_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "restore_id", sa.Integer(), sa.ForeignKey("tier_restore.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "location_id", sa.Integer(), sa.ForeignKey("location.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("expected_at", sa.Float(), nullable=True),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
    )
    op.create_index("tier_restore_file_of", "tier_restore_file", ["restore_id", "state"])
    op.create_index("tier_restore_file_location", "tier_restore_file", ["location_id"])
    waiting = sa.text("state IN ('wanted', 'asked')")
    op.create_index(
        "tier_restore_file_next",
        "tier_restore_file",
        ["next_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_table("tier_restore_file")
    op.drop_table("tier_restore")
