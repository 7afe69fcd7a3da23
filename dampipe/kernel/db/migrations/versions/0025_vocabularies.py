"""Vocabularies: trees of terms with labels in several languages, notes, and operations that can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vocabulary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sort_label", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("uri", sa.String(2000), nullable=True),
        sa.Column("is_placed", sa.Boolean(), nullable=False),
        sa.Column("is_missing", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["vocabulary_id"], ["vocabulary.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["term.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["term.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("vocabulary_id", "key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_term_parent_id", "term", ["parent_id"])
    op.create_index("ix_term_merged_into_id", "term", ["merged_into_id"])
    op.create_index("term_listed", "term", ["vocabulary_id", "parent_id", "position", "sort_label", "id"])
    _partial_index("term_uri", "term", ["vocabulary_id", "uri"], "uri IS NOT NULL", unique=True)
    _partial_index("term_proposed", "term", ["vocabulary_id", "id"], "state = 'proposed'")
    op.create_table(
        "term_broader",
        sa.Column("term_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("broader_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["broader_id"], ["term.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("term_id", "broader_id"),
    )
    op.create_index("ix_term_broader_broader_id", "term_broader", ["broader_id"])
    op.create_table(
        "term_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("folded", sa.String(600), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_term_label_term_id", "term_label", ["term_id"])
    op.create_index("term_label_found", "term_label", ["folded", "term_id"])
    _partial_index(
        "term_label_preferred", "term_label", ["term_id", "language"], "kind = 'preferred'", unique=True
    )
    op.create_table(
        "term_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_term_note_term_id", "term_note", ["term_id"])
    op.create_table(
        "vocabulary_operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Float(), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["vocabulary_id"], ["vocabulary.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_vocabulary_operation_vocabulary_id", "vocabulary_operation", ["vocabulary_id"])


def downgrade() -> None:
    tables = ("vocabulary_operation", "term_note", "term_label", "term_broader", "term", "vocabulary")
    for table in tables:
        op.drop_table(table)


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
