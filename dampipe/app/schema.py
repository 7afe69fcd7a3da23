"""The schema of the catalogue: the migrations, and the tables of plug-ins."""

from dampipe.app.features import metadata
from dampipe.app.plugins import find_plugins
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.feature import load_dotted


def set_up_schema(database: Database) -> None:
    """Run missing migrations, and create the tables of plug-ins that do not exist yet. Raises CatalogueDown.

    Safe to call from several processes at once.
    """
    upgrade(database)
    modules = [load_dotted(name) for feature in find_plugins().features for name in feature.tables]
    if not modules:
        return
    classes = [value for module in modules for value in vars(module).values()]
    tables = [cls.__table__ for cls in classes if isinstance(cls, type) and hasattr(cls, "__table__")]
    own = [table for table in tables if table in metadata().sorted_tables]
    with (
        translated(database),
        advisory_lock(database, "upgrade", wait=True),
        database.engine.begin() as connection,
    ):
        metadata().create_all(connection, tables=own, checkfirst=True)
