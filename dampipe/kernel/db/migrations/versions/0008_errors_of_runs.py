"""A run keeps its error's code, parameters and remedy, so that each face can word what to do next.

Runs that failed before keep their reason as it was stored: a text that includes the remedy.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("error", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "error")
