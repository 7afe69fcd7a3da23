"""The schema of the catalogue: the migrations, and the tables of plug-ins."""

import re
from pathlib import Path

from dampipe.app.features import metadata, plugins
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.db.errors import LOST
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.masking import mask_url
from dampipe.kernel.settings.settings import Settings

_FOLDER_OF_DERIVATIVES = re.compile("[0-9a-f]{2}")


def check_catalogue_present(settings: Settings) -> None:
    """Raise CatalogueDown where the catalogue is gone and the derivatives of its assets are there.

    Such a library would otherwise look empty, and all its footage would be processed again. Looks at SQLite files and
    local folders only. A catalogue that does not exist yet may be given derivatives of another, in a folder of its own.
    """
    scheme, _, path = settings.database.partition(":///")
    blobs = Path(settings.blobs)
    if not scheme.startswith("sqlite") or not path or path.startswith("file:") or "://" in settings.blobs:
        return
    file = Path(path.partition("?")[0])
    state = ("empty" if file.stat().st_size == 0 else "") if file.exists() else "missing"
    if not state or (state == "missing" and settings.blobs_url) or not blobs.is_dir():
        return
    if any(_FOLDER_OF_DERIVATIVES.fullmatch(one.name) and any(one.iterdir()) for one in blobs.iterdir()):
        raise CatalogueDown(LOST, place=mask_url(settings.database), state=state, folder=blobs)


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
