"""Tables, columns and indexes have technical names.

Large libraries have millions of rows, so nothing is copied: tables and columns are renamed, and SQLite, which cannot
rename an index, gets the new name in its stored schema, as SQLite's documentation describes for changes that do not
affect what is on disk (lang_altertable, section 7). Only the full-text index of SQLite is built anew, from its table.

The triggers of migration 0004 name the renamed tables, so they are replaced. A later migration that replaces one of
the tables location, tag, asset, folder or source has to create its triggers again.
"""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = (
    ("written", "search_document"),
    ("written_stale", "search_document_dirty"),
    ("asked", "query_vector"),
    ("search_floor", "score_floor"),
    ("print", "fingerprint"),
)
_COLUMNS = (
    ("scan", "put", "target_run_state"),
    ("scan", "position", "checkpoint"),
    ("verification", "wanted_until", "requested_until"),
)
_INDEXES = (
    ("location_looks", "location_move_key"),
    ("ix_asked_kept_at", "ix_query_vector_kept_at"),
)
_POSTGRESQL_INDEXES = (("written_words", "search_document_words"),)
_SEQUENCES = (("written_stale_id_seq", "search_document_dirty_id_seq"),)
"""In PostgreSQL."""


class _Names(NamedTuple):
    document: str
    """The table of documents; the first part of the names of its full-text index and of that index's triggers."""
    dirty: str
    """The table of assets whose documents are dirty."""
    trigger: str
    """The first part of the names of the triggers that fill it."""


_BEFORE = _Names("written", "written_stale", "written")
_AFTER = _Names("search_document", "search_document_dirty", "search_document_dirty")

_OF = {
    "location": "SELECT {row}.asset_id WHERE {row}.asset_id IS NOT NULL",
    "tag": "SELECT {row}.asset_id",
    "asset": "SELECT {row}.id",
    "folder": "SELECT asset_id FROM location WHERE folder_id = {row}.id AND asset_id IS NOT NULL",
    "source": "SELECT location.asset_id FROM location JOIN folder ON folder.id = location.folder_id "
    "WHERE folder.source_id = {row}.id AND location.asset_id IS NOT NULL",
}
"""Table -> the assets whose documents a change of its row makes dirty."""

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
"""The triggers as migration 0004 created them, in its order: table, event, rows, columns."""


def upgrade() -> None:
    _drop_triggers(_BEFORE)
    _rename_tables(_TABLES)
    for table, old, new in _COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    _rename_indexes(_INDEXES, _POSTGRESQL_INDEXES, _SEQUENCES)
    _create_triggers(_AFTER)


def downgrade() -> None:
    _drop_triggers(_AFTER)
    _rename_tables(_reversed(_TABLES))
    for table, old, new in _COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    _rename_indexes(_reversed(_INDEXES), _reversed(_POSTGRESQL_INDEXES), _reversed(_SEQUENCES))
    _create_triggers(_BEFORE)


def _reversed(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(new, old) for old, new in names]


def _rename_tables(tables: Iterable[tuple[str, str]]) -> None:
    for old, new in tables:
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
        if not _sqlite():
            _rename_constraints(old, new)


def _rename_constraints(old: str, new: str) -> None:
    """Give the constraints of a renamed table, which PostgreSQL named for the table, names with the new one."""
    constraints = sa.text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:name AS regclass)")
    for name in op.get_bind().execute(constraints, {"name": new}).scalars().all():
        renamed = new + name.removeprefix(old)
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name} TO {renamed}")


def _rename_indexes(
    indexes: Iterable[tuple[str, str]],
    postgresql_indexes: Iterable[tuple[str, str]],
    sequences: Iterable[tuple[str, str]],
) -> None:
    if _sqlite():
        for old, new in indexes:
            _rename_in_schema(old, new)
        return
    for old, new in (*indexes, *postgresql_indexes):
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    for old, new in sequences:
        op.execute(f"ALTER SEQUENCE {old} RENAME TO {new}")


def _rename_in_schema(old: str, new: str) -> None:
    """Rename an index of SQLite. To drop and create it would read the whole table."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    renamed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET name = ?, sql = replace(sql, ?, ?) "
        "WHERE type = 'index' AND name = ? AND instr(sql, ?) > 0",
        (new, f"INDEX {old} ON", f"INDEX {new} ON", old, f"INDEX {old} ON"),
    )
    if renamed.rowcount != 1:
        raise RuntimeError(f"the database has no index {old} as earlier migrations make it")
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _drop_triggers(names: _Names) -> None:
    """Drop the triggers that mark documents dirty, and SQLite's full-text index with those that maintain it."""
    for number, (table, *_) in enumerate(_WHEN):
        name = f"{names.trigger}_{number}"
        op.execute(f"DROP TRIGGER {name}{'' if _sqlite() else f' ON {table}'}")
        if not _sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    if _sqlite():
        for event in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER {names.document}_{event}")
        op.execute(f"DROP TABLE {names.document}_fts")


def _create_triggers(names: _Names) -> None:
    for number, (table, event, rows, columns) in enumerate(_WHEN):
        _create_trigger(names, number, table, event, rows, columns)
    if _sqlite():
        _create_fts5(names.document)


def _create_trigger(
    names: _Names, number: int, table: str, event: str, rows: tuple[str, ...], columns: str
) -> None:
    name = f"{names.trigger}_{number}"
    inserts = [f"INSERT INTO {names.dirty} (asset_id) {_OF[table].format(row=row)};" for row in rows]
    when = f"AFTER {event}{f' OF {columns}' if columns else ''} ON {table} FOR EACH ROW"
    if table == "location":  # millions are found before the first is identified
        when += f" WHEN ({' OR '.join(f'{row}.asset_id IS NOT NULL' for row in rows)})"
    if _sqlite():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {' '.join(inserts)} END")
        return
    body = f"BEGIN {' '.join(inserts)} RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _create_fts5(table: str) -> None:
    """FTS5 over the table of documents, which is its content, kept by triggers as SQLite's documentation has it."""
    index = f"{table}_fts"
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5(names, facts, content='{table}', content_rowid='asset_id')"
    )
    op.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    add = f"INSERT INTO {index}(rowid, names, facts) VALUES (NEW.asset_id, NEW.names, NEW.facts);"
    drop = (
        f"INSERT INTO {index}({index}, rowid, names, facts) "
        "VALUES ('delete', OLD.asset_id, OLD.names, OLD.facts);"
    )
    op.execute(f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {drop} END")
    op.execute(f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN {drop} {add} END")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
