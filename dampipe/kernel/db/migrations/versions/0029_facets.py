"""The facet index: which versions have which keys of fields, and what it has to read again."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "facet_dirty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
    )
    op.create_table(
        "facet_key",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.UniqueConstraint("field", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "facet_posting",
        sa.Column("key_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("chunk", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
    )
    op.create_index("facet_posting_revision", "facet_posting", ["revision"])
    op.create_table(
        "facet_version",
        sa.Column("version_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key_ids", sa.LargeBinary(), nullable=False),
    )
    state = op.create_table(
        "facet_state",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
    )
    # The plan is empty: the first refresh marks what there is.
    op.bulk_insert(state, [{"id": 1, "revision": 0, "epoch": 0, "plan": ""}])


def downgrade() -> None:
    for name in ("facet_state", "facet_version", "facet_posting", "facet_key", "facet_dirty"):
        op.drop_table(name)
