"""The migrations make exactly the tables that the code works with."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from dampipe.app.features import metadata
from dampipe.features.assets.catalog import Catalog
from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CatalogueDown, InvalidInput


def in_metadata(name: str | None, kind: str, parents: object) -> bool:
    """All but the text index, which is not in SQLModel's words."""
    return not (name or "").startswith(("written_fts", "written_words"))


def test_the_migrations_and_the_tables_agree(catalogue_url: str) -> None:
    database = Database(catalogue_url)
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": in_metadata}
        )
        assert compare_metadata(context, metadata()) == []
    database.close()


def test_the_newest_revision_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.NEWEST


def test_a_catalogue_that_was_not_set_up_says_so(tmp_path: Path) -> None:
    catalog = Catalog(Database(f"sqlite:///{tmp_path / 'c.sqlite'}"))
    with pytest.raises(CatalogueDown, match="has not been set up"):
        catalog.check()
    with pytest.raises(CatalogueDown, match="has not been set up"):
        catalog.assets.totals()
    catalog.close()


def test_a_locked_database_is_one_clear_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    holder, other = Database(url), Catalog(Database(url, busy_timeout=0.1))
    migrate.upgrade(holder)
    with holder.write(), pytest.raises(CatalogueDown, match="stays locked by another process"):
        other.scans.create(["/x"])
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
