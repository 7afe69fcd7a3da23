"""The table `location`: what scans write to it, in bulk.

The functions write in the caller's transaction and decide nothing: which files are new, changed, moved or
missing is for the caller to say (features/scanning). A location that a scan did not find is first *missed*
(`missed_by`), which has no effect, and becomes *missing* at the end of that scan.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from dampipe.features.sources.model import LocationState
from dampipe.features.sources.sidecars import sidecars_as_text
from dampipe.features.sources.storage_facts import storage_facts
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_dirty_versions, mark_selected, selected_versions
from dampipe.kernel.facets.dirty import mark_selected_versions, mark_versions
from dampipe.kernel.facets.dirty import selected_versions as selected_for_facets
from dampipe.kernel.ids import FolderId, LocationId, SourceId, VersionId
from dampipe.kernel.paths import kept_time
from dampipe.storage.files.base import FileEntry

NewLocation = (
    tuple[FolderId, bytes, int, int, int, bool]
    | tuple[FolderId, bytes, int, int, int, bool, str, str]
    | tuple[FolderId, bytes, int, int, int, bool, str, str, str, str, float | None]
)
"""Folder id, name in bytes, size, mtime_ns, inode (0: not meaningful on that file system), whether it was named; in
other storages than file systems also the checksum and the token, and the `StorageFacts`."""
ChangedLocation = tuple[LocationId, int, int, int, str, str, str, str, float | None]
"""Location id, size, mtime_ns, inode, checksum, token, `StorageFacts`."""
StoredLocation = tuple[LocationId, str, str, float | None]
"""Location id, `StorageFacts`."""
StatedLocation = tuple[LocationId, int, str, str]
"""Location id, mtime_ns, checksum, token."""


_STORAGE = ("storage_state", "storage_class", "restored_until")
_HAS_SIDECARS = FOLDER.c.sidecars != "{}"
_UNREAD = FOLDER.c.sidecars_unread + case((_HAS_SIDECARS, 1), else_=0)
_LAST_VERSION = func.coalesce(LOCATION.c.version_id, LOCATION.c.previous_id)


def insert_found(
    connection: Connection, database: Database, rows: Sequence[NewLocation], scan: int
) -> list[LocationId]:
    """Insert files that a scan found, but for those that exist already; returns the new ids in order.

    The rows are all of one length.
    """
    columns: tuple[str, ...] = (
        "folder_id",
        "name",
        "size",
        "mtime_ns",
        "inode",
        "is_named",
        "checksum",
        "token",
        *_STORAGE,
    )
    columns = columns[: len(rows[0])] if rows else columns
    same = {"state": str(LocationState.PRESENT), "scan_id": scan}
    ids = database.insert_many(connection, LOCATION, columns, rows, same, ids=True)
    return [LocationId(number) for number in ids]


def update_changed(connection: Connection, rows: Sequence[ChangedLocation], scan: int) -> None:
    """Store the new facts of files whose size or time changed: they are to be identified again.

    The version that a file had last is remembered until then.
    """
    if not rows:
        return
    names = ("size", "mtime_ns", "inode", "checksum", "token", *_STORAGE)
    facts: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    facts |= {"state": LocationState.PRESENT, "leaves_at": None, "scan_id": scan, "missed_by": None}
    changed = LOCATION.update().where(LOCATION.c.id == bindparam("at"))
    for ids in chunked([location for location, *_ in rows]):
        mark_documents(connection, LOCATION.c.id.in_(ids))
    new_names = ("at", *(f"new_{name}" for name in names))
    connection.execute(
        changed.values(**facts, previous_id=_LAST_VERSION, version_id=None),
        [dict(zip(new_names, row, strict=True)) for row in rows],
    )


def update_storage(connection: Connection, rows: Sequence[StoredLocation]) -> None:
    """Store how storages keep files: whether they can be read, their storage class, and until when."""
    if rows:
        connection.execute(
            LOCATION.update()
            .where(LOCATION.c.id == bindparam("at"))
            .values({name: bindparam(f"new_{name}") for name in _STORAGE}),
            [
                {"at": location, **{f"new_{name}": fact for name, fact in zip(_STORAGE, facts, strict=True)}}
                for location, *facts in rows
            ],
        )


def update_stated(connection: Connection, rows: Sequence[StatedLocation]) -> None:
    """Store the new time, checksum and token of files whose content is the same."""
    if rows:
        facts: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("mtime_ns", "checksum", "token")}
        connection.execute(
            LOCATION.update().where(LOCATION.c.id == bindparam("at")).values(facts),
            [
                {"at": location, "new_mtime_ns": mtime_ns, "new_checksum": checksum, "new_token": token}
                for location, mtime_ns, checksum, token in rows
            ],
        )


def update_inodes(connection: Connection, inodes: Sequence[tuple[LocationId, int]]) -> None:
    """Store new inodes, as pairs of location id and inode."""
    if inodes:
        at = LOCATION.update().where(LOCATION.c.id == bindparam("at"))
        connection.execute(
            at.values(inode=bindparam("number")),
            [{"at": location, "number": inode} for location, inode in inodes],
        )


def request_regrouping(connection: Connection, where: ColumnElement[bool]) -> None:
    """Have the asset groups brought up to date, and the sidecars read, in the folders of those locations for which a
    condition holds."""
    folders = select(LOCATION.c.folder_id).where(where)
    connection.execute(
        update(FOLDER)
        .where(FOLDER.c.id.in_(folders), or_(FOLDER.c.is_regrouped, _HAS_SIDECARS))
        .values(is_regrouped=False, sidecars_unread=_UNREAD)
    )


def mark_documents(connection: Connection, where: ColumnElement[bool]) -> None:
    """Have the search documents rebuilt of the versions of those locations for which a condition holds now, and have the
    facet index read again where these are."""
    versions = select(LOCATION.c.version_id).where(where, LOCATION.c.version_id.is_not(None))
    mark_selected(connection, versions=versions)
    mark_selected_versions(connection, versions)


_OTHER = LOCATION.alias()


def _mark_copied(connection: Connection, where: ColumnElement[bool]) -> None:
    """Have the facet index read again where versions with several files are, of locations for which a condition holds:
    another file may be the first one now. It says the same of all others, present or missing."""
    has_another = exists(
        select(literal(1))
        .select_from(_OTHER)
        .where(_OTHER.c.version_id == LOCATION.c.version_id, _OTHER.c.id != LOCATION.c.id)
    )
    mark_selected_versions(connection, select(LOCATION.c.version_id).where(where, has_another))


def mark_named(connection: Connection, locations: Sequence[LocationId]) -> None:
    """Record that files were enqueued by their own paths, although scans of their sources skip them."""
    for ids in chunked(locations):
        connection.execute(update(LOCATION).where(LOCATION.c.id.in_(ids)).values(is_named=True))


def restore(connection: Connection, locations: Sequence[LocationId], scan: int) -> int:
    """Mark missing locations as present again.

    Those that were never identified become files of this scan; returns how many these are.
    """
    unidentified = 0
    for ids in chunked(locations):
        restored = LOCATION.c.id.in_(ids)
        connection.execute(
            update(LOCATION).where(restored).values(state=LocationState.PRESENT, missed_by=None)
        )
        request_regrouping(connection, restored)
        _mark_copied(connection, restored)
        unidentified += connection.execute(
            update(LOCATION).where(restored, LOCATION.c.version_id.is_(None)).values(scan_id=scan)
        ).rowcount
    return unidentified


def mark_missed(
    connection: Connection,
    scan: int,
    *,
    locations: Sequence[LocationId] = (),
    folders: Sequence[FolderId] = (),
) -> None:
    """Note that a scan did not find present locations, given one by one or as all those of folders."""
    for column, numbers in ((LOCATION.c.folder_id, folders), (LOCATION.c.id, locations)):
        for ids in chunked(numbers):
            connection.execute(
                update(LOCATION)
                .where(column.in_(ids), LOCATION.c.state == LocationState.PRESENT)
                .values(missed_by=scan)
            )


def clear_missed(connection: Connection, folder: FolderId) -> None:
    """Take back that a scan did not find the files of a folder."""
    connection.execute(update(LOCATION).where(LOCATION.c.folder_id == folder).values(missed_by=None))


def mark_missing(connection: Connection, scan: int, locations: Sequence[LocationId]) -> int:
    """Mark those of the locations as missing that this scan missed; returns how many."""
    request_regrouping(connection, LOCATION.c.id.in_(locations))
    _mark_copied(connection, LOCATION.c.id.in_(locations))
    return connection.execute(
        update(LOCATION)
        .where(
            LOCATION.c.id.in_(locations),
            LOCATION.c.missed_by == scan,
            LOCATION.c.state == LocationState.PRESENT,
        )
        .values(state=LocationState.MISSING, missed_by=None)
    ).rowcount


def move(connection: Connection, moves: Mapping[LocationId, LocationId]) -> int:
    """Give known locations (values) the folders and names of new ones (keys), which are deleted.

    Returns how many of the new ones still existed.
    """
    path: dict[str, Any] = {
        "folder_id": bindparam("folder"),
        "name": bindparam("file"),
        "is_named": bindparam("named"),
        # As the storage has them now: a copy in an object store has another time and may have another token.
        "mtime_ns": bindparam("time"),
        "token": bindparam("new_token"),
        **{name: bindparam(f"new_{name}") for name in _STORAGE},
    }
    moved = (
        LOCATION.update()
        .where(LOCATION.c.id == bindparam("known"))
        .values(**path, state=LocationState.PRESENT, missed_by=None)
    )
    count = 0
    for ids in chunked(list(moves)):
        new = LOCATION.c.id.in_(ids)
        request_regrouping(connection, new)
        known = LOCATION.c.id.in_([moves[location] for location in ids])
        request_regrouping(connection, known)
        mark_documents(connection, new)
        mark_documents(connection, known)
        rows = connection.execute(
            select(
                LOCATION.c.id,
                LOCATION.c.folder_id,
                LOCATION.c.name,
                LOCATION.c.is_named,
                LOCATION.c.mtime_ns,
                LOCATION.c.token,
                *(LOCATION.c[name] for name in _STORAGE),
            ).where(new)
        ).all()
        connection.execute(delete(LOCATION).where(new))
        connection.execute(
            moved,
            [
                {
                    "known": moves[row.id],
                    "folder": row.folder_id,
                    "file": row.name,
                    "named": row.is_named,
                    "time": row.mtime_ns,
                    "new_token": row.token,
                    **{f"new_{name}": row._mapping[name] for name in _STORAGE},
                }
                for row in rows
            ],
        )
        count += len(rows)
    return count


def assign_to_scan(connection: Connection, locations: Sequence[LocationId], scan: int) -> None:
    """Count files as found by another scan."""
    connection.execute(update(LOCATION).where(LOCATION.c.id.in_(locations)).values(scan_id=scan))


_REGROUP = (
    update(FOLDER)
    .where(
        FOLDER.c.id
        == select(LOCATION.c.folder_id).where(LOCATION.c.id == bindparam("location")).scalar_subquery(),
        or_(FOLDER.c.is_regrouped, _HAS_SIDECARS),
    )
    .values(is_regrouped=False, sidecars_unread=_UNREAD)
)
_TIE = (
    update(LOCATION)
    .where(LOCATION.c.id == bindparam("location"))
    .values(version_id=bindparam("version"), previous_id=None)
)

_BEFORE = select(LOCATION.c.version_id).where(
    LOCATION.c.id == bindparam("location"), LOCATION.c.version_id.is_not(None)
)
_TIED = _BEFORE.union_all(select(bindparam("version", type_=Integer)))
_MARK_TIED = selected_versions(_TIED)
_MARK_PLACED = selected_for_facets(_TIED)
"""Of the version that the file had, if any, and of the one that it has: in one statement, since each file runs it."""


def tie_to_version(connection: Connection, location: LocationId, version: VersionId) -> None:
    """Record that the file at a location has the content of a version."""
    connection.execute(_MARK_TIED, {"location": location, "version": version})
    connection.execute(_MARK_PLACED, {"location": location, "version": version})
    connection.execute(_TIE, {"location": location, "version": version})
    connection.execute(_REGROUP, {"location": location})


def record_identified(
    connection: Connection,
    database: Database,
    folder: FolderId,
    name: str,
    facts: os.stat_result,
    version: VersionId,
) -> None:
    """Record a present file of a file system whose version is known; what is known of the location is replaced."""
    values = {
        "checksum": "",
        "token": "",
        "size": facts.st_size,
        "mtime_ns": kept_time(facts.st_mtime_ns),
        "inode": facts.st_ino,
        "state": LocationState.PRESENT,
        "version_id": version,
        "previous_id": None,
    }
    insert = database.insert(LOCATION).values(folder_id=folder, name=name, **values)
    mark_documents(connection, and_(LOCATION.c.folder_id == folder, LOCATION.c.name == name))
    mark_dirty_versions(connection, [version])
    mark_versions(connection, [version])
    connection.execute(insert.on_conflict_do_update(index_elements=["folder_id", "name"], set_=values))


def record_copy(
    connection: Connection,
    database: Database,
    folder: FolderId,
    name: str,
    entry: FileEntry,
    version: VersionId,
) -> LocationId:
    """Record a file of any kind of store, just written and read back, as a present location of a version.

    What is known of a location of that name is replaced. The folder is compared by the next scan.
    """
    state, storage_class, until = storage_facts(entry)
    values = {
        "size": entry.size,
        "mtime_ns": kept_time(entry.mtime_ns),
        "inode": entry.inode,
        "checksum": entry.checksum,
        "token": entry.token,
        "storage_state": state,
        "storage_class": storage_class,
        "restored_until": until,
        "state": LocationState.PRESENT,
        "version_id": version,
        "previous_id": None,
        "missed_by": None,
        "leaves_at": None,
    }
    mark_documents(connection, and_(LOCATION.c.folder_id == folder, LOCATION.c.name == name))
    insert = database.insert(LOCATION).values(folder_id=folder, name=name, **values)
    made: int = connection.execute(
        insert.on_conflict_do_update(index_elements=["folder_id", "name"], set_=values).returning(
            LOCATION.c.id
        )
    ).scalar_one()
    mark_dirty_versions(connection, [version])
    mark_versions(connection, [version])
    _compare_again(connection, LOCATION.c.id == made)
    return LocationId(made)


def record_facts(connection: Connection, location: LocationId, entry: FileEntry) -> None:
    """Store what the storage states now of a file whose content is the same."""
    connection.execute(
        update(LOCATION)
        .where(LOCATION.c.id == location)
        .values(
            **dict(zip(_STORAGE, storage_facts(entry), strict=True)),
            mtime_ns=kept_time(entry.mtime_ns),
            checksum=entry.checksum,
            token=entry.token,
        )
    )
    _compare_again(connection, LOCATION.c.id == location)


def mark_leaving(connection: Connection, location: LocationId, grace: float) -> float | None:
    """Mark a present location as leaving: its file may be deleted in `grace` seconds; returns when, None if it is not
    present.

    The caller has made sure that there are enough copies besides (features/tiers/guarantee.py).
    """
    leaving = update(LOCATION).where(LOCATION.c.id == location, LOCATION.c.state == LocationState.PRESENT)
    at: float | None = connection.execute(
        leaving.values(state=LocationState.LEAVING, leaves_at=NOW + grace).returning(LOCATION.c.leaves_at)
    ).scalar()
    if at is not None:
        _changed(connection, LOCATION.c.id == location)
    return at


def take_back(connection: Connection, location: LocationId) -> bool:
    """Mark a leaving location as present; whether it was leaving."""
    leaving = update(LOCATION).where(LOCATION.c.id == location, LOCATION.c.state == LocationState.LEAVING)
    if not connection.execute(leaving.values(state=LocationState.PRESENT, leaves_at=None)).rowcount:
        return False
    _changed(connection, LOCATION.c.id == location)
    return True


def delete_left(connection: Connection, location: LocationId) -> bool:
    """Delete a leaving location, whose file was deleted; whether it was leaving."""
    leaving = and_(LOCATION.c.id == location, LOCATION.c.state == LocationState.LEAVING)
    _changed(connection, leaving)
    _forget_sidecars(connection, leaving)
    return bool(connection.execute(delete(LOCATION).where(leaving)).rowcount)


def _forget_sidecars(connection: Connection, where: ColumnElement[bool]) -> None:
    """Take a file that is gone from what is known of the sidecars of its folder."""
    of_file = (
        select(FOLDER.c.id, FOLDER.c.sidecars, LOCATION.c.name)
        .join(LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
        .where(where, _HAS_SIDECARS)
        .with_for_update(of=FOLDER)
    )
    for row in connection.execute(of_file).all():
        sidecars = json.loads(row.sidecars)
        if sidecars.pop(row.name, None) is not None:
            mine = update(FOLDER).where(FOLDER.c.id == row.id)
            connection.execute(mine.values(sidecars=sidecars_as_text(sidecars)))


def _changed(connection: Connection, where: ColumnElement[bool]) -> None:
    """What follows when files come or go outside of a scan."""
    mark_documents(connection, where)
    request_regrouping(connection, where)
    _compare_again(connection, where)


def _compare_again(connection: Connection, where: ColumnElement[bool]) -> None:
    """Have the next scan compare the folders of locations: their digests are of what the catalogue said before."""
    folders = select(LOCATION.c.folder_id).where(where)
    connection.execute(
        update(FOLDER).where(FOLDER.c.id.in_(folders), FOLDER.c.listing.is_not(None)).values(listing=None)
    )


def delete_some(connection: Connection, where: ColumnElement[bool], limit: int) -> int:
    """Delete up to `limit` locations for which a condition holds; returns how many."""
    ids = connection.execute(select(LOCATION.c.id).where(where).limit(limit)).scalars().all()
    for some in chunked(ids):
        mark_documents(connection, LOCATION.c.id.in_(some))
        connection.execute(delete(LOCATION).where(LOCATION.c.id.in_(some)))
    return len(ids)


class LocationRepository:
    """Single locations."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def rename(self, location: LocationId, name: str) -> None:
        """Store another spelling of a file's name."""
        with self._db.write() as connection:
            connection.execute(update(LOCATION).where(LOCATION.c.id == location).values(name=name))
            mark_documents(connection, LOCATION.c.id == location)

    def exists(self, source: SourceId, folder: str, name: str) -> bool:
        """Whether a file of a source is known."""
        with self._db.read() as connection:
            known = (
                select(LOCATION.c.id)
                .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
                .where(FOLDER.c.source_id == source, FOLDER.c.path == folder, LOCATION.c.name == name)
            )
            return connection.execute(known).first() is not None

    def newest(self) -> LocationId:
        """The highest id of a location, 0 if there is none."""
        with self._db.read() as connection:
            newest = select(func.coalesce(func.max(LOCATION.c.id), 0))
            return LocationId(connection.execute(newest).scalar_one())
