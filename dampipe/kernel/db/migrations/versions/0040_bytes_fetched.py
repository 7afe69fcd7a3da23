"""Bytes that came from remote sources, by run: `fetched`."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("fetched", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("run", "fetched")
