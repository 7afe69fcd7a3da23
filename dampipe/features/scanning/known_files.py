"""What the catalogue knows of a tree, in the order in which a walk comes by, read a page at a time.

Folders and files are sorted by the bytes of their paths. The page that follows is read as soon as the last
row of a page is handed out, so what the walk itself writes on its way is never handed to it.
"""

import os
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, or_, select

from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.kernel.db.database import Database

PAGE = 2000
IN_ONE_GO = 500
"""Locations that one transaction changes: others want to write, too."""


class KnownFolder(NamedTuple):
    """A folder that holds, or held, footage."""

    key: bytes
    """Its path below the source's root as the file system has it."""
    id: int
    listing: bytes | None
    """Digest of what was read there, if its locations say the same."""


class KnownFile(NamedTuple):
    """A location as the last walk left it."""

    key: bytes
    """The name."""
    id: int
    size: int
    mtime_ns: int
    inode: int
    state: str


Row = TypeVar("Row", KnownFolder, KnownFile)


class Peekable(Generic[Row]):
    """A sorted stream that can be compared with another one."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows: Iterator[Row] = rows
        self._next: Row | None = next(rows, None)

    def before(self, key: bytes | None) -> Iterator[Row]:
        """All that come before a key; None: all that are left."""
        while self._next is not None and (key is None or self._next.key < key):
            yield self._pop(self._next)

    def at(self, key: bytes) -> Row | None:
        """The one with that key; those before it must have been taken."""
        if self._next is None or self._next.key != key:
            return None
        return self._pop(self._next)

    def _pop(self, row: Row) -> Row:
        self._next = next(self._rows, None)
        return row


def known_folders(database: Database, source: int, top: str, after: str | None) -> Iterator[KnownFolder]:
    """The folder `top` ("" for all) and those below it; `after`: only those that come after that path."""
    begin, below = os.fsencode(top), os.fsencode(f"{top}/")
    where = [FOLDER.c.source_id == source]
    if top:
        where += [FOLDER.c.path >= top, FOLDER.c.path < f"{top}0"]  # "0" is what follows "/"
    while True:
        more = [] if after is None else [FOLDER.c.path > after]
        with database.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.path, FOLDER.c.id, FOLDER.c.listing)
                .where(*where, *more)
                .order_by(FOLDER.c.path)
                .limit(PAGE)
            ).all()
        for path, number, listing in rows:
            key = os.fsencode(path)
            if not top or key == begin or key.startswith(below):
                yield KnownFolder(key, number, None if listing is None else bytes(listing))
        if len(rows) < PAGE:
            return
        after = rows[-1].path


def known_files(database: Database, folder: int) -> Iterator[KnownFile]:
    """The files of a folder."""
    columns = (LOCATION.c.name, LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns)
    after = ""
    while True:
        with database.read() as connection:
            rows = connection.execute(
                select(*columns, LOCATION.c.inode, LOCATION.c.state)
                .where(LOCATION.c.folder_id == folder, LOCATION.c.name > after)
                .order_by(LOCATION.c.name)
                .limit(PAGE)
            ).all()
        for name, *facts in rows:
            yield KnownFile(os.fsencode(name), *facts)
        if len(rows) < PAGE:
            return
        after = rows[-1].name


def location_ids(database: Database, *where: ColumnElement[bool]) -> Iterator[list[int]]:
    """The ids of certain locations, in order, so many at a time as one transaction may change."""
    after = 0
    while True:
        with database.read() as connection:
            these = select(LOCATION.c.id).where(*where, LOCATION.c.id > after)
            some = list(connection.execute(these.order_by(LOCATION.c.id).limit(IN_ONE_GO)).scalars())
        if not some:
            return
        yield some
        after = some[-1]
        database.give_way()


def in_tree(source: int, top: str) -> ColumnElement[bool]:
    """Whether a location lies in that folder of a source ("": all of it) or below."""
    below = (
        []
        if not top
        else [or_(FOLDER.c.path == top, and_(FOLDER.c.path > f"{top}/", FOLDER.c.path < f"{top}0"))]
    )
    return LOCATION.c.folder_id.in_(select(FOLDER.c.id).where(FOLDER.c.source_id == source, *below))
