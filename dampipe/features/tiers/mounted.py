"""Whether a folder that is a source is the medium it was: an empty mount point is not written to, nor believed."""

import os

from sqlalchemy import select

from dampipe.features.sources.model import LocationState, Source
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers.reasons import SOURCE_AWAY
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Transient
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import is_url, printable
from dampipe.storage.files.base import FileStore


class Mounted:
    """Compares folders with what the catalogue knows of them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def check(self, source: Source, store: FileStore) -> None:
        """Raise Transient where a source does not answer, or its folder is empty although files are known there."""
        self.check_root(source.id, source.root, store)

    def check_root(self, source: SourceId, root: str, store: FileStore) -> None:
        """The same, of a source by its number and its root on this machine."""
        store.is_folder("")
        if is_url(root):
            return
        with os.scandir(root) as entries:
            if next(entries, None) is not None:
                return
        known = (
            select(LOCATION.c.id)
            .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(FOLDER.c.source_id == source, LOCATION.c.state != LocationState.MISSING)
            .limit(1)
        )
        with self._db.read() as connection:
            if connection.execute(known).first() is not None:
                raise Transient(SOURCE_AWAY, source=printable(root))
