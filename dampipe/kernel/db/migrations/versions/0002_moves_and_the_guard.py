"""Moved files are found by their inode and counted; a scan may be told to believe every loss."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("moved", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "scan", sa.Column("accept_missing", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.drop_column("scan", "unchanged")
    there = sa.text("asset_id IS NOT NULL")
    op.create_index("location_looks", "location", ["inode"], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index("location_looks", table_name="location")
    op.add_column("scan", sa.Column("unchanged", sa.Integer(), nullable=False, server_default="0"))
    op.drop_column("scan", "accept_missing")
    op.drop_column("scan", "moved")
