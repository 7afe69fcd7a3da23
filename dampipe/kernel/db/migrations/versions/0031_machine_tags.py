"""Machine tags: which vocabularies, how terms score over the library, what was found, and what people say of it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _owned(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(target, ondelete="CASCADE"), nullable=False)


def _key(name: str, target: str) -> sa.Column[int]:
    owner = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(name, sa.Integer(), owner, primary_key=True, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "machine_tag_scheme",
        _key("vocabulary_id", "vocabulary.id"),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "machine_tag_term",
        _key("term_id", "term.id"),
        sa.Column("facet", sa.String(), nullable=True),
        sa.Column("prompts", sa.Text(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=True),
        sa.Column("precision", sa.Float(), nullable=True),
    )
    op.create_table(
        "machine_tag_calibration",
        _key("term_id", "term.id"),
        sa.Column("model", sa.String(), primary_key=True),
        sa.Column("prompts", sa.String(40), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("deviation", sa.Float(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
    )
    op.create_table(
        "machine_tag",
        _key("version_id", "version.id"),
        _key("term_id", "term.id"),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("moments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_index("machine_tag_queue", "machine_tag", ["term_id", "state", "score"])
    op.create_table(
        "machine_tag_verdict",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sha1", sa.String(), nullable=False),
        _owned("term_id", "term.id"),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("implied_by", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.UniqueConstraint("sha1", "term_id"),
    )
    op.create_index("machine_tag_verdict_of_term", "machine_tag_verdict", ["term_id"])


def downgrade() -> None:
    names = (
        "machine_tag_verdict",
        "machine_tag",
        "machine_tag_calibration",
        "machine_tag_term",
        "machine_tag_scheme",
    )
    # What models say is not metadata that a schema without machine tags could show.
    op.execute("DELETE FROM value WHERE source = 'model' AND actor LIKE 'model:%'")
    for name in names:
        op.drop_table(name)
