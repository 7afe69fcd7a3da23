"""Licences, the assets that have them, and the policy of rights."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "licence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=True),
        sa.Column("embargo_at", sa.Float(), nullable=True),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("notice_days", sa.Text(), nullable=False),
        sa.Column("notice_at", sa.Float(), nullable=True),
        sa.Column("next_notice_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
    )
    due = sa.text("next_notice_at IS NOT NULL")
    op.create_index("licence_notice", "licence", ["next_notice_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "licensed_asset",
        sa.Column(
            "licence_id",
            sa.Integer(),
            sa.ForeignKey("licence.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "asset_id",
            sa.Integer(),
            sa.ForeignKey("asset.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("attached_by", sa.String(200), nullable=False),
        sa.Column("attached_at", sa.Float(), nullable=False),
    )
    op.create_index("licensed_asset_asset", "licensed_asset", ["asset_id", "licence_id"])
    op.create_table(
        "rights_policy",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("rights_policy")
    op.drop_table("licensed_asset")
    op.drop_table("licence")
