"""What the catalogue knows of a tree, in the order in which a walk meets it.

Keyset pagination, sorted by the bytes of the paths. The next page is read as soon as the last row of a page
is taken, so that the walk never sees its own writes.
"""

import os
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select

from dampipe.features.sources.model import LocationState
from dampipe.features.sources.storage_facts import AT_HAND, StorageFacts
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import FolderId, LocationId, SourceId


class KnownFolder(NamedTuple):
    """A folder that holds, or held, footage."""

    key: bytes
    """What the folders of a walk are sorted by: the bytes of the path, or see `children_first`."""
    id: FolderId
    listing: bytes | None
    """Digest of what was read there, if the folder's locations agree with it."""
    lookalikes: bytes | None = None
    """Marks of files that look like media by their suffixes only."""
    path: str = ""
    """Path below the source's root."""


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
    checksum: str = ""
    token: str = ""
    storage_state: str = AT_HAND[0]
    storage_class: str = ""
    restored_until: float | None = None

    @property
    def storage(self) -> StorageFacts:
        """How the storage keeps it."""
        return self.storage_state, self.storage_class, self.restored_until


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
                yield KnownFolder(key, number, _bytes(listing), _bytes(lookalikes), path)
        if len(rows) < page:
            return
        after = rows[-1].path


def children_first(path: str) -> bytes:
    """What folders are sorted by so that each comes after all that lie in it, as a flat listing completes them.

    All keys below a folder sort between its path with "/" and its path with "0", the byte that follows "/".

    >>> sorted(["", "a", "a/b", "a-b", "b"], key=children_first)
    ['a-b', 'a/b', 'a', 'b', '']
    """
    return b"\0%b0" % os.fsencode(path) if path else b"\1"


def known_folders_children_first(
    database: Database, source: SourceId, top: str, after: str | None, page: int
) -> Iterator[KnownFolder]:
    """The folders that `known_folders` returns, in the order of `children_first`.

    Only folders whose paths begin as the one read last are kept in memory: those inside of which it may lie.
    """
    last = b"" if after is None else children_first(after)
    open_: list[tuple[bytes, KnownFolder]] = []
    start: str | None = None
    if after is not None:
        for folder in _beginnings(database, source, after):
            is_inside = not top or folder.path == top or folder.path.startswith(f"{top}/")
            if is_inside and children_first(folder.path) > last:
                heappush(open_, (children_first(folder.path), folder))
        # What sorts between the path and this, by its bytes, lies in it.
        start = f"{after}0" if after else None
        if not after:
            return
    for folder in chain(_from(database, source, start), known_folders(database, source, top, start, page)):
        if start is not None and top and not (folder.path == top or folder.path.startswith(f"{top}/")):
            continue
        key = os.fsencode(folder.path)
        while open_ and open_[0][0][1:] <= key and open_[0][1].path:
            yield _keyed(heappop(open_))
        heappush(open_, (children_first(folder.path), folder))
    while open_:
        yield _keyed(heappop(open_))


def _keyed(pair: tuple[bytes, KnownFolder]) -> KnownFolder:
    return pair[1]._replace(key=pair[0])


def _from(database: Database, source: SourceId, path: str | None) -> list[KnownFolder]:
    """The folder at exactly that path."""
    return [] if path is None else _at(database, source, [path])


def _beginnings(database: Database, source: SourceId, path: str) -> list[KnownFolder]:
    """The folders whose paths are beginnings of a path, byte by byte: it may lie in them, or next to them."""
    key = os.fsencode(path)
    return _at(database, source, [os.fsdecode(key[:length]) for length in range(len(key) + 1)])


def _at(database: Database, source: SourceId, paths: Sequence[str]) -> list[KnownFolder]:
    found = []
    with database.read() as connection:
        for some in chunked(paths):
            rows = connection.execute(
                select(FOLDER.c.path, FOLDER.c.id, FOLDER.c.listing, FOLDER.c.lookalikes)
                .where(FOLDER.c.source_id == source, FOLDER.c.path.in_(some))
                .order_by(FOLDER.c.path)
            )
            found += [
                KnownFolder(os.fsencode(path), number, _bytes(listing), _bytes(lookalikes), path)
                for path, number, listing, lookalikes in rows
            ]
    return found


_REST = (
    LOCATION.c.inode,
    LOCATION.c.state,
    LOCATION.c.is_named,
    LOCATION.c.checksum,
    LOCATION.c.token,
    LOCATION.c.storage_state,
    LOCATION.c.storage_class,
    LOCATION.c.restored_until,
)


def known_files(database: Database, folder: FolderId, page: int) -> Iterator[KnownFile]:
    """The files of a folder."""
    columns = (LOCATION.c.name, LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns)
    after = ""
    while True:
        with database.read() as connection:
            rows = connection.execute(
                select(*columns, *_REST)
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
    with database.read() as connection:
        row = connection.execute(
            select(LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns, *_REST)
            .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
            .where(FOLDER.c.source_id == source, FOLDER.c.path == folder, LOCATION.c.name == name)
        ).first()
    if row is None:
        return None
    return KnownFile(os.fsencode(name), *row)


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
