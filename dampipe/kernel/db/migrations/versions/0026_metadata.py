"""Metadata: the schema of the library, values with their sources, and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _many() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _index_where(name: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "value", list(columns), sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "metadata_schema",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Float(), nullable=True),
    )
    op.create_table(
        "value_operation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.Float(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "value",
        sa.Column("id", _many(), primary_key=True),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_effective", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("term_id", sa.Integer(), sa.ForeignKey("term.id"), nullable=True),
        sa.Column("linked_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=True),
        sa.Column("zone", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.UniqueConstraint("asset_id", "field", "source", "position"),
    )
    _index_where("value_number", "is_effective AND number IS NOT NULL", "field", "number", "asset_id")
    _index_where("value_folded", "is_effective AND length(folded) <= 200", "field", "folded", "asset_id")
    _index_where("value_term", "term_id IS NOT NULL", "term_id", "field", "asset_id")
    _index_where("value_linked", "linked_id IS NOT NULL", "linked_id", "field", "asset_id")
    op.create_table(
        "value_change",
        sa.Column("id", _many(), primary_key=True),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("value_change_of_asset", "value_change", ["asset_id", "field", "id"])
    op.create_index("value_change_of_operation", "value_change", ["operation_id", "id"])


def downgrade() -> None:
    for name in ("value_change", "value", "value_operation", "metadata_schema"):
        op.drop_table(name)
