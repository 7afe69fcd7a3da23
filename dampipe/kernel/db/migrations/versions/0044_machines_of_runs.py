"""The machine that has a copy of the file of a run: `run.machine`."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("machine", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "machine")
