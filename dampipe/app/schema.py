"""The schema of the catalogue: the migrations, and the tables of plug-ins."""

from dampipe.app.features import metadata, plugins
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.feature import load_dotted


def set_up_schema(database: Database) -> None:
    """Run missing migrations, and create the tables of plug-ins that do not exist yet. Raises CatalogueDown.

    Safe to call from several processes at once.
    """
    upgrade(database)
    modules = [load_dotted(name) for feature in plugins().features for name in feature.tables]
    if not modules:
        return
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    known = metadata()
    own = {cls.__table__ for cls in classes if hasattr(cls, "__table__")} & set(known.tables.values())
    with (
        translated(database),
        advisory_lock(database, "upgrade", wait=True),
        database.engine.begin() as connection,
    ):
        known.create_all(connection, tables=[*own], checkfirst=True)
