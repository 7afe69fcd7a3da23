"""Tiers and costs of sources, storage classes of files, and policies, plans and actions that move copies."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_LEAVING = sa.text("leaves_at IS NOT NULL")
_NOT_ONLINE = sa.text("storage_state <> 'online'")


def upgrade() -> None:
    op.add_column("source", sa.Column("tier", sa.String(), nullable=False, server_default="hot"))
    op.add_column("source", sa.Column("label", sa.Text(), nullable=False, server_default=""))
    op.add_column("source", sa.Column("cost", sa.Text(), nullable=False, server_default="{}"))
    op.add_column(
        "location", sa.Column("storage_state", sa.String(), nullable=False, server_default="online")
    )
    op.add_column("location", sa.Column("storage_class", sa.String(), nullable=False, server_default=""))
    op.add_column("location", sa.Column("restored_until", sa.Float(), nullable=True))
    op.add_column("location", sa.Column("leaves_at", sa.Float(), nullable=True))
    op.create_index(
        "location_leaving", "location", ["leaves_at"], sqlite_where=_LEAVING, postgresql_where=_LEAVING
    )
    op.create_index(
        "location_not_online",
        "location",
        ["storage_state", "id"],
        sqlite_where=_NOT_ONLINE,
        postgresql_where=_NOT_ONLINE,
    )
    op.create_table(
        "tier_policy",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "tier_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("estimate", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("problem_code", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("applied_at", sa.Float(), nullable=True),
        sa.Column("finished_at", sa.Float(), nullable=True),
    )
    op.create_index("tier_plan_state", "tier_plan", ["state"])
    op.create_table(
        "tier_action",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("plan_id", sa.Integer(), sa.ForeignKey("tier_plan.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "version_id", sa.Integer(), sa.ForeignKey("version.id", ondelete="SET NULL"), nullable=True
        ),
        sa.Column(
            "location_id", sa.Integer(), sa.ForeignKey("location.id", ondelete="SET NULL"), nullable=True
        ),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id", ondelete="SET NULL"), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("storage_class", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_id", sa.Integer(), sa.ForeignKey("location.id", ondelete="SET NULL"), nullable=True),
        sa.Column("done_at", sa.Float(), nullable=True),
    )
    op.create_index("tier_action_state", "tier_action", ["plan_id", "state", "step", "id"])
    op.create_index("tier_action_version", "tier_action", ["version_id"])
    op.create_index("tier_action_location", "tier_action", ["location_id"])
    op.create_index("tier_action_made", "tier_action", ["made_id"])
    op.create_index("tier_action_source", "tier_action", ["source_id"])


def downgrade() -> None:
    op.drop_table("tier_action")
    op.drop_table("tier_plan")
    op.drop_table("tier_policy")
    op.drop_index("location_not_online", "location")
    op.drop_index("location_leaving", "location")
    for name in ("leaves_at", "restored_until", "storage_class", "storage_state"):
        op.drop_column("location", name)
    for name in ("cost", "label", "tier"):
        op.drop_column("source", name)
