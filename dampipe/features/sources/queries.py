"""The tables `source` and `path_map`: roots of footage, which never overlap in what they hold."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import time

from sqlalchemy import ColumnElement, Connection, delete, select, update

from dampipe.features.sources import errors
from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.locations import mark_documents
from dampipe.features.sources.model import Source, Tier, VersionRule
from dampipe.features.sources.path_mapping import holder
from dampipe.features.sources.tables import FOLDER, LOCATION, PATH_MAP, SOURCE, PathMapRow, SourceRow
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import below, is_below, is_url, printable

OnNested = Callable[[Connection, SourceId, str, SourceId], object]
"""Called in the transaction that creates a source inside another one: with the connection, the id of the
outer source, the path of the new root below the outer one, and the id of the new source."""


class SourceRepository:
    """The sources of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def machine(self) -> str:
        """The name by which path maps know this machine."""
        return self._db.machine

    def all(self) -> list[Source]:
        """All sources, by name, with their roots as this machine sees them."""
        return self._read()

    def named(self, name: str) -> Source:
        """The source of that name. Raises NotFound."""
        found = self._read(SOURCE.c.name == name)
        if not found:
            raise NotFound(errors.NOT_FOUND, name=printable(name))
        return found[0]

    def _read(self, *where: ColumnElement[bool]) -> list[Source]:
        with self._db.read() as connection:
            return self._read_in(connection, *where)

    def _read_in(self, connection: Connection, *where: ColumnElement[bool]) -> list[Source]:
        rows = rows_of(SourceRow, connection.execute(select(SOURCE).where(*where).order_by(SOURCE.c.name)))
        of_these = PATH_MAP.c.source_id.in_([row.id for row in rows])
        maps = rows_of(
            PathMapRow, connection.execute(select(PATH_MAP).where(of_these).order_by(PATH_MAP.c.machine))
        )
        return [self._source(row, {m.machine: m.root for m in maps if m.source_id == row.id}) for row in rows]

    def _source(self, row: SourceRow, path_maps: dict[str, str]) -> Source:
        assert row.id is not None
        mapped = path_maps.get(self._db.machine)
        return Source(
            id=SourceId(row.id),
            name=row.name,
            root=mapped or row.root,
            declared=row.root if mapped else "",
            include=tuple(json.loads(row.include)),
            exclude=tuple(json.loads(row.exclude)),
            path_maps=path_maps,
            versions=VersionRule(row.versions),
            managed=row.managed,
            tier=Tier(row.tier),
            label=row.label,
            cost=CostModel.model_validate_json(row.cost),
        )

    def ensure_holder(self, path: str) -> Source:
        """The most specific source that holds a folder; a source is created for it where there is none."""
        known = holder(path, self.all())
        if known is not None:
            return known
        with self._db.write() as connection:
            taken = set(connection.execute(select(SOURCE.c.name)).scalars())
            name = next(n for n in _names(path) if n not in taken)
            connection.execute(
                self._db.insert(SOURCE)
                .values(
                    name=name,
                    root=path,
                    include="[]",
                    exclude="[]",
                    added_at=time(),
                    versions=VersionRule.FOOTAGE,
                    managed=False,
                    tier=Tier.HOT,
                    label="",
                    cost="{}",
                )
                .on_conflict_do_nothing()
            )
            [made] = self._read_in(connection, SOURCE.c.root == path)
        return made

    def add(
        self,
        name: str,
        root: str,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        path_maps: Mapping[str, str] | None = None,
        versions: VersionRule = VersionRule.FOOTAGE,
        managed: bool = False,
        tier: Tier = Tier.HOT,
        label: str = "",
        cost: CostModel | None = None,
        on_nested: OnNested = lambda *_: None,
    ) -> Source:
        """Create a source, or give a known root a new name, patterns and path maps instead of its old ones.

        root: as declared. Raises InvalidInput when another source has the name.
        """
        values = {
            "name": name,
            "include": json.dumps(list(include)),
            "exclude": json.dumps(list(exclude)),
            "versions": versions,
            "managed": managed,
            "tier": tier,
            "label": label,
            "cost": "{}" if cost is None else cost.model_dump_json(exclude_defaults=True),
        }
        with self._db.write() as connection:
            rows = rows_of(SourceRow, connection.execute(select(SOURCE)))
            if any(row.name == name and row.root != root for row in rows):
                raise InvalidInput(errors.NAME_TAKEN, name=printable(name))
            source = next((row.id for row in rows if row.root == root), None)
            if source is not None:
                connection.execute(update(SOURCE).where(SOURCE.c.id == source).values(values))
                _mark_documents(connection, SourceId(source))
            else:
                new = SOURCE.insert().values(root=root, added_at=time(), **values).returning(SOURCE.c.id)
                source = int(connection.execute(new).scalar_one())
                outer = [row for row in rows if is_below(root, row.root)]
                if outer:
                    nearest = max(outer, key=lambda row: len(row.root))
                    assert nearest.id is not None
                    inside = below(root, nearest.root)
                    on_nested(connection, SourceId(nearest.id), inside, SourceId(source))
            connection.execute(delete(PATH_MAP).where(PATH_MAP.c.source_id == source))
            for machine, path in (path_maps or {}).items():
                connection.execute(PATH_MAP.insert().values(source_id=source, machine=machine, root=path))
            [made] = self._read_in(connection, SOURCE.c.id == source)
        return made

    def remove(self, source: SourceId) -> None:
        """Delete a source. What refers to it goes too, in the same transaction."""
        with self._db.write() as connection:
            _mark_documents(connection, source)
            connection.execute(delete(SOURCE).where(SOURCE.c.id == source))


def _mark_documents(connection: Connection, source: SourceId) -> None:
    """Have the search documents rebuilt of all files of a source."""
    folders = select(FOLDER.c.id).where(FOLDER.c.source_id == source)
    mark_documents(connection, LOCATION.c.folder_id.in_(folders))


def _names(path: str) -> Iterator[str]:
    """Names for a folder: its own, then with those of the folders above it, at last with a number.

    >>> [name for name, _ in zip(_names("/mnt/b/footage"), range(4))]
    ['footage', 'b/footage', 'mnt/b/footage', 'mnt/b/footage-2']
    >>> next(_names("s3://me@bucket/card7")), next(_names("s3://me@bucket"))
    ('card7', 'bucket')
    """
    whole = path.partition("://")[2].rpartition("@")[2] if is_url(path) else path
    parts = [printable(part).strip() for part in whole.split("/") if part] or ["root"]
    for count in range(1, len(parts) + 1):
        name = "/".join(parts[-count:])
        if name and not name.startswith("-"):
            yield name
    base = "/".join(parts)
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
