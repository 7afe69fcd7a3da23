"""Migration 0007 renames tables, columns and indexes, and keeps their rows; there and back."""

import re

from alembic import command
from sqlalchemy import Connection, text

from dampipe.features.search.filters import EVERYTHING
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.tables import DIRTY_DOCUMENT
from tests.support.catalog import Catalog
from tests.support.migrations import step

OLD = re.compile(
    r"\b(ix_)?(asked|written|search_floor|print|location_looks)(_\w+)?\b|\b(put|position|wanted_until)\b"
)
ROWS = (
    "INSERT INTO source (id, name, root, added_at) VALUES (1, 'card', :bytes, 0)",
    "INSERT INTO folder (id, source_id, path) VALUES (1, 1, :bytes)",
    "INSERT INTO asset (id, sha1, size, name, added_at) VALUES (1, 'a', 1, 'dusk.mov', 0), (2, 'b', 1, 'dawn.mov', 0)",
    "INSERT INTO location (id, folder_id, name, size, mtime_ns, inode, state, asset_id) "
    "VALUES (1, 1, :bytes, 1, 1, 7, 'present', 1)",
    "INSERT INTO scan (paths, state, found, new, changed, missing, warnings, lease_until, created_at, put, position) "
    "VALUES ('[]', 'waiting', 0, 0, 0, 0, '[]', 0, 0, 'on_hold', '{}')",
    "INSERT INTO verification (location_id, asset_id, wanted_until, lease_until, at) VALUES (1, 1, 5.5, 0, 0)",
    "INSERT INTO written (asset_id, names, facts) VALUES (1, 'dusk', 'sony'), (2, 'dawn', '')",
    "INSERT INTO print (asset_id, times, data) VALUES (1, :bytes, :bytes)",
    "INSERT INTO asked (model, digest, data, kept_at) VALUES ('m', 'd', :bytes, 3.0)",
    "INSERT INTO search_floor (model, newest, score) VALUES ('m', 9, 0.25)",
    # The documents are as above: to rebuild them would add the names of the source and the folder.
    "DELETE FROM written_stale",
    "INSERT INTO written_stale (asset_id) VALUES (2)",
)
BEFORE = {
    "SELECT put, position FROM scan": [("on_hold", "{}")],
    "SELECT location_id, wanted_until FROM verification WHERE wanted_until > 0": [(1, 5.5)],
    "SELECT * FROM written ORDER BY asset_id": [(1, "dusk", "sony"), (2, "dawn", "")],
    "SELECT asset_id FROM written_stale": [(2,)],
    "SELECT * FROM print": [(1, b"x", b"x")],
    "SELECT * FROM asked": [("m", "d", b"x", 3.0)],
    "SELECT * FROM search_floor": [("m", 9, 0.25)],
}
AFTER = {
    "SELECT target_run_state, checkpoint FROM scan": [("on_hold", "{}")],
    "SELECT location_id, requested_until FROM verification WHERE requested_until > 0": [(1, 5.5)],
    "SELECT * FROM search_document ORDER BY asset_id": [(1, "dusk", "sony"), (2, "dawn", "")],
    "SELECT asset_id FROM search_document_dirty": [(2,)],
    "SELECT * FROM fingerprint": [(1, b"x", b"x")],
    "SELECT * FROM query_vector": [("m", "d", b"x", 3.0)],
    "SELECT * FROM score_floor": [("m", 9, 0.25)],
}
NAMES_IN_POSTGRESQL = """
    SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT table_name || ' ' || column_name FROM information_schema.columns
              WHERE table_schema = current_schema()
"""


def schema(connection: Connection) -> set[str]:
    """The names in the schema, with the statements that created what has them; PostgreSQL gives only those of some."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema"))
    else:
        rows = connection.execute(text(NAMES_IN_POSTGRESQL))
    return {row.replace('"', "") for row in rows.scalars()}


def check(connection: Connection, expected: dict[str, list[tuple[object, ...]]]) -> None:
    for query, rows in expected.items():
        found = [tuple(row) for row in connection.execute(text(query)).all()]
        assert found == rows, query
    if connection.dialect.name == "sqlite":
        assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_rows_and_the_text_index_are_kept_there_and_back(bare_database_url: str) -> None:
    catalog = Catalog(Database(bare_database_url))
    database = catalog.database
    step(database, command.upgrade, "0006")
    with database.write() as connection:
        for statement in ROWS:
            connection.execute(text(statement), {"bytes": b"x"} if ":bytes" in statement else {})
    with database.read() as connection:
        check(connection, BEFORE)
        before = schema(connection)
    assert any(OLD.search(name) for name in before)

    step(database, command.upgrade, "0007")
    with database.read() as connection:
        check(connection, AFTER)
        after = schema(connection)
    assert [name for name in after if OLD.search(name)] == []
    assert len(after) == len(before)

    step(database, command.downgrade, "0006")
    with database.read() as connection:
        check(connection, BEFORE)
        assert schema(connection) == before
    with database.write() as connection:
        connection.execute(text("INSERT INTO tag (asset_id, name) VALUES (1, 'sunset')"))
        assert connection.execute(text("SELECT asset_id FROM written_stale")).scalars().all() == [2, 1]
        connection.execute(text("DELETE FROM written_stale"))

    catalog.set_up()
    assert [match.sha1 for match in catalog.words.search("dusk sony", [], EVERYTHING)] == ["a"]
    assert [match.sha1 for match in catalog.words.search("dawn", [], EVERYTHING)] == ["b"]
    catalog.tags.add("interview", [2])
    with database.read() as connection:
        assert connection.execute(DIRTY_DOCUMENT.select()).all() != []
    assert [match.sha1 for match in catalog.words.search("interview", [], EVERYTHING)] == ["b"]
    if database.is_sqlite:
        with database.write() as connection:
            full_text = (
                "INSERT INTO search_document_fts(search_document_fts, rank) VALUES ('integrity-check', 1)"
            )
            connection.exec_driver_sql(full_text)  # raises when index and table differ
    catalog.close()
