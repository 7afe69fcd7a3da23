"""Folders in the catalogue: which sidecars their files have, and how their names are spelled."""

from sqlalchemy import select, update

from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.features.sources.queries import ensure_folder
from dampipe.kernel.db.database import Database
from dampipe.kernel.unicode_paths import path_spellings


class FolderRepository:
    """The folders of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def sidecars(self, source: int, path: str) -> str:
        """What belongs to the files of a folder, as `save_sidecars` was given it; "{}" if nothing is known."""
        with self._db.read() as connection:
            known = select(FOLDER.c.sidecars).where(FOLDER.c.source_id == source, FOLDER.c.path == path)
            return connection.execute(known).scalar() or "{}"

    def known_spellings(self, source: int, path: str) -> list[str]:
        """Other spellings of a folder's path by which folders are known."""
        others = path_spellings(path)
        if not others:
            return []
        with self._db.read() as connection:
            known = select(FOLDER.c.path).where(FOLDER.c.source_id == source, FOLDER.c.path.in_(others))
            return list(connection.execute(known).scalars())

    def save_sidecars(self, source: int, path: str, sidecars: str) -> None:
        """Keep what belongs to the files of a folder, as `as_text` gives it."""
        with self._db.write() as connection:
            folder = ensure_folder(connection, self._db, source, path)
            connection.execute(update(FOLDER).where(FOLDER.c.id == folder).values(sidecars=sidecars))

    def respell(self, source: int, old: str, new: str) -> int | None:
        """A folder is found under another spelling of its name; returns its id, and its files are not missed."""
        with self._db.write() as connection:
            there = update(FOLDER).where(FOLDER.c.source_id == source, FOLDER.c.path == old)
            number = connection.execute(there.values(path=new).returning(FOLDER.c.id)).scalar()
            connection.execute(update(LOCATION).where(LOCATION.c.folder_id == number).values(missed_by=None))
        return number

    def rename_file(self, location: int, name: str) -> None:
        """A file is found under another spelling of its name."""
        with self._db.write() as connection:
            connection.execute(update(LOCATION).where(LOCATION.c.id == location).values(name=name))
