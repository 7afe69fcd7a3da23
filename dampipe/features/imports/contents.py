"""Matching by content: what the library and other imports have already."""

import json

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.imports.model import Copy, Destination, FileState
from dampipe.features.imports.tables import IMPORT_FILE, IMPORT_SESSION
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import join_key

_MOST_COPIES = 100
"""Imports of one path that are looked at, the newest first."""


class KnownContents:
    """The contents of the library, and of all imports."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def may_have(self, size: int) -> bool:
        """Whether the library, or an import, has a content of that size: only then the origin's file is read for it."""
        with self._db.read() as connection:
            version = select(VERSION.c.id).where(VERSION.c.size == size).limit(1)
            # By the SHA-1 and not by the state: of frames of one size, all those that are not copied yet would be looked
            # at for each one.
            imported = select(IMPORT_FILE.c.id).where(
                IMPORT_FILE.c.size == size, IMPORT_FILE.c.sha1.is_not(None)
            )
            return any(connection.execute(one.limit(1)).first() is not None for one in (version, imported))

    def places_of(self, sha1: str) -> list[tuple[str, str]]:
        """Where the library last saw a content: roots as this machine sees them, and paths below."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(*place_columns(self._db))
                .select_from(
                    LOCATION.join(VERSION, VERSION.c.id == LOCATION.c.version_id)
                    .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                    .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
                )
                .where(VERSION.c.sha1 == sha1, LOCATION.c.state == LocationState.PRESENT)
                .order_by(LOCATION.c.id)
            ).all()
        return [(row.root, join_key(row.folder, row.file)) for row in rows]

    def imported_as(self, sha1: str, size: int) -> list[tuple[SourceId, str]]:
        """Sources, and paths below their roots, where imports have put a content."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(IMPORT_FILE.c.target, IMPORT_FILE.c.copies, IMPORT_SESSION.c.destinations)
                .join_from(IMPORT_FILE, IMPORT_SESSION)
                .where(
                    IMPORT_FILE.c.size == size,
                    IMPORT_FILE.c.sha1 == sha1,
                    IMPORT_FILE.c.state == FileState.IMPORTED,
                )
                .order_by(IMPORT_FILE.c.id)
            ).all()
        found = []
        for row in rows:
            destinations = json.loads(row.destinations)
            for copy in json.loads(row.copies):
                place = Destination.model_validate(destinations[copy["destination"]])
                path = f"{place.folder}/{row.target}" if place.folder else str(row.target)
                found.append((SourceId(place.source), path))
        return found


def sha1_of_copy(connection: Connection, source: int, path: str, size: int, mtime_ns: int, inode: int) -> str:
    """The SHA-1 of a file that an import has written and read back; "" unless it is exactly that file.

    path: below the root of the source.
    """
    segments = path.split("/")
    targets = ["/".join(segments[start:]) for start in range(len(segments))]
    rows = connection.execute(
        select(IMPORT_FILE.c.sha1, IMPORT_FILE.c.target, IMPORT_FILE.c.copies, IMPORT_SESSION.c.destinations)
        .join_from(IMPORT_FILE, IMPORT_SESSION)
        .where(
            IMPORT_FILE.c.size == size,
            IMPORT_FILE.c.state == FileState.IMPORTED,
            IMPORT_FILE.c.target.in_(targets),
        )
        .order_by(IMPORT_FILE.c.id.desc())
        .limit(_MOST_COPIES)
    ).all()
    for row in rows:
        destinations = json.loads(row.destinations)
        for copy in (Copy.model_validate(one) for one in json.loads(row.copies)):
            place = Destination.model_validate(destinations[copy.destination])
            is_there = place.source == source and join_key(place.folder, row.target) == path
            if is_there and copy.written and (copy.mtime_ns, copy.inode) == (mtime_ns, inode):
                return str(row.sha1)
    return ""
