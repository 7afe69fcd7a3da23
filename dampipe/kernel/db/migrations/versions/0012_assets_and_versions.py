"""A content is a version, and an asset, which has one or more of them, is a row of its own.

The table `asset` held contents: it becomes `version`, and `asset_id` becomes `version_id` in the tables of what belongs
to a content. Every version gets an asset with the same number, so that tags, events and documents keep theirs.

Renames copy nothing, and SQLite, which cannot rename an index or change a constraint, gets the new text in its stored
schema (lang_altertable, section 7). Only the versions are written once, to name their assets.

The triggers of migration 0007 name the renamed columns, so they are replaced.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OF_A_VERSION = (
    "run",
    "location",
    "derivative",
    "fingerprint",
    "vector",
    "verification",
    "group_member",
    "group_identifier",
)
"""The tables whose `asset_id` is the number of a content."""
_OF_AN_ASSET = ("tag", "event", "search_document")
"""The tables whose `asset_id` refers to the asset."""
_INDEXES = (
    ("run_of_asset", "run_of_version"),
    ("location_of_asset", "location_of_version"),
    ("vector_of_asset", "vector_of_version"),
    ("ix_verification_asset_id", "ix_verification_version_id"),
    ("ix_asset_recorded_at", "ix_version_recorded_at"),
)


_REFERENCE = ", FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE"
"""Of a version to its asset, in SQLite's stored schema."""

_PREVIOUS = ", FOREIGN KEY(previous_id) REFERENCES version (id) ON DELETE SET NULL"
"""Of a location to the version that its file had before it changed."""


class _Names(NamedTuple):
    """Of what a trigger refers to."""

    content: str
    """The table of contents."""
    column: str
    """The column of a location that refers to it."""
    asset: str
    """SQL: the asset of that content; `{of}` is its number."""
    facts: str
    """The columns of a content that its document depends on."""
    more: tuple[tuple[str, str, tuple[str, ...], str], ...] = ()
    """Further triggers."""


_BEFORE = _Names("asset", "asset_id", "{of}", "camera")
_AFTER = _Names(
    "version",
    "version_id",
    "(SELECT asset_id FROM version WHERE version.id = {of})",
    "camera, asset_id, superseded_at",
    (("version", "DELETE", ("OLD",), ""),),
)

_WHEN = (
    ("location", "INSERT", ("NEW",), ""),
    ("location", "DELETE", ("OLD",), ""),
    ("location", "UPDATE", ("OLD", "NEW"), "{column}, folder_id, name"),
    ("tag", "INSERT", ("NEW",), ""),
    ("tag", "DELETE", ("OLD",), ""),
    ("{content}", "UPDATE", ("NEW",), "{facts}"),
    ("folder", "UPDATE", ("NEW",), "source_id, path"),
    ("source", "UPDATE", ("NEW",), "name"),
)
"""The triggers as migration 0007 created them, in its order: table, event, rows, columns.

A document depends on the current version as well now: on which assets have which versions.
"""


