"""A catalogue that cannot be used says why, and who can do what about it."""

import os
import sqlite3
from pathlib import Path

import pytest

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.app.remedies import remedies
from dampipe.kernel.db import connect_errors, migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.faces.remedies import CLI
from dampipe.kernel.settings.settings import Settings
from tests.ports import free_port
from tests.support.postgres import Postgres


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DAMPIPE_{name.upper()}", raising=False)


def problem(url: str) -> CatalogueDown:
    database = Database(url)
    with pytest.raises(CatalogueDown) as raised:
        migrate.check_schema(database)
    database.close()
    return raised.value


def test_a_catalogue_is_created_when_it_is_first_used(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    database = Database(f"sqlite:///{path}")
    assert not path.exists()
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}, "its log, too"
    database.close()


def test_a_file_that_cannot_be_created_is_an_error_of_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a' / 'c.sqlite'}")
    (tmp_path / "a").rmdir()
    for use in (database.read, database.write):
        with pytest.raises(CatalogueDown) as raised, use():
            pass
        assert raised.value.code == "catalogue.folder_unusable"


def test_an_absent_database_says_who_creates_it(postgres_url: str) -> None:
    error = problem(postgres_url.replace("/test", "/absent"))
    assert error.code == "catalogue.database_absent"
    for hint in (error.hint, remedies().word(error, CLI)):
        assert "CREATE DATABASE absent" in hint and "OWNER postgres" in hint
    assert "createdb" in remedies().word(error, CLI)


def test_in_another_language_the_server_is_asked(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect_errors, "_ABSENT", connect_errors.re.compile("existiert nicht"))
    assert problem(postgres_url.replace("/test", "/absent")).code == "catalogue.database_absent"


@pytest.mark.parametrize("role", ["nobody_of_this_name", "may_not_log_in"])
def test_a_refused_login(postgres_url: str, postgres_server: Postgres, role: str) -> None:
    postgres_server.execute("DROP ROLE IF EXISTS may_not_log_in", "CREATE ROLE may_not_log_in NOLOGIN")
    error = problem(postgres_url.replace("postgres@", f"{role}@"))
    assert error.code == "catalogue.login_refused"
    assert role in str(error) and "pg_hba.conf" in error.hint


@pytest.mark.parametrize(
    "place", ["127.0.0.1:{port}/db", "/db?host=/nowhere", "no-such-host.invalid/db?connect_timeout=5"]
)
def test_a_server_that_does_not_answer(place: str) -> None:
    error = problem(f"postgresql+psycopg://me:s3cret@{place.format(port=free_port())}")
    assert error.code == "catalogue.unreachable"
    assert "s3cret" not in f"{error}{error.hint}{error.plain_parameters()}"


def library(home: Path) -> Container:
    """One with a derivative."""
    container = Container(load_settings(home=home))
    container.set_up()
    container.get(Database).close()
    folder = home / "derivatives" / "ab" / ("ab" * 20)
    folder.mkdir(parents=True)
    (folder / "poster.jpg").write_bytes(b"x")
    return Container(container.settings)


@pytest.mark.parametrize("damage", ["text", "pages", "header"])
def test_a_damaged_catalogue_names_the_backup(tmp_path: Path, damage: str) -> None:
    container = library(tmp_path)
    path = tmp_path / "catalogue.sqlite"
    content = bytearray(path.read_bytes())
    if damage == "text":
        content[:] = b"this is no database" * 1000
    elif damage == "pages":
        content[4096:] = b"\xff" * (len(content) - 4096)
    else:
        content[:100] = os.urandom(100)
    path.write_bytes(content)
    with pytest.raises(CatalogueDown) as raised:
        container.set_up()
    assert raised.value.code == "catalogue.damaged"
    assert "backup" in raised.value.hint
    assert "`dampipe restore --force FILE`" in remedies().word(raised.value, CLI)


@pytest.mark.parametrize("lost", ["empty", "missing"])
def test_an_empty_catalogue_beside_derivatives_is_no_new_library(tmp_path: Path, lost: str) -> None:
    container = library(tmp_path)
    path = tmp_path / "catalogue.sqlite"
    path.unlink()
    if lost == "empty":
        path.touch()
    for _ in range(2):
        with pytest.raises(CatalogueDown) as raised:
            Container(container.settings).set_up()
        assert raised.value.code == "catalogue.lost" and lost in str(raised.value)
    (tmp_path / "derivatives").rename(tmp_path / "away")
    Container(container.settings).set_up()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM version").fetchone() == (0,)


def test_a_new_catalogue_may_use_derivatives_of_another(tmp_path: Path) -> None:
    library(tmp_path / "first")
    settings = load_settings(home=tmp_path / "second", blobs_url=str(tmp_path / "first" / "derivatives"))
    Container(settings).set_up()
