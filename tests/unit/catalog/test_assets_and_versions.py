"""Migration 0012 makes a version of every content, with an asset of its own; there and back."""

from alembic import command
from sqlalchemy import Connection, text

from dampipe.app.features import features
from dampipe.features.search.filters import EVERYTHING
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.migrations import step
from tests.unit.catalog.test_technical_names import check, schema

ROWS = (
    "INSERT INTO source (id, name, root, added_at) VALUES (1, 'card', :bytes, 0)",
    "INSERT INTO folder (id, source_id, path, is_regrouped) VALUES (1, 1, :bytes, false)",
    "INSERT INTO asset (id, sha1, size, name, added_at) VALUES (3, 'a', 1, 'dusk.mov', 5), (7, 'b', 1, 'dawn.mov', 6)",
    "INSERT INTO location (id, folder_id, name, size, mtime_ns, inode, state, asset_id, is_named) "
    "VALUES (1, 1, :bytes, 1, 1, 7, 'present', 7, false)",
    "INSERT INTO tag (asset_id, name) VALUES (3, 'x'), (7, 'x'), (7, 'y')",
    "INSERT INTO event (id, at, name, asset_id, data) VALUES (1, 0, 'asset.added', 7, '{}')",
    "INSERT INTO vector (id, asset_id, model, time, shot, data) VALUES (1, 7, 'm', 0, 0, :bytes)",
    "INSERT INTO run (id, kind, stage, version, asset_id, lane, priority, state, wake_on_finish, attempts, not_before, "
    "lease_until, warnings, created_at) VALUES (1, 'stage', 'x', '1', 7, 'x', 0, 'done', false, 1, 0, 0, '[]', 5)",
    "INSERT INTO asset_group (id, kind) VALUES (1, 'burst')",
    "INSERT INTO group_member (asset_id, group_id, role, position) VALUES (3, 1, 'member', 0)",
)
BEFORE: dict[str, list[tuple[object, ...]]] = {
    "SELECT id, sha1, added_at FROM asset ORDER BY id": [(3, "a", 5.0), (7, "b", 6.0)],
    "SELECT asset_id FROM location": [(7,)],
    "SELECT asset_id, name FROM tag ORDER BY id": [(3, "x"), (7, "x"), (7, "y")],
    "SELECT asset_id FROM event": [(7,)],
    "SELECT asset_id FROM vector": [(7,)],
    "SELECT asset_id FROM run": [(7,)],
    "SELECT asset_id FROM group_member": [(3,)],
}
AFTER: dict[str, list[tuple[object, ...]]] = {
    "SELECT id, added_at, replaces_id FROM asset ORDER BY id": [(3, 5.0, None), (7, 6.0, None)],
    "SELECT id, sha1, asset_id, superseded_at FROM version ORDER BY id": [
        (3, "a", 3, None),
        (7, "b", 7, None),
    ],
    "SELECT version_id, previous_id FROM location": [(7, None)],
    "SELECT asset_id, name FROM tag ORDER BY id": [(3, "x"), (7, "x"), (7, "y")],
    "SELECT asset_id FROM event": [(7,)],
    "SELECT version_id FROM vector": [(7,)],
    "SELECT version_id FROM run": [(7,)],
    "SELECT version_id FROM group_member": [(3,)],
}


def add_asset(connection: Connection) -> int:
    return int(connection.execute(text("INSERT INTO asset (added_at) VALUES (9) RETURNING id")).scalar_one())


def test_every_content_is_a_version_of_an_asset_with_its_number(bare_database_url: str) -> None:
    catalog = Catalog(Database(bare_database_url))
    database = catalog.database
    step(database, command.upgrade, "0011")
    with database.write() as connection:
        for statement in ROWS:
            connection.execute(text(statement), {"bytes": b"x"} if ":bytes" in statement else {})
    with database.read() as connection:
        check(connection, BEFORE)
        before = schema(connection)

    step(database, command.upgrade, "0012")
    with database.read() as connection:
        check(connection, AFTER)
    with database.write() as connection:
        assert add_asset(connection) == 8, "numbers of assets continue after those of today"
        # Both tags of one name stay with their assets, whatever the versions' numbers: 7 becomes a version of 8.
        connection.execute(text("UPDATE version SET asset_id = 8 WHERE id = 7"))
        connection.execute(text("UPDATE tag SET asset_id = 8 WHERE asset_id = 7"))
        connection.execute(text("UPDATE event SET asset_id = 8"))
        connection.execute(text("UPDATE version SET asset_id = 7 WHERE id = 3"))
        connection.execute(text("UPDATE tag SET asset_id = 7 WHERE asset_id = 3"))

    step(database, command.downgrade, "0011")
    with database.read() as connection:
        check(connection, BEFORE)
        assert schema(connection) == before

    catalog.set_up()
    assert features(), "the words of tags are a feature's"
    assert [match.sha1 for match in catalog.words.search("x", [], EVERYTHING)] == ["b", "a"]
    catalog.tags.add("interview", [3])
    assert [match.sha1 for match in catalog.words.search("interview", [], EVERYTHING)] == ["a"]
    with database.write() as connection:
        connection.execute(text("UPDATE version SET superseded_at = 1 WHERE id = 3"))
        connection.execute(text("UPDATE version SET asset_id = 7 WHERE id = 3"))
        connection.execute(text("DELETE FROM asset WHERE id = 7"))
        assert connection.execute(text("SELECT count(*) FROM version")).scalar() == 0
    catalog.close()
