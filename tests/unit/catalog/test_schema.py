"""The migrations make exactly the tables that the code works with."""

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dampipe.app.features import metadata
from dampipe.jobs.state import NEW_RUN
from dampipe.jobs.tables import RUN
from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CatalogueDown, InvalidInput, StorageFull
from tests.support.catalog import Catalog
from tests.support.migrations import config, step


def in_metadata(name: str | None, kind: str, parents: object) -> bool:
    """All but the text index, which is not in SQLModel's words."""
    return not (name or "").startswith(("search_document_fts", "search_document_words"))


def test_the_migrations_and_the_tables_agree(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": in_metadata}
        )
        assert compare_metadata(context, metadata()) == []
    database.close()


def test_the_newest_revision_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == migrate.NEWEST


def test_users_of_an_older_catalogue_were_last_here_in_their_newest_session(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0022")
    with database.engine.begin() as connection:
        for number, name in enumerate(("anna", "ben"), 1):
            connection.execute(
                text(
                    "INSERT INTO account (id, name, role, is_disabled, created_at) VALUES (:id, :name, 1, false, 1.0)"
                ),
                {"id": number, "name": name},
            )
        for session, used_at in (("a", 5.0), ("b", 7.0)):
            connection.execute(
                text("INSERT INTO account_session VALUES (:hash, 1, 1.0, :at)"),
                {"hash": session, "at": used_at},
            )
    step(database, command.upgrade, "0023")
    uses = text("SELECT name, last_used_at FROM account ORDER BY id")
    with database.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(uses)] == [("anna", 7.0), ("ben", None)]
    step(database, command.downgrade, "0022")
    with database.engine.connect() as connection:
        names = [row.name for row in connection.execute(text("SELECT * FROM account ORDER BY id"))]
    assert names == ["anna", "ben"]
    database.close()


def test_who_disabled_a_webhook_of_an_older_catalogue_is_kept_there_and_back(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0023")
    reasons = {"person": "by user:max", "local": "by local", "gone": "HTTP 410 Gone", "runs": None}
    row = text(
        "INSERT INTO webhook (name, url, events, secret, created_at, previous_until, failures, paused_until,"
        " sending_until, round, item_count, disabled_at, disabled_reason)"
        " VALUES (:name, 'https://a', '[]', 's', 1.0, 0, 0, 0, 0, 0, 0, 2.0, :reason)"
    )
    with database.engine.begin() as connection:
        for name, reason in reasons.items():
            connection.execute(row, {"name": name, "reason": reason})
    step(database, command.upgrade, "0024")
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT name, disabled_by, disabled_reason FROM webhook"))
        assert {name: (by, reason) for name, by, reason in found} == {
            "person": ("user:max", None),
            "local": ("local", None),
            "gone": (None, "HTTP 410 Gone"),
            "runs": (None, None),
        }
    step(database, command.downgrade, "0023")
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT name, disabled_reason FROM webhook"))
        assert {row.name: row.disabled_reason for row in found} == reasons
    database.close()


def test_runs_of_an_older_catalogue_become_work_items(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0005")
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO asset (id, sha1, size, name, added_at) VALUES (1, 'a', 1, 'a.mov', 0)")
        )
        row = {"no": False, "yes": True, "output": '{"frames": []}'}
        for stage, rings in (("probe", "no"), ("preview", "yes")):
            connection.execute(
                text(
                    "INSERT INTO run (stage, version, asset_id, lane, priority, state, ring, attempts, not_before, "
                    "lease_until, warnings, created_at, output) "
                    f"VALUES ('{stage}', '1', 1, 'main', 3, 'done', :{rings}, 1, 0, 0, '[]', 5, :output)"
                ),
                {rings: row[rings], "output": row["output"]},
            )
    migrate.upgrade(database)
    with database.read() as connection:
        rows = connection.execute(RUN.select().order_by(RUN.c.id)).all()
        if database.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert [(r.kind, r.parameters, r.stage, r.wake_on_finish) for r in rows] == [
        ("stage", "{}", "probe", False),
        ("stage", "{}", "preview", True),
    ]
    assert {(r.version, r.version_id, r.lane, r.priority, r.state, r.attempts, r.output) for r in rows} == {
        ("1", 1, "main", 3, "done", 1, '{"frames": []}')
    }
    without_subject = {
        **NEW_RUN,
        "stage": "x",
        "version": "1",
        "lane": "x",
        "state": "pending",
        "created_at": 0,
    }
    with pytest.raises(IntegrityError, match="run_has_its_subject"), database.write() as connection:
        connection.execute(RUN.insert().values(without_subject))
    with database.write() as connection:
        connection.execute(RUN.insert().values({**without_subject, "kind": "copy"}))
    step(database, command.downgrade, "0005")
    with pytest.raises(IntegrityError, match="run_has_one_subject"), database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO run (stage, version, lane, priority, state, ring, attempts, not_before, lease_until, "
                "warnings, created_at) VALUES ('x', '1', 'x', 0, 'done', :no, 1, 0, 0, '[]', 5)"
            ),
            {"no": False},
        )
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM run")).scalar() == 2
    migrate.upgrade(database)
    database.close()


