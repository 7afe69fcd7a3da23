"""Who was given which original, so that the parts of one download are one audit event."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "original_release",
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(50), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor", "version_id", "purpose"),
    )
    op.create_index("original_release_at", "original_release", ["at"])


def downgrade() -> None:
    op.drop_table("original_release")
