"""Assets have a state in a workflow, whose definitions are versioned. Without a row an asset is in the first state."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflow_definition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(50), nullable=False),
        sa.Column("initial", sa.String(50), nullable=True),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.Float(), nullable=False),
        sa.Column("applied_by", sa.String(200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    where = sa.text("is_active")
    op.create_index(
        "workflow_definition_active",
        "workflow_definition",
        ["is_active"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "workflow_item",
        sa.Column("asset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(50), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("moved_by", sa.String(200), nullable=True),
        sa.Column("assignee", sa.String(100), nullable=True),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("due_zone", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_index("workflow_item_state", "workflow_item", ["state", "asset_id"])
    where = sa.text("assignee IS NOT NULL")
    op.create_index(
        "workflow_item_assignee",
        "workflow_item",
        ["assignee", "due_at"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_table("workflow_item")
    op.drop_table("workflow_definition")
