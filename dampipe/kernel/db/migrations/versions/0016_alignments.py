"""The common spans of two versions, by which times are carried."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alignment",
        sa.Column("first_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["version.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_id"], ["version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
    )
    op.create_index("ix_alignment_second_id", "alignment", ["second_id"])


def downgrade() -> None:
    op.drop_index("ix_alignment_second_id", "alignment")
    op.drop_table("alignment")
