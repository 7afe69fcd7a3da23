"""What a search filters by, tags, an index over all that is written about an asset, and prints of frames.

Triggers tell which assets' words have to be made anew, so that nothing that writes locations, folders, sources
or tags has to think of it. A later migration that makes one of these tables anew has to make its triggers, too.
"""

import json
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF = {
    "location": "SELECT {row}.asset_id WHERE {row}.asset_id IS NOT NULL",
    "tag": "SELECT {row}.asset_id",
    "asset": "SELECT {row}.id",
    "folder": "SELECT asset_id FROM location WHERE folder_id = {row}.id AND asset_id IS NOT NULL",
    "source": "SELECT location.asset_id FROM location JOIN folder ON folder.id = location.folder_id "
    "WHERE folder.source_id = {row}.id AND location.asset_id IS NOT NULL",
}
"""Table -> which assets a change of its row concerns."""

_WHEN = (
    ("location", "INSERT", ("NEW",), ""),
    ("location", "DELETE", ("OLD",), ""),
    ("location", "UPDATE", ("OLD", "NEW"), "asset_id, folder_id, name"),
    ("tag", "INSERT", ("NEW",), ""),
    ("tag", "DELETE", ("OLD",), ""),
    ("asset", "UPDATE", ("NEW",), "camera"),
    ("folder", "UPDATE", ("NEW",), "source_id, path"),
    ("source", "UPDATE", ("NEW",), "name"),
)


def upgrade() -> None:
    op.add_column("asset", sa.Column("recorded_at", sa.Float(), nullable=True))
    op.add_column("asset", sa.Column("camera", sa.Text(), nullable=True))
    op.add_column("asset", sa.Column("codec", sa.String(), nullable=True))
    op.add_column("asset", sa.Column("width", sa.Integer(), nullable=True))
    op.add_column("asset", sa.Column("height", sa.Integer(), nullable=True))
    op.add_column("asset", sa.Column("shots", sa.Text(), nullable=True))
    op.create_index(op.f("ix_asset_recorded_at"), "asset", ["recorded_at"], unique=False)
    op.create_index("vector_of_asset", "vector", ["asset_id", "model", "id"], unique=False)
    op.drop_index(op.f("ix_vector_asset_id"), table_name="vector")
    _create_tables()
    _fill_columns()
    for number, (table, event, rows, columns) in enumerate(_WHEN):
        _create_trigger(number, table, event, rows, columns)
    if _sqlite():
        _create_fts5()
    else:
        op.execute(
            "CREATE INDEX written_words ON written USING gin "
            "((array_to_tsvector(string_to_array(trim(names || ' ' || facts), ' '))))"
        )
    op.execute("INSERT INTO written_stale (asset_id) SELECT id FROM asset")


def _create_tables() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asset_id", "name"),
    )
    op.create_index("tag_name", "tag", ["name", "asset_id"], unique=False)
    op.create_table(
        "written",
        sa.Column("asset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_table(
        "written_stale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "print",
        sa.Column("asset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id"),
    )
    op.create_table(
        "asked",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("model", "digest"),
    )
    op.create_index(op.f("ix_asked_kept_at"), "asked", ["kept_at"], unique=False)
    op.create_table(
        "search_floor",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("model"),
    )


def _fill_columns() -> None:
    """From the metadata that is stored already."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, media FROM asset WHERE media IS NOT NULL")).all()
    for row in rows:
        values = _media_columns(json.loads(row.media))
        assignments = ", ".join(f"{key} = :{key}" for key in values)
        connection.execute(
            sa.text(f"UPDATE asset SET {assignments} WHERE id = :id"), {"id": row.id, **values}
        )
    done = connection.execute(
        sa.text("SELECT asset_id, output FROM run WHERE stage = 'proxy' AND state = 'done' ORDER BY id")
    ).all()
    for row in done:
        shots = json.loads(row.output or "{}").get("shots")
        if shots:
            connection.execute(
                sa.text("UPDATE asset SET shots = :shots WHERE id = :id"),
                {"shots": json.dumps(shots), "id": row.asset_id},
            )


def _media_columns(media: dict[str, Any]) -> dict[str, Any]:
    """What a search filters by, from MediaInfo as JSON as it was when this migration was written."""
    video: dict[str, Any] = media.get("video") or {}
    audio: list[dict[str, Any]] = media.get("audio") or []
    created_at = media.get("created_at")
    width = height = None
    if video:
        width, height = round(video["width"] * Fraction(video.get("sample_aspect", 1))), video["height"]
        if video.get("rotation", 0) % 180:
            width, height = height, width
    return {
        "recorded_at": datetime.fromisoformat(created_at).timestamp() if created_at else None,
        "camera": media.get("camera"),
        "codec": video["codec"] if video else audio[0]["codec"] if audio else None,
        "width": width,
        "height": height,
    }


def _create_trigger(number: int, table: str, event: str, rows: tuple[str, ...], columns: str) -> None:
    name = f"written_{number}"
    inserts = [f"INSERT INTO written_stale (asset_id) {_OF[table].format(row=row)};" for row in rows]
    when = f"AFTER {event}{f' OF {columns}' if columns else ''} ON {table} FOR EACH ROW"
    if table == "location":  # millions are found before the first is identified
        when += f" WHEN ({' OR '.join(f'{row}.asset_id IS NOT NULL' for row in rows)})"
    if _sqlite():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {' '.join(inserts)} END")
        return
    body = f"BEGIN {' '.join(inserts)} RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _create_fts5() -> None:
    """FTS5 over the table `written` itself, kept by its own triggers, as SQLite's documentation has it."""
    op.execute(
        "CREATE VIRTUAL TABLE written_fts USING fts5(names, facts, content='written', content_rowid='asset_id')"
    )
    add = "INSERT INTO written_fts(rowid, names, facts) VALUES (NEW.asset_id, NEW.names, NEW.facts);"
    drop = (
        "INSERT INTO written_fts(written_fts, rowid, names, facts) "
        "VALUES ('delete', OLD.asset_id, OLD.names, OLD.facts);"
    )
    op.execute(f"CREATE TRIGGER written_added AFTER INSERT ON written BEGIN {add} END")
    op.execute(f"CREATE TRIGGER written_gone AFTER DELETE ON written BEGIN {drop} END")
    op.execute(f"CREATE TRIGGER written_changed AFTER UPDATE ON written BEGIN {drop} {add} END")


def downgrade() -> None:
    for number, (table, *_) in enumerate(_WHEN):
        on = "" if _sqlite() else f" ON {table}"
        op.execute(f"DROP TRIGGER written_{number}{on}")
        if not _sqlite():
            op.execute(f"DROP FUNCTION written_{number}()")
    if _sqlite():
        op.execute("DROP TABLE written_fts")
    for table in ("search_floor", "asked", "print", "written_stale", "written", "tag"):
        op.drop_table(table)
    op.create_index(op.f("ix_vector_asset_id"), "vector", ["asset_id"], unique=False)
    op.drop_index("vector_of_asset", table_name="vector")
    op.drop_index(op.f("ix_asset_recorded_at"), table_name="asset")
    for column in ("shots", "height", "width", "codec", "camera", "recorded_at"):
        op.drop_column("asset", column)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
