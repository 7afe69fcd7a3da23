"""Folders remember what was read; scans know how far they are and can be paused, cancelled and given priority."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("folder", sa.Column("listing", sa.LargeBinary(), nullable=True))
    op.add_column("scan", sa.Column("process", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("scan", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scan", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("scan", sa.Column("put", sa.String(), nullable=True))
    op.add_column("scan", sa.Column("returned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scan", sa.Column("position", sa.Text(), nullable=True))
    op.add_column("location", sa.Column("missed_by", sa.Integer(), nullable=True))
    _few("location_missed", "location", "missed_by IS NOT NULL", "missed_by", "id")
    _few("run_on_hold", "run", "state = 'on_hold'", "state", "id")
    _few("run_in_trouble", "run", "error_kind IS NOT NULL", "id")


def downgrade() -> None:
    op.drop_index("run_in_trouble", table_name="run")
    op.drop_index("run_on_hold", table_name="run")
    op.drop_index("location_missed", table_name="location")
    op.drop_column("location", "missed_by")
    for name in ("position", "returned", "put", "paused", "priority", "process"):
        op.drop_column("scan", name)
    op.drop_column("folder", "listing")


def _few(name: str, table: str, where: str, *columns: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
