"""The table `folder`: folders of sources, the digests of what scans read in them, and their sidecars.

The functions write in the caller's transaction; the repository opens its own.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from dampipe.features.sources.locations import clear_missed, delete_some, mark_documents
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.sidecars import sidecars_as_text
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import FolderId, SourceId
from dampipe.kernel.unicode_paths import path_spellings
from dampipe.kernel.visibility import EVERYTHING, View

DELETED_TOGETHER = 2000
"""Rows deleted in one transaction, so that others can write in between."""

FolderKey = tuple[SourceId, str]
"""Source id, and path relative to the source's root."""


def ensure_folder(connection: Connection, database: Database, source: SourceId, path: str) -> FolderId:
    """The id of a folder, created if it does not exist."""
    connection.execute(database.insert(FOLDER).values(source_id=source, path=path).on_conflict_do_nothing())
    found = select(FOLDER.c.id).where(FOLDER.c.source_id == source, FOLDER.c.path == path)
    return FolderId(connection.execute(found).scalar_one())


def ensure_folders(
    connection: Connection, database: Database, folders: Collection[FolderKey]
) -> dict[FolderKey, FolderId]:
    """The ids of folders, created where they do not exist."""
    rows = [{"source_id": source, "path": path} for source, path in sorted(folders)]
    connection.execute(database.insert(FOLDER).on_conflict_do_nothing(), rows)
    ids: dict[FolderKey, FolderId] = {}
    # One query a source: databases look up pairs of columns by scanning the table.
    for source in {source for source, _ in folders}:
        for paths in chunked([path for owner, path in folders if owner == source]):
            known = select(FOLDER.c.path, FOLDER.c.id)
            for row in connection.execute(
                known.where(FOLDER.c.source_id == source, FOLDER.c.path.in_(paths))
            ):
                ids[source, row.path] = row.id
    return ids


def save_listings(connection: Connection, digests: Mapping[FolderKey, bytes | None]) -> None:
    """Store the digests of what was read in folders; None: compare the folder's files at the next scan."""
    if not digests:
        return
    folder = FOLDER.update().where(
        FOLDER.c.source_id == bindparam("source"), FOLDER.c.path == bindparam("at")
    )
    connection.execute(
        folder.values(listing=bindparam("digest")),
        [{"source": source, "at": path, "digest": digest} for (source, path), digest in digests.items()],
    )


def take_folders_to_regroup(connection: Connection, limit: int) -> list[FolderId]:
    """Up to `limit` folders whose asset groups are to be brought up to date, which the caller does now."""
    ids = select(FOLDER.c.id).where(~FOLDER.c.is_regrouped).order_by(FOLDER.c.id).limit(limit)
    taken = update(FOLDER).where(FOLDER.c.id.in_(ids.scalar_subquery()), ~FOLDER.c.is_regrouped)
    return list(connection.execute(taken.values(is_regrouped=True).returning(FOLDER.c.id)).scalars())


def request_sidecars(connection: Connection, folder: FolderId) -> None:
    """Have the sidecars of a folder read again."""
    more = FOLDER.c.sidecars_unread + 1
    connection.execute(update(FOLDER).where(FOLDER.c.id == folder).values(sidecars_unread=more))


def add_sidecars(connection: Connection, folder: FolderId, file: str, names: Collection[str]) -> None:
    """Record sidecars of a file that were written outside of a scan, and have them read; the next scan compares."""
    known = select(FOLDER.c.sidecars).where(FOLDER.c.id == folder).with_for_update()
    sidecars: dict[str, list[str]] = json.loads(connection.execute(known).scalar_one())
    own = sidecars.get(file, [])
    sidecars[file] = own + sorted(set(names).difference(own))
    values = {"sidecars": sidecars_as_text(sidecars), "listing": None}
    connection.execute(update(FOLDER).where(FOLDER.c.id == folder).values(**values))
    request_sidecars(connection, folder)


def unread_sidecars(connection: Connection, limit: int) -> Sequence[Any]:
    """Up to `limit` folders whose sidecars are to be read: id, and the number that `mark_sidecars_read` takes."""
    query = select(FOLDER.c.id, FOLDER.c.sidecars_unread).where(FOLDER.c.sidecars_unread > 0)
    return connection.execute(query.order_by(FOLDER.c.id).limit(limit)).all()


def mark_sidecars_read(connection: Connection, folder: FolderId, unread: int) -> None:
    """Record that the sidecars of a folder were read, unless they have changed since that number was read."""
    mine = (FOLDER.c.id == folder, FOLDER.c.sidecars_unread == unread)
    connection.execute(update(FOLDER).where(*mine).values(sidecars_unread=0))


