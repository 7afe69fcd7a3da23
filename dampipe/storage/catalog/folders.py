"""Folders in the catalogue: which sidecars their files have, and how their names are spelled."""

import os

from sqlalchemy import select, update

from dampipe.domain.spelling import composed
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.sources import ensure_folder
from dampipe.storage.catalog.tables import FOLDER, LOCATION


class Folders:
    """The folders of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, source: int) -> "KnownFolders":
        """What a walk of a source has to know of its folders beforehand."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.path, FOLDER.c.sidecars).where(FOLDER.c.source_id == source)
            )
            known = KnownFolders()
            for path, sidecars in rows:
                if sidecars != "{}":
                    known.sidecars[path] = hash(sidecars)
                if not path.isascii():
                    known.spelled.setdefault(composed(path), set()).add(path)
        return known

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


class KnownFolders:
    """Folders of a source as the last walk left them; grows with those that are out of the ordinary only."""

    def __init__(self) -> None:
        self.sidecars: dict[str, int] = {}
        """Hash of the sidecars' text, by folder."""
        self.spelled: dict[str, set[str]] = {}
        """Paths that are not plain ASCII, by their composed form."""

    def old_spelling(self, root: str, path: str) -> str | None:
        """How a folder is known that was found as `path`, if its name is spelled otherwise now."""
        if path.isascii():
            return None
        others = self.spelled.get(composed(path), set())
        if len(others) != 1 or path in others:
            return None
        (old,) = others
        here, there = os.path.join(root, path), os.path.join(root, old)
        # Where a file system tells the spellings apart, both may be there: then these are two folders.
        if os.path.lexists(there) and not os.path.samefile(here, there):
            return None
        return old
