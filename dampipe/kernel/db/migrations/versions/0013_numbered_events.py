"""Events have an id of their own, a number that is given after their commit, an actor, and no reference to assets.

The events that exist keep their order: their old ids become their numbers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NUMBERED = "seq IS NOT NULL"
_INDEXES = (
    ("event_unnumbered", "seq IS NULL", ("at", "id"), False),
    ("event_seq", _NUMBERED, ("seq",), True),
    ("event_name", _NUMBERED, ("name", "seq"), False),
    ("event_asset", _NUMBERED, ("asset", "seq"), False),
)
_SQLITE_UUID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' "
    "|| substr('89ab', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
_POSTGRESQL_UUID = "CAST(gen_random_uuid() AS text)"


def upgrade() -> None:
    _set_aside("event", "event_before")
    op.create_table(
        "event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("asset", sa.Integer(), nullable=True),
        sa.Column("sha1", sa.String(40), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    uuid = _SQLITE_UUID if _sqlite() else _POSTGRESQL_UUID
    op.execute(
        "INSERT INTO event (id, seq, at, name, version, actor, asset, sha1, data) "
        f"SELECT {uuid}, e.id, e.at, e.name, 1, 'worker', e.asset_id, a.sha1, e.data "
        "FROM event_before e LEFT JOIN version a ON a.id = e.asset_id ORDER BY e.id"
    )
    for name, where, columns, unique in _INDEXES:
        condition = sa.text(where)
        op.create_index(
            name, "event", list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
        )
    op.create_table(
        "event_sequence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO event_sequence (id, last) SELECT 1, coalesce(max(id), 0) FROM event_before")
    op.drop_table("event_before")
    op.create_table(
        "event_horizon",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event_subscriber",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_at", sa.Float(), nullable=True),
        sa.Column("delivered_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("event_subscriber")
    op.drop_table("event_horizon")
    op.drop_table("event_sequence")
    for name, *_ in _INDEXES:
        op.drop_index(name, table_name="event")
    _set_aside("event", "event_after")
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    # Events whose asset was deleted cannot be kept: the old table refers to assets.
    op.execute(
        "INSERT INTO event (at, name, asset_id, data) SELECT e.at, e.name, e.asset, e.data FROM event_after e "
        "WHERE e.asset IS NULL OR EXISTS (SELECT 1 FROM asset WHERE asset.id = e.asset) "
        "ORDER BY e.seq IS NULL, e.seq, e.at, e.id"
    )
    op.drop_table("event_after")
    op.create_index("ix_event_asset_id", "event", ["asset_id"], unique=False)


def _set_aside(name: str, other: str) -> None:
    """Rename a table that is replaced, with what PostgreSQL named after it."""
    if name == "event" and other == "event_before":
        op.drop_index("ix_event_asset_id", table_name="event")
    op.rename_table(name, other)
    if _sqlite():
        return
    op.execute(f"ALTER TABLE {other} RENAME CONSTRAINT {name}_pkey TO {other}_pkey")
    if other == "event_before":
        op.execute(f"ALTER TABLE {other} RENAME CONSTRAINT event_asset_id_fkey TO {other}_asset_id_fkey")
        op.execute(f"ALTER SEQUENCE event_id_seq RENAME TO {other}_id_seq")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
