"""Sidecars: what was read of them, where they may be written, and the outbox of what is to be written."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("folder", sa.Column("sidecars_unread", sa.Integer(), nullable=False, server_default="0"))
    unread = sa.text("sidecars_unread > 0")
    op.create_index("folder_sidecars_unread", "folder", ["id"], sqlite_where=unread, postgresql_where=unread)
    # Sidecars that are known already are read by the next sweep.
    op.execute("UPDATE folder SET sidecars_unread = 1 WHERE lower(sidecars) LIKE '%.xmp\"%'")
    op.create_table(
        "sidecar",
        _owned("location_id", "location.id", primary_key=True),
        _owned("asset_id", "asset.id", index=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("intended_digest", sa.LargeBinary(), nullable=True),
        sa.Column("intended", sa.Text(), nullable=True),
        sa.Column("read_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "sidecar_place",
        _owned("source_id", "source.id", primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=True),
        sa.Column("naming", sa.String(), nullable=False),
    )
    op.create_table(
        "sidecar_outbox",
        _owned("location_id", "location.id", primary_key=True),
        _owned("asset_id", "asset.id", index=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overwrite", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("written_at", sa.Float(), nullable=True),
    )
    waits = sa.text("state NOT IN ('written', 'conflict')")
    op.create_index(
        "sidecar_outbox_due", "sidecar_outbox", ["next_at"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_table(
        "sidecar_wish",
        _owned("location_id", "location.id", primary_key=True),
        sa.Column("field", sa.String(), primary_key=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
    )


def _owned(name: str, target: str, *, primary_key: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.Integer(),
        sa.ForeignKey(target, ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=index,
        autoincrement=False if primary_key else "auto",
    )


def downgrade() -> None:
    for name in ("sidecar_wish", "sidecar_outbox", "sidecar_place", "sidecar"):
        op.drop_table(name)
    op.drop_index("folder_sidecars_unread", "folder")
    op.drop_column("folder", "sidecars_unread")
