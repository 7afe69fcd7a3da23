"""Sources have patterns and path maps, folders sidecars, scans may wait, and files are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("include", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("source", sa.Column("exclude", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("folder", sa.Column("sidecars", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("scan", sa.Column("not_before", sa.Float(), nullable=False, server_default="0"))
    op.create_table(
        "path_map",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "machine"),
    )
    op.create_table(
        "verification",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("wanted_until", sa.Float(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("location_id"),
    )
    wanted = sa.text("wanted_until > 0")
    op.create_index(
        "verification_next",
        "verification",
        ["at", "location_id"],
        unique=False,
        sqlite_where=wanted,
        postgresql_where=wanted,
    )
    bad = sa.text("result IN ('mismatch', 'unreadable')")
    op.create_index("verification_bad", "verification", ["at"], sqlite_where=bad, postgresql_where=bad)
    for column in ("asset_id", "lease_until"):
        op.create_index(op.f(f"ix_verification_{column}"), "verification", [column], unique=False)


def downgrade() -> None:
    op.drop_table("verification")
    op.drop_table("path_map")
    op.drop_column("scan", "not_before")
    op.drop_column("folder", "sidecars")
    op.drop_column("source", "exclude")
    op.drop_column("source", "include")