def upgrade() -> None:
    _drop_triggers(_BEFORE)
    op.execute("ALTER TABLE asset RENAME TO version")
    for table in _OF_A_VERSION:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN asset_id TO version_id")
    _rename_indexes(_INDEXES)
    _rename_in_postgresql("asset", "version", "asset_id", "version_id")
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Float(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["replaces_id"], ["asset.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    _partial_index("asset_provisional", "asset", ["replaces_id"], "replaces_id IS NOT NULL")
    op.execute("INSERT INTO asset (id, added_at) SELECT id, added_at FROM version")
    if not _sqlite():
        op.execute("SELECT setval('asset_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM asset), false)")
    _add_columns()
    _retarget(_OF_AN_ASSET, "version", "asset")
    op.add_column("source", sa.Column("versions", sa.String(), nullable=False, server_default="footage"))
    op.add_column("location", sa.Column("previous_id", sa.Integer(), nullable=True))
    if _sqlite():
        _append("location", _PREVIOUS)
    else:
        op.create_foreign_key(
            "location_previous_id_fkey", "location", "version", ["previous_id"], ["id"], ondelete="SET NULL"
        )
    _partial_index("location_replaced", "location", ["previous_id"], "previous_id IS NOT NULL")
    _create_triggers(_AFTER)


def downgrade() -> None:
    """Every version becomes an asset of its own again; tags stay at the current one."""
    _drop_triggers(_AFTER)
    op.drop_index("location_replaced", table_name="location")
    if _sqlite():
        _edit_schema("table", "location", _PREVIOUS, "")
    op.drop_column("location", "previous_id")
    op.drop_column("source", "versions")
    _retarget(_OF_AN_ASSET, "asset", "version", between=_number_by_version)
    op.drop_index("version_current", table_name="version")
    op.drop_index("version_superseded", table_name="version")
    op.drop_index("version_of_asset", table_name="version")
    op.drop_column("version", "superseded_at")
    if _sqlite():
        _edit_schema("table", "version", _REFERENCE, "")
    op.drop_column("version", "asset_id")
    op.drop_index("asset_provisional", table_name="asset")
    op.drop_table("asset")
    op.execute("ALTER TABLE version RENAME TO asset")
    for table in _OF_A_VERSION:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN version_id TO asset_id")
    _rename_indexes([(new, old) for old, new in _INDEXES])
    _rename_in_postgresql("version", "asset", "version_id", "asset_id")
    _create_triggers(_BEFORE)


def _add_columns() -> None:
    """The asset of each version, and whether it is the current one."""
    if _sqlite():
        # SQLite adds no column without a value; the constraints follow once each row has one.
        op.execute("ALTER TABLE version ADD COLUMN asset_id INTEGER")
        op.execute("UPDATE version SET asset_id = id")
        _edit_schema("table", "version", "asset_id INTEGER", "asset_id INTEGER NOT NULL")
        _append("version", _REFERENCE)
    else:
        op.add_column("version", sa.Column("asset_id", sa.Integer(), nullable=True))
        op.execute("UPDATE version SET asset_id = id")
        op.alter_column("version", "asset_id", nullable=False)
        op.create_foreign_key(
            "version_asset_id_fkey", "version", "asset", ["asset_id"], ["id"], ondelete="CASCADE"
        )
    op.add_column("version", sa.Column("superseded_at", sa.Float(), nullable=True))
    op.create_index("version_of_asset", "version", ["asset_id", "id"])
    _partial_index("version_current", "version", ["asset_id"], "superseded_at IS NULL", unique=True)
    _partial_index("version_superseded", "version", ["id"], "superseded_at IS NOT NULL")


def _number_by_version() -> None:
    """Give what belongs to an asset the number of its current version, which is its asset from now on."""
    current = (
        "SELECT version.id FROM version WHERE version.asset_id = {of}.asset_id AND superseded_at IS NULL"
    )
    # In a copy: a tag may take the number that another one is about to give up.
    op.execute(
        "CREATE TABLE tag_moved AS SELECT tag.id, version.id AS asset_id, tag.name FROM tag "
        "JOIN version ON version.asset_id = tag.asset_id AND superseded_at IS NULL"
    )
    op.execute("DELETE FROM tag")
    op.execute("INSERT INTO tag (id, asset_id, name) SELECT id, asset_id, name FROM tag_moved")
    op.execute("DROP TABLE tag_moved")
    op.execute(f"UPDATE event SET asset_id = ({current.format(of='event')}) WHERE asset_id IS NOT NULL")
    different = "SELECT 1 FROM version WHERE id <> asset_id"
    if op.get_bind().execute(sa.text(different)).first() is not None:
        op.execute("DELETE FROM search_document")
        op.execute("DELETE FROM search_document_dirty")
        op.execute("INSERT INTO search_document_dirty (asset_id) SELECT id FROM version")


def _retarget(tables: Iterable[str], old: str, new: str, between: Callable[[], None] = lambda: None) -> None:
    """Make the foreign key `asset_id` of tables refer to another table. between: what gives them its numbers."""
    for table in tables:
        if not _sqlite():
            op.drop_constraint(f"{table}_asset_id_fkey", table, type_="foreignkey")
            continue
        quote = '"' if f'REFERENCES "{old}"' in _schema_of("table", table) else ""
        _edit_schema("table", table, f"REFERENCES {quote}{old}{quote} ", f"REFERENCES {new} ")
    between()
    for table in () if _sqlite() else tables:
        op.create_foreign_key(f"{table}_asset_id_fkey", table, new, ["asset_id"], ["id"], ondelete="CASCADE")


def _rename_in_postgresql(old: str, new: str, old_column: str, new_column: str) -> None:
    """Give what PostgreSQL named for a table or a column, constraints and a sequence, names with the new one."""
    if _sqlite():
        return
    find = sa.text(
        "SELECT conrelid::regclass::text AS held_by, conname FROM pg_constraint "
        "WHERE conrelid IN (SELECT CAST(name AS regclass) FROM unnest(CAST(:tables AS text[])) AS name)"
    )
    for table, name in op.get_bind().execute(find, {"tables": [new, *_OF_A_VERSION]}).all():
        renamed = new + name.removeprefix(old) if table == new else name.replace(old_column, new_column)
        if renamed != name:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name} TO {renamed}")
    op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")


def _rename_indexes(indexes: Iterable[tuple[str, str]]) -> None:
    for old, new in indexes:
        if not _sqlite():
            op.execute(f"ALTER INDEX {old} RENAME TO {new}")
            continue
        _edit_schema("index", old, f"INDEX {old} ON", f"INDEX {new} ON", renamed=new)


def _append(table: str, constraint: str) -> None:
    """Add a constraint to SQLite's stored schema of a table."""
    before = _schema_of("table", table)
    end = len(before.rstrip().removesuffix(")").rstrip())
    _edit_schema("table", table, before, before[:end] + constraint + before[end:])


def _schema_of(kind: str, name: str) -> str:
    query = "SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?"
    return str(op.get_bind().exec_driver_sql(query, (kind, name)).scalar_one())


def _edit_schema(kind: str, name: str, old: str, new: str, renamed: str = "") -> None:
    """Replace a part of the statement by which SQLite stores a table or an index, which changes nothing on disk."""
    connection = op.get_bind()
    before = _schema_of(kind, name)
    if before.count(old) != 1:
        raise RuntimeError(f"the {kind} {name} is not as earlier migrations make it: {before}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET name = ?, sql = ? WHERE type = ? AND name = ?",
        (renamed or name, before.replace(old, new), kind, name),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _partial_index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _drop_triggers(names: _Names) -> None:
    for number, (table, *_) in enumerate((*_WHEN, *names.more)):
        name = f"search_document_dirty_{number}"
        op.execute(f"DROP TRIGGER {name}{'' if _sqlite() else f' ON {table.format(content=names.content)}'}")
        if not _sqlite():
            op.execute(f"DROP FUNCTION {name}()")


def _create_triggers(names: _Names) -> None:
    content, column = names.content, names.column
    of_location = names.asset.format(of=f"location.{column}")
    of = {
        "location": f"SELECT {{row}}.{column} WHERE {{row}}.{column} IS NOT NULL"
        if content == "asset"
        else "SELECT asset_id FROM version WHERE id = {row}.version_id",  # it may be gone
        "tag": "SELECT {row}.asset_id",
        content: f"SELECT {'{row}.id' if content == 'asset' else '{row}.asset_id'}",
        "folder": f"SELECT {of_location.removeprefix('location.') if content == 'asset' else of_location} "
        f"FROM location WHERE folder_id = {{row}}.id AND {column} IS NOT NULL",
        "source": f"SELECT {of_location} FROM location JOIN folder ON folder.id = location.folder_id "
        f"WHERE folder.source_id = {{row}}.id AND location.{column} IS NOT NULL",
    }
    for number, (table_, event, rows, columns_) in enumerate((*_WHEN, *names.more)):
        table, columns = table_.format(content=content), columns_.format(column=column, facts=names.facts)
        if (table, event) == ("version", "UPDATE"):  # a version may leave one asset for another
            rows = ("OLD", "NEW")
        name = f"search_document_dirty_{number}"
        inserts = [
            f"INSERT INTO search_document_dirty (asset_id) {of[table].format(row=row)};" for row in rows
        ]
        when = f"AFTER {event}{f' OF {columns}' if columns else ''} ON {table} FOR EACH ROW"
        if table == "location":  # millions are found before the first is identified
            when += f" WHEN ({' OR '.join(f'{row}.{column} IS NOT NULL' for row in rows)})"
        if _sqlite():
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN {' '.join(inserts)} END")
            continue
        body = f"BEGIN {' '.join(inserts)} RETURN NULL; END"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
