"""The folders to which imports write, where killed workers may have left unfinished copies.

The next worker of an import deletes those of its number at once (files.py). What is left then: uploads into storage of
other kinds, whose names do not tell whose they are; copies of a worker that had lost its import, and wrote on; and what
waits on another machine to be put.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic

from sqlalchemy import or_, select

from dampipe.features.imports.places import staging_folder
from dampipe.features.imports.tables import IMPORT_FILE, IMPORT_SESSION
from dampipe.features.sources.leftovers import DAY, FOR, SECONDS, Leftovers, clean_folder
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import join_key, split_key
from dampipe.storage.files.stores import FileStores

_PAGE = 1000


class ImportLeftovers(Leftovers):
    """What the imports of the last days have left."""

    def __init__(self, database: Database, sources: SourceRepository, stores: FileStores) -> None:
        super().__init__(sources, stores)
        self._db = database

    def clean(
        self, seconds: float = SECONDS, age: float = DAY, clock: Callable[[], float] = monotonic
    ) -> int:
        """See Leftovers. What waits on this machine to be put goes, too."""
        deleted = 0
        if self.is_due(clock()):
            with suppress(DampipeError):
                deleted = clean_folder(self._stores.of(staging_folder()), "", age)
        return deleted + super().clean(seconds, age, clock)

    def folders(self) -> Iterator[tuple[int, str]]:
        """See Leftovers."""
        recent = select(IMPORT_SESSION.c.id, IMPORT_SESSION.c.destinations).where(
            or_(IMPORT_SESSION.c.finished_at.is_(None), IMPORT_SESSION.c.finished_at > NOW - FOR)
        )
        with self._db.read() as connection:
            sessions = connection.execute(recent).all()
        seen: set[tuple[int, str]] = set()
        for session in sessions:
            places = [(int(one["source"]), one["folder"]) for one in json.loads(session.destinations)]
            for target in self._targets(session.id):
                for source, below in places:
                    folder = (source, split_key(join_key(below, target))[0])
                    if folder not in seen:
                        seen.add(folder)
                        yield folder

    def _targets(self, session: int) -> Iterator[str]:
        """Where the files of an import are, or are going to be."""
        after = 0
        while True:
            page = (
                select(IMPORT_FILE.c.id, IMPORT_FILE.c.target)
                .where(IMPORT_FILE.c.session_id == session, IMPORT_FILE.c.id > after)
                .order_by(IMPORT_FILE.c.id)
                .limit(_PAGE)
            )
            with self._db.read() as connection:
                rows = connection.execute(page).all()
            yield from (str(row.target) for row in rows if row.target)
            if len(rows) < _PAGE:
                return
            after = rows[-1].id
