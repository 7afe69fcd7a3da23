"""What the catalogue knows of a tree, in the order in which a walk meets it.

Keyset pagination, sorted by the bytes of the paths. The next page is read as soon as the last row of a page
is taken, so that the walk never sees its own writes.
"""

import os
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select

from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import FolderId, LocationId, SourceId


class KnownFolder(NamedTuple):
    """A folder that holds, or held, footage."""

    key: bytes
    """Path below the source's root, in the bytes of the file system."""
    id: FolderId
    listing: bytes | None
    """Digest of what was read there, if the folder's locations agree with it."""
    lookalikes: bytes | None = None
    """Marks of files that look like media by their suffixes only."""


class KnownFile(NamedTuple):
    """A location as the last walk left it."""

    key: bytes
    """Name, in the bytes of the file system."""
    id: LocationId
    size: int
    mtime_ns: int
    inode: int
    state: str
    is_named: bool
    """Whether it was enqueued by its own path although scans of its source skip it."""


Known = TypeVar("Known", KnownFolder, KnownFile)


class Peekable(Generic[Known]):
    """A sorted stream that can be merged with another one."""

    def __init__(self, rows: Iterator[Known]) -> None:
        self._rows: Iterator[Known] = rows
        self._next: Known | None = next(rows, None)

    def before(self, key: bytes | None) -> Iterator[Known]:
        """Take all that come before a key; None: all that are left."""
        while self._next is not None and (key is None or self._next.key < key):
            yield self._pop(self._next)

    def at(self, key: bytes) -> Known | None:
        """Take the one with that key; those before it must have been taken."""
        if self._next is None or self._next.key != key:
            return None
        return self._pop(self._next)

    def _pop(self, row: Known) -> Known:
        self._next = next(self._rows, None)
        return row


def known_folders(
    database: Database, source: SourceId, top: str, after: str | None, page: int
) -> Iterator[KnownFolder]:
    """The folder `top` ("" for the root) and those below it; after: only those that come after that path."""
    top_key, below = os.fsencode(top), os.fsencode(f"{top}/")
    where = [FOLDER.c.source_id == source]
    if top:
        where += [FOLDER.c.path >= top, FOLDER.c.path < f"{top}0"]  # "0" is the byte that follows "/"
    while True:
        rest = [] if after is None else [FOLDER.c.path > after]
        with database.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.path, FOLDER.c.id, FOLDER.c.listing, FOLDER.c.lookalikes)
                .where(*where, *rest)
                .order_by(FOLDER.c.path)
                .limit(page)
            ).all()
        for path, number, listing, lookalikes in rows:
            key = os.fsencode(path)
            if not top or key == top_key or key.startswith(below):
                yield KnownFolder(key, number, _bytes(listing), _bytes(lookalikes))
        if len(rows) < page:
            return
        after = rows[-1].path


def known_files(database: Database, folder: FolderId, page: int) -> Iterator[KnownFile]:
    """The files of a folder."""
    columns = (LOCATION.c.name, LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns)
    after = ""
    while True:
        with database.read() as connection:
            rows = connection.execute(
                select(*columns, LOCATION.c.inode, LOCATION.c.state, LOCATION.c.is_named)
                .where(LOCATION.c.folder_id == folder, LOCATION.c.name > after)
                .order_by(LOCATION.c.name)
                .limit(page)
            ).all()
        for name, *facts in rows:
            yield KnownFile(os.fsencode(name), *facts)
        if len(rows) < page:
            return
        after = rows[-1].name


def known_file(database: Database, source: SourceId, folder: str, name: str) -> KnownFile | None:
    """One file; None: it is not known."""
    facts = (LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.inode, LOCATION.c.state, LOCATION.c.is_named)
    with database.read() as connection:
        row = connection.execute(
            select(LOCATION.c.id, *facts)
            .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
            .where(FOLDER.c.source_id == source, FOLDER.c.path == folder, LOCATION.c.name == name)
        ).first()
    if row is None:
        return None
    return KnownFile(os.fsencode(name), row.id, row.size, row.mtime_ns, row.inode, row.state, row.is_named)


def named_files(database: Database, source: SourceId) -> dict[str, list[str]]:
    """The files of a source that were enqueued by their own paths although its scans skip them, by folder."""
    found: dict[str, list[str]] = {}
    with database.read() as connection:
        rows = connection.execute(
            select(FOLDER.c.path, LOCATION.c.name)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(LOCATION.c.is_named, FOLDER.c.source_id == source)
        )
        for folder, name in rows:
            found.setdefault(folder, []).append(name)
    return found


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def count_known(database: Database, source: SourceId, newest: LocationId) -> int:
    """How many files of a source are present, up to the location with the id `newest`."""
    with database.read() as connection:
        return int(
            connection.execute(
                select(func.count())
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .where(
                    FOLDER.c.source_id == source,
                    LOCATION.c.state == LocationState.PRESENT,
                    LOCATION.c.id <= newest,
                )
            ).scalar_one()
        )


def location_ids(database: Database, limit: int, *where: ColumnElement[bool]) -> Iterator[list[LocationId]]:
    """The ids of certain locations, in order, `limit` at a time: as many as one transaction may change.

    Pauses after each batch, so that others can write.
    """
    after = LocationId(0)
    while True:
        with database.read() as connection:
            next_ids = select(LOCATION.c.id).where(*where, LOCATION.c.id > after)
            ids = list(connection.execute(next_ids.order_by(LOCATION.c.id).limit(limit)).scalars())
        if not ids:
            return
        yield ids
        after = ids[-1]
        database.give_way()


def in_tree(source: SourceId, top: str) -> ColumnElement[bool]:
    """Whether a location lies in a folder of a source ("": the root) or below."""
    where = [FOLDER.c.source_id == source]
    if top:
        where += [or_(FOLDER.c.path == top, and_(FOLDER.c.path > f"{top}/", FOLDER.c.path < f"{top}0"))]
    return LOCATION.c.folder_id.in_(select(FOLDER.c.id).where(*where))
