"""Subscribers keep the number of the event at which they fail, so that it can be skipped."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_subscriber", sa.Column("problem_seq", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("event_subscriber", "problem_seq")