def save_lookalikes(connection: Connection, marks: Mapping[FolderKey, bytes | None]) -> None:
    """Store the marks of files that look like media by their suffixes only."""
    if not marks:
        return
    folder = FOLDER.update().where(
        FOLDER.c.source_id == bindparam("source"), FOLDER.c.path == bindparam("at")
    )
    connection.execute(
        folder.values(lookalikes=bindparam("marks")),
        [{"source": source, "at": path, "marks": marks[source, path]} for source, path in marks],
    )


def forget_listings(connection: Connection, folders: Sequence[FolderId]) -> None:
    """Have the files of folders compared one by one at the next scan."""
    for ids in chunked(folders):
        connection.execute(
            update(FOLDER).where(FOLDER.c.id.in_(ids), FOLDER.c.listing.is_not(None)).values(listing=None)
        )


class FolderRepository:
    """Folders, their sidecars and the spellings of their paths."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def ensure(self, source: SourceId, path: str) -> FolderId:
        """The id of a folder, created if it does not exist."""
        with self._db.write() as connection:
            return ensure_folder(connection, self._db, source, path)

    def sidecars(self, source: SourceId, path: str) -> str:
        """The JSON that `save_sidecars` stored for a folder; "{}" if there is none."""
        with self._db.read() as connection:
            known = select(FOLDER.c.sidecars).where(FOLDER.c.source_id == source, FOLDER.c.path == path)
            return connection.execute(known).scalar() or "{}"

    def known_spellings(self, source: SourceId, path: str) -> list[str]:
        """Known folders whose paths are other Unicode spellings of `path`."""
        others = path_spellings(path)
        if not others:
            return []
        with self._db.read() as connection:
            known = select(FOLDER.c.path).where(FOLDER.c.source_id == source, FOLDER.c.path.in_(others))
            return list(connection.execute(known).scalars())

    def save_sidecars(self, source: SourceId, path: str, sidecars: str) -> None:
        """Store the sidecars of a folder's files, as JSON by file name, and have them read."""
        with self._db.write() as connection:
            folder = ensure_folder(connection, self._db, source, path)
            connection.execute(update(FOLDER).where(FOLDER.c.id == folder).values(sidecars=sidecars))
            request_sidecars(connection, folder)

    def respell(self, source: SourceId, old: str, new: str) -> FolderId | None:
        """Rename a folder to another spelling of its path, and clear the missed marks of its files.

        Returns the folder's id; None: there is no folder `old`.
        """
        with self._db.write() as connection:
            renamed = update(FOLDER).where(FOLDER.c.source_id == source, FOLDER.c.path == old)
            folder: FolderId | None = connection.execute(
                renamed.values(path=new).returning(FOLDER.c.id)
            ).scalar()
            if folder is not None:
                clear_missed(connection, folder)
                mark_documents(connection, LOCATION.c.folder_id == folder)
        return folder


class SourceFolders:
    """What lies in sources: their folders with the locations in them. Implements `sources.service.SourceContents`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def counts(self, view: View = EVERYTHING) -> dict[SourceId, tuple[int, int]]:
        """How many files of each source are present, and how many are missing, by source id."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.source_id, LOCATION.c.state, func.count().label("files"))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .where(view.shows_folder(FOLDER.c.id))
                .group_by(FOLDER.c.source_id, LOCATION.c.state)
            ).all()
        files = {(row.source_id, row.state): row.files for row in rows}
        return {
            source: (
                files.get((source, LocationState.PRESENT), 0),
                files.get((source, LocationState.MISSING), 0),
            )
            for source, _ in files
        }

    def forget(self, source: SourceId) -> int:
        """Delete all locations of a source, in short transactions; returns how many."""
        of_source = select(FOLDER.c.id).where(FOLDER.c.source_id == source)
        forgotten = 0
        while True:
            with self._db.write() as connection:
                count = delete_some(connection, LOCATION.c.folder_id.in_(of_source), DELETED_TOGETHER)
            if not count:
                return forgotten
            forgotten += count

    @staticmethod
    def hand_over(connection: Connection, outer: SourceId, inside: str, source: SourceId) -> None:
        """Give the folder `inside` of a source, and those below it, to another source whose root that folder is.

        Their locations stay as they are, so that nothing is identified again.
        """
        rows = connection.execute(select(FOLDER.c.id, FOLDER.c.path).where(FOLDER.c.source_id == outer)).all()
        for row in rows:
            if row.path == inside or row.path.startswith(f"{inside}/"):
                path = row.path[len(inside) + 1 :]
                connection.execute(
                    update(FOLDER).where(FOLDER.c.id == row.id).values(source_id=source, path=path)
                )
                mark_documents(connection, LOCATION.c.folder_id == row.id)
