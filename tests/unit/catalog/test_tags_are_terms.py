"""Tags become terms of the vocabulary `tags` and values of assets, and go back: nothing is lost on the way."""

import json

from alembic import command
from sqlalchemy import not_, select, text

from dampipe.features.tagging.queries import TagRepository
from dampipe.features.vocabularies.tables import TERM
from dampipe.kernel.db.database import Database
from tests.support.migrations import step

TAGS = {
    (1, "beach"),
    (1, "Beach"),
    (2, "BEACH"),
    (2, "beach"),
    (2, "Caf\u00e9"),
    (3, "Cafe\u0301"),
    (3, "two  spaces"),
    (3, "a/b > c"),
    (3, "\U0001f3d6"),
    (3, "x" * 300),
}
"""Some differ in case, composition or spaces alone, and one is longer than what faces take."""


def fill(database: Database, tags: set[tuple[int, str]]) -> None:
    with database.write() as connection:
        for asset in sorted({asset for asset, _ in tags}):
            connection.execute(text("INSERT INTO asset (id, added_at) VALUES (:id, 0.0)"), {"id": asset})
        rows = [{"asset": asset, "name": name} for asset, name in sorted(tags)]
        connection.execute(text("INSERT INTO tag (asset_id, name) VALUES (:asset, :name)"), rows)


def tags(database: Database) -> set[tuple[int, str]]:
    with database.read() as connection:
        return {
            (row.asset_id, row.name) for row in connection.execute(text("SELECT asset_id, name FROM tag"))
        }


def values(database: Database) -> set[tuple[int, str]]:
    """What the new tables say, with their invariants."""
    with database.read() as connection:
        query = (
            "SELECT value.asset_id, value.position, value.is_effective, term_label.text FROM value "
            "JOIN term_label ON term_label.term_id = value.term_id WHERE field = 'tags' AND source = 'person' "
            "AND value.state = 'accepted'"
        )
        rows = connection.execute(text(query)).all()
    assert all(row.is_effective for row in rows)
    assert len({(row.asset_id, row.position) for row in rows}) == len(rows)
    return {(row.asset_id, row.text) for row in rows}


def test_tags_become_values_and_go_back(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0028")
    fill(database, TAGS)
    step(database, command.upgrade, "0030")
    assert values(database) == TAGS
    with database.read() as connection:
        keys = connection.execute(text("SELECT id, key FROM term")).all()
        assert len({row.key for row in keys}) == len(keys) == len({name for _, name in TAGS})
        open_to_all = select(TERM.c.id).where(not_(TERM.c.came_with_value))
        assert connection.execute(open_to_all).all() == [], "their names may say what not everybody may see"
    undo = {"changed": [[{"key": "a", "came_with_value": True}, {"key": "a", "came_with_value": False}]]}
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO vocabulary_operation (vocabulary_id, kind, actor, at, summary, state) "
                "SELECT id, 'approve', 'local', 0, '', :state FROM vocabulary"
            ),
            {"state": json.dumps(undo, separators=(",", ":"))},
        )
    step(database, command.downgrade, "0028")
    assert tags(database) == TAGS
    with database.read() as connection:
        state = connection.execute(text("SELECT state FROM vocabulary_operation")).scalar_one()
    assert json.loads(state) == {"changed": [[{"key": "a"}, {"key": "a"}]]}, "as the older version reads it"
    step(database, command.upgrade, "head")
    assert values(database) == TAGS
    with database.read() as connection:
        assert connection.execute(text("SELECT id, key FROM term")).all() == keys, "the terms are the same"
        assert connection.execute(open_to_all).all() == []
    assert {(report.name, report.assets) for report in TagRepository(database).all()} == {
        (name, sum(other == name for _, other in TAGS)) for _, name in TAGS
    }
    assert TagRepository(database).of(2) == ("BEACH", "Caf\u00e9", "beach")
    database.close()


def test_a_vocabulary_that_people_have_made_is_used(bare_database_url: str) -> None:
    """Its terms get the tags that they are called by; one that was merged leads to its target, once an asset."""
    database = Database(bare_database_url)
    step(database, command.upgrade, "0028")
    fill(database, {(1, "hound"), (1, "dog"), (2, "hound"), (2, "cat")})
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO vocabulary (id, key, label, is_open, languages, created_at) "
                "VALUES (7, 'tags', 'Ours', :no, '[\"en\"]', 0)"
            ),
            {"no": False},
        )
        for number, name, into in ((1, "dog", None), (2, "hound", 1)):
            row = {"id": number, "name": name, "into": into, "no": False}
            connection.execute(
                text(
                    "INSERT INTO term (id, vocabulary_id, key, position, sort_label, state, merged_into_id, is_placed, "
                    "is_missing, actor, created_at) VALUES (:id, 7, :name, 0, :name, 'active', :into, :no, :no, 'x', 0)"
                ),
                row,
            )
            connection.execute(
                text(
                    "INSERT INTO term_label (term_id, language, kind, text, folded, is_imported) "
                    "VALUES (:id, 'en', 'preferred', :name, :name, :no)"
                ),
                row,
            )
        if not database.is_sqlite:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('term', 'id'), 2)"))
    step(database, command.upgrade, "0030")
    assert values(database) == {(1, "dog"), (2, "dog"), (2, "cat")}
    step(database, command.downgrade, "0028")
    assert tags(database) == {(1, "dog"), (2, "dog"), (2, "cat")}
    step(database, command.upgrade, "head")
    assert values(database) == {(1, "dog"), (2, "dog"), (2, "cat")}
    database.close()