def test_no_migration_imports_code_that_may_change() -> None:
    for path in (Path(migrate.__file__).parent / "migrations").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) (dampipe|tasks|workers)", path.read_text(), re.M), path.name


def test_a_catalogue_that_was_not_set_up_says_so(tmp_path: Path) -> None:
    catalog = Catalog(Database(f"sqlite:///{tmp_path / 'c.sqlite'}"))
    for call in (catalog.check, catalog.totals.of):
        with pytest.raises(CatalogueDown, match="has not been set up") as error:
            call()
        assert error.value.code == "catalogue.not_set_up"
    catalog.close()


def test_a_locked_database_is_one_clear_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    holder, other = Database(url), Catalog(Database(url, busy_timeout=0.1))
    migrate.upgrade(holder)
    with holder.write(), pytest.raises(CatalogueDown, match="stays locked by another process") as error:
        other.scans.create(["/x"])
    assert error.value.code == "catalogue.locked"
    holder.close()
    other.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x", "sqlite:////proc/nowhere/c.sqlite"])
def test_a_wrong_url_is_one_clear_line(url: str) -> None:
    with pytest.raises((InvalidInput, CatalogueDown)):
        Database(url)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_text("this is not a database, but a text that is long enough" * 50)
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite'}")
    with pytest.raises(CatalogueDown, match="not a database"):
        migrate.upgrade(database)
    database.close()


def test_an_error_in_a_statement_is_not_taken_for_a_missing_schema(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite'}")
    migrate.upgrade(database)
    with pytest.raises(CatalogueDown) as error, database.read() as connection:
        connection.execute(text("SELECT no_such_column FROM run"))
    assert error.value.code == "catalogue.unusable"
    database.close()


def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite'}")
    migrate.upgrade(database)
    with pytest.raises(StorageFull) as error, database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
        for number in range(100):
            values = {"sha1": str(number), "name": "x" * 10_000}
            connection.execute(
                text("INSERT INTO source (name, root, added_at) VALUES (:sha1, CAST(:name AS BLOB), 0)"),
                values,
            )
    assert error.value.code == "catalogue.disk_full"
    database.close()


def test_derivatives_of_an_older_catalogue_are_kept_there_and_back(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0008")
    asset = "INSERT INTO asset (id, sha1, size, name, added_at) VALUES (1, 'a', 1, 'a.mov', 0)"
    row = (
        "INSERT INTO derivative (asset_id, kind, key, recipe, media_type, size) "
        "VALUES (1, 'poster', 'a/b', 'r', 'image/jpeg', 5)"
    )
    with database.write() as connection:
        connection.execute(text(asset))
        connection.execute(text(row))
    for move, revision in ((command.upgrade, "head"), (command.downgrade, "0008"), (command.upgrade, "head")):
        step(database, move, revision)
        with database.read() as connection:
            [found] = connection.execute(text("SELECT * FROM derivative")).mappings().all()
        assert (found["kind"], found["key"], found["size"]) == ("poster", "a/b", 5)
    assert (found["checksum"], found["checked_at"], found["problem"]) == (None, 0.0, None)
    database.close()
