"""Search documents are marked dirty by the code that writes their words, no longer by triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF_LOCATION = "(SELECT asset_id FROM version WHERE version.id = location.version_id)"
_ASSETS = {
    "location": "SELECT asset_id FROM version WHERE id = {row}.version_id",
    "tag": "SELECT {row}.asset_id",
    "version": "SELECT {row}.asset_id",
    "folder": f"SELECT {_OF_LOCATION} FROM location WHERE folder_id = {{row}}.id AND version_id IS NOT NULL",
    "source": f"SELECT {_OF_LOCATION} FROM location JOIN folder ON folder.id = location.folder_id "
    "WHERE folder.source_id = {row}.id AND location.version_id IS NOT NULL",
}
"""Table -> the assets whose documents a change of its row makes dirty."""
_TRIGGERS = (
    ("location", "INSERT", ("NEW",), ""),
    ("location", "DELETE", ("OLD",), ""),
    ("location", "UPDATE", ("OLD", "NEW"), "version_id, folder_id, name"),
    ("tag", "INSERT", ("NEW",), ""),
    ("tag", "DELETE", ("OLD",), ""),
    ("version", "UPDATE", ("OLD", "NEW"), "camera, asset_id, superseded_at"),
    ("folder", "UPDATE", ("NEW",), "source_id, path"),
    ("source", "UPDATE", ("NEW",), "name"),
    ("version", "DELETE", ("OLD",), ""),
)
"""The triggers as migration 0012 created them, in its order: table, event, rows, columns."""


def upgrade() -> None:
    for number, (table, *_) in enumerate(_TRIGGERS):
        name = f"search_document_dirty_{number}"
        op.execute(f"DROP TRIGGER {name}{'' if _sqlite() else f' ON {table}'}")
        if not _sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    _replace_table(("asset_id", True), ("version_id", True), kept="asset_id")


def downgrade() -> None:
    op.execute(
        "INSERT INTO search_document_dirty (asset_id) SELECT v.asset_id FROM search_document_dirty d "
        "JOIN version v ON v.id = d.version_id"
    )
    op.execute("DELETE FROM search_document_dirty WHERE asset_id IS NULL")
    _replace_table(("asset_id", False), kept="asset_id")
    for number, (table, event, rows, columns) in enumerate(_TRIGGERS):
        _create_trigger(f"search_document_dirty_{number}", table, event, rows, columns)


def _replace_table(*columns: tuple[str, bool], kept: str) -> None:
    """Create the table of dirty documents with other columns, given by name and whether they may be NULL."""
    op.rename_table("search_document_dirty", "search_document_dirty_before")
    if not _sqlite():
        op.execute(
            "ALTER TABLE search_document_dirty_before "
            "RENAME CONSTRAINT search_document_dirty_pkey TO search_document_dirty_before_pkey"
        )
        op.execute(
            "ALTER SEQUENCE search_document_dirty_id_seq RENAME TO search_document_dirty_before_id_seq"
        )
    op.create_table(
        "search_document_dirty",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=nullable) for name, nullable in columns),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        f"INSERT INTO search_document_dirty ({kept}) SELECT {kept} FROM search_document_dirty_before ORDER BY id"
    )
    op.drop_table("search_document_dirty_before")


def _create_trigger(name: str, table: str, event: str, rows: tuple[str, ...], columns: str) -> None:
    inserts = [
        f"INSERT INTO search_document_dirty (asset_id) {_ASSETS[table].format(row=row)};" for row in rows
    ]
    when = f"AFTER {event}{f' OF {columns}' if columns else ''} ON {table} FOR EACH ROW"
    if table == "location":  # millions are found before the first is identified
        when += f" WHEN ({' OR '.join(f'{row}.version_id IS NOT NULL' for row in rows)})"
    if _sqlite():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {' '.join(inserts)} END")
        return
    body = f"BEGIN {' '.join(inserts)} RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
