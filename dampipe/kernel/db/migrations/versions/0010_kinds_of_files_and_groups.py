"""Scans count files of unknown kinds and keep files that were enqueued by their own path; assets have groups."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("unknown", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("folder", sa.Column("lookalikes", sa.LargeBinary(), nullable=True))
    op.add_column(
        "folder", sa.Column("is_regrouped", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("location", sa.Column("is_named", sa.Boolean(), nullable=False, server_default=sa.false()))
    _partial_index("folder_to_regroup", "folder", "NOT is_regrouped", "id")
    _partial_index("location_named", "location", "is_named", "folder_id")
    op.create_table(
        "asset_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "group_member",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["asset_group.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_index("group_member_position", "group_member", ["group_id", "position"])
    op.create_table(
        "group_identifier",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id", "kind"),
    )
    op.create_index("group_identifier_value", "group_identifier", ["kind", "value"])


def downgrade() -> None:
    op.drop_table("group_identifier")
    op.drop_table("group_member")
    op.drop_table("asset_group")
    op.drop_index("location_named", "location")
    op.drop_index("folder_to_regroup", "folder")
    op.drop_column("location", "is_named")
    op.drop_column("folder", "is_regrouped")
    op.drop_column("folder", "lookalikes")
    op.drop_column("scan", "unknown")


def _partial_index(name: str, table: str, where: str, column: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)
