"""The schema of the catalogue: upgraded by Alembic, one process at a time."""

from pathlib import Path

from sqlalchemy import inspect, text

from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.db.errors import NOT_SET_UP, SCHEMA_MISMATCH
from dampipe.kernel.errors import CatalogueDown

NEWEST = "0050"
"""The revision that this version of dampipe works with; a test holds it to the newest migration."""

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Run the migrations that have not run yet. Raises CatalogueDown."""
    with translated(database):
        if _revision(database) == NEWEST:
            return
        with advisory_lock(database, "upgrade", wait=True):
            _run_alembic(database)


def check_schema(database: Database) -> None:
    """Raise CatalogueDown unless the schema is the one this version works with."""
    with translated(database):
        revision = _revision(database)
    if revision is None:
        raise CatalogueDown(NOT_SET_UP, place=database.place)
    if revision != NEWEST:
        raise CatalogueDown(SCHEMA_MISMATCH, found=revision, needed=NEWEST)


def known_revisions() -> frozenset[str]:
    """The revisions of schemas that this version can upgrade."""
    return frozenset(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_alembic(database: Database) -> None:
    # Imported here: every command starts without paying for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
