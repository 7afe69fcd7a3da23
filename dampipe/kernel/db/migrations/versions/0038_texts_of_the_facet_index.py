"""Texts of fields that are no facets, kept together in the facet index: parts of them are found without the values."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The fields are indexed in another way than the stored plan says: the next refresh reads their texts.
    op.create_table(
        "facet_text",
        sa.Column("field", sa.String(64), primary_key=True),
        sa.Column("block", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Compressed they would be a third as long, and each search would take several times as long.
        op.execute("ALTER TABLE facet_text ALTER COLUMN texts SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("facet_text")
