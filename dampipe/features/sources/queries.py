"""Sources in the catalogue: named footage roots, which never overlap in what they hold."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from time import time
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import holder
from dampipe.features.sources.tables import PATH_MAP, SOURCE
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import printable

AT_ONCE = 2000
"""Rows deleted in one transaction: others want to write, too."""


class SourceRepository:
    """The sources of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Source]:
        """All sources, by name, with their roots as this machine sees them."""
        with self._db.read() as connection:
            rows = connection.execute(select(SOURCE).order_by(SOURCE.c.name)).all()
            maps = connection.execute(select(PATH_MAP).order_by(PATH_MAP.c.machine)).all()
        return [self._source(row, {m.machine: m.root for m in maps if m.source_id == row.id}) for row in rows]

    def _source(self, row: Any, maps: dict[str, str]) -> Source:
        here = maps.get(self._db.machine)
        return Source(
            id=row.id,
            name=row.name,
            root=here or row.root,
            declared=row.root if here else "",
            include=tuple(json.loads(row.include)),
            exclude=tuple(json.loads(row.exclude)),
            path_maps=maps,
        )

    def named(self, name: str) -> Source:
        """The source of that name. Raises NotFound."""
        for source in self.all():
            if source.name == name:
                return source
        raise NotFound(f"there is no source {printable(name)!r}", hint="`dampipe source list` lists them.")

    def holding(self, path: str) -> Source:
        """The source that holds that folder, the most specific one; made when there is none."""
        held = holder(path, self.all())
        if held is not None:
            return held
        base = printable(PurePath(path).name) or "root"
        with self._db.write() as connection:
            taken = set(connection.execute(select(SOURCE.c.name)).scalars())
            name = next(n for n in _numbered(base) if n not in taken)
            connection.execute(
                self._db.insert(SOURCE)
                .values(name=name, root=path, include="[]", exclude="[]", added_at=time())
                .on_conflict_do_nothing()
            )
            row = connection.execute(select(SOURCE).where(SOURCE.c.root == path)).one()
        return self._source(row, {})

    def add(
        self,
        name: str,
        root: str,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        path_maps: Mapping[str, str] | None = None,
    ) -> Source:
        """Name a root, as declared; a known root gets the new name, patterns and maps instead of its old ones.

        Raises InvalidInput when the name is taken. What another source knows below that root goes over
        to the new one, so that nothing is identified again.
        """
        values = {"name": name, "include": json.dumps(list(include)), "exclude": json.dumps(list(exclude))}
        with self._db.write() as connection:
            rows = connection.execute(select(SOURCE)).all()
            if any(row.name == name and row.root != root for row in rows):
                raise InvalidInput(
                    f"there is another source {printable(name)!r}", hint="`dampipe source list` lists them."
                )
            known = next((row.id for row in rows if row.root == root), None)
            if known is not None:
                connection.execute(update(SOURCE).where(SOURCE.c.id == known).values(values))
                made = int(known)
            else:
                new = SOURCE.insert().values(root=root, added_at=time(), **values).returning(SOURCE.c.id)
                made = int(connection.execute(new).scalar_one())
                outer = [row for row in rows if PurePath(root).is_relative_to(row.root)]
                if outer:
                    nearest = max(outer, key=lambda row: len(row.root))
                    self._take_over(connection, made, root, nearest.id, nearest.root)
            connection.execute(delete(PATH_MAP).where(PATH_MAP.c.source_id == made))
            for machine, path in (path_maps or {}).items():
                connection.execute(PATH_MAP.insert().values(source_id=made, machine=machine, root=path))
        return self.named(name)

    def _take_over(self, connection: Connection, source: int, root: str, outer: int, outer_root: str) -> None:
        inside = str(PurePath(root).relative_to(outer_root))
        rows = connection.execute(select(FOLDER).where(FOLDER.c.source_id == outer)).all()
        for row in rows:
            if row.path == inside or row.path.startswith(f"{inside}/"):
                path = row.path[len(inside) + 1 :]
                connection.execute(
                    update(FOLDER).where(FOLDER.c.id == row.id).values(source_id=source, path=path)
                )

    def remove(self, source: int) -> int:
        """Forget a source and its locations, not the assets; returns how many locations there were."""
        removed = 0
        mine = select(FOLDER.c.id).where(FOLDER.c.source_id == source)
        while True:
            with self._db.write() as connection:
                some = select(LOCATION.c.id).where(LOCATION.c.folder_id.in_(mine)).limit(AT_ONCE)
                gone = connection.execute(
                    delete(LOCATION).where(LOCATION.c.id.in_(some.scalar_subquery()))
                ).rowcount
                removed += gone
                if not gone:
                    connection.execute(delete(SOURCE).where(SOURCE.c.id == source))
                    return removed

    def counts(self) -> dict[int, tuple[int, int]]:
        """How many files of each source are present, and how many are missing."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.source_id, LOCATION.c.state, func.count().label("files"))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .group_by(FOLDER.c.source_id, LOCATION.c.state)
            ).all()
        found = {(row.source_id, row.state): row.files for row in rows}
        return {
            source: (
                found.get((source, LocationState.PRESENT), 0),
                found.get((source, LocationState.MISSING), 0),
            )
            for source, _ in found
        }

    def newest_location(self) -> int:
        """The highest id of a location, 0 if there is none."""
        with self._db.read() as connection:
            return int(connection.execute(select(func.coalesce(func.max(LOCATION.c.id), 0))).scalar_one())

    def ensure_folder(self, source: int, path: str) -> int:
        """The id of a folder, made if there is none."""
        with self._db.write() as connection:
            return ensure_folder(connection, self._db, source, path)


def ensure_folder(connection: Connection, database: Database, source: int, path: str) -> int:
    """The same inside a transaction."""
    connection.execute(database.insert(FOLDER).values(source_id=source, path=path).on_conflict_do_nothing())
    found = select(FOLDER.c.id).where(FOLDER.c.source_id == source, FOLDER.c.path == path)
    return int(connection.execute(found).scalar_one())


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
