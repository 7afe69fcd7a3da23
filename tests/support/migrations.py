"""Single steps through the migrations, for tests of them."""

from collections.abc import Callable
from pathlib import Path

from alembic.config import Config

from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database


def config() -> Config:
    """Alembic's configuration, with the migrations of dampipe."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    return config


def step(database: Database, move: Callable[[Config, str], None], revision: str) -> None:
    """Run migrations to a revision; move: `alembic.command.upgrade` or `.downgrade`."""
    settings = config()
    with database.engine.connect() as connection:
        settings.attributes["connection"] = connection
        move(settings, revision)
        connection.commit()
