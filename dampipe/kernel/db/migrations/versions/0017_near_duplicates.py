"""Near duplicates are stored, and found by keys of frames.

The keys of existing fingerprints are computed, and their near duplicates searched, by the sweep: here they are only
listed for it, which takes seconds for a million of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _version(name: str, primary_key: bool = False) -> sa.Column[int]:
    reference = sa.ForeignKey("version.id", ondelete="CASCADE")
    return sa.Column(
        name, sa.Integer(), reference, primary_key=primary_key, autoincrement=False, nullable=False
    )


def upgrade() -> None:
    op.add_column("fingerprint", sa.Column("saved_at", sa.Float(), nullable=False, server_default="0"))
    op.create_table(
        "frame_key",
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        _version("version_id", primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("frame_key_version", "frame_key", ["version_id"])
    op.create_table(
        "near_duplicate",
        sa.Column("id", sa.Integer(), primary_key=True),
        _version("first_id"),
        _version("second_id"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("time_offset", sa.Float(), nullable=False),
        sa.Column("other_offsets", sa.Text(), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("common_start", sa.Float(), nullable=False),
        sa.Column("common_end", sa.Float(), nullable=False),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    op.create_index("near_duplicate_second", "near_duplicate", ["second_id"])
    op.create_index("near_duplicate_listed", "near_duplicate", ["state", "similarity"])
    op.create_table(
        "near_duplicate_search",
        _version("version_id", primary_key=True),
        sa.Column("has_keys", sa.Boolean(), nullable=False),
    )
    op.execute(
        "INSERT INTO near_duplicate_search (version_id, has_keys) SELECT version_id, false FROM fingerprint"
    )


def downgrade() -> None:
    for name in ("near_duplicate_search", "near_duplicate", "frame_key"):
        op.drop_table(name)
    op.drop_column("fingerprint", "saved_at")
