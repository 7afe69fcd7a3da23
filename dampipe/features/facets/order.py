"""Sorts assets by a field: see `dampipe/kernel/sorting.py`.

The facet index has the keys of a field in their order, so that the first page reads the first keys only; what one key
does not sort (numbers of one span, times of one month) is sorted by SQL, among the versions that have it. Texts that
are no facets are read in the order of the index of values, in portions, until a page is full.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, tuple_

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.errors import FACETS_BUILDING
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.facets.keys import Mode, mode_of, number_name, text_name
from dampipe.features.facets.postings import FieldPostings
from dampipe.features.metadata.conditions import IS_EFFECTIVE, IS_SHORT
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import SHORT
from dampipe.features.search.filters import FilterResolver
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.asset_set import ALL, AssetSet, Selection, intersection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import SearchUnavailable
from dampipe.kernel.field import MetadataField

PORTION = 2_000
"""Values that are read at a time, at first;"""
MOST_AT_ONCE = 50_000
"""and at most."""
FEW = 20_000
"""Assets whose values are all read and sorted, rather than those of all until some of these are met."""


class _Sorted(NamedTuple):
    """A field and a direction."""

    field: MetadataField
    is_descending: bool


class FacetOrder:
    """See AssetOrder. Any method may raise CatalogueDown, and SearchUnavailable while the index is being built."""

    def __init__(self, database: Database, fields: LibraryFields, filters: FilterResolver) -> None:
        self._db = database
        self._fields = fields
        self._filters = filters
        self._index = FacetIndex(database)

    def fields(self, actor: Actor) -> list[MetadataField]:
        """See AssetOrder."""
        require(actor, READ)
        with self._db.read() as connection:
            return [one for one in self._fields.all(connection).values() if one.is_sort_order]

    def page(
        self,
        actor: Actor,
        sort: str,
        limit: int,
        *,
        after: int | None = None,
        offset: int = 0,
        among: Callable[[], Selection] = lambda: ALL,
    ) -> list[int]:
        """See AssetOrder."""
        require(actor, READ)
        with self._db.read() as connection:
            key = sort.removeprefix("-")
            self._fields.order(connection, key)  # raises what is wrong with it
            by = _Sorted(self._fields.find(connection, key), sort.startswith("-"))
        if not self._index.refresh(BY_READERS):
            raise SearchUnavailable(FACETS_BUILDING, waiting=BY_READERS)
        mask = intersection([self._filters.mask(self._filters.resolve(actor, {})), among()])
        with self._db.read() as connection:
            known = self._index.read(connection, ["", key])
            mask = known[""].named("") if mask is ALL else known[""].named("") & mask
            return _Pages(self._db, connection, self._fields, by, known[key], mask).page(after, offset, limit)


class _Pages:
    """The pages of one order, in one transaction."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        fields: LibraryFields,
        by: _Sorted,
        known: FieldPostings,
        mask: AssetSet,
    ) -> None:
        self._db = database
        self._connection = connection
        self._field = by.field
        self._is_descending = by.is_descending
        self._column = fields.order(connection, by.field.key)
        self._mode = mode_of(by.field)
        self._known = known
        self._mask = mask

    def page(self, after: int | None, offset: int, limit: int) -> list[int]:
        """Numbers of versions."""
        found: list[int] = []
        skipped = 0
        for portion in self._portions(after, offset + limit):
            rest = portion[max(0, offset - skipped) :]
            skipped += len(portion)
            found += rest[: limit - len(found)]
            if len(found) >= limit:
                break
        return found

    def _portions(self, after: int | None, most: int) -> Iterator[Sequence[int]]:
        """All versions in their order, some at a time. most: how many are asked for at most."""
        begins_at = None if after is None else self._connection.execute(self._own_place(after)).scalar()
        if self._is_by_values and begins_at is not None and len(begins_at) > SHORT:
            begins_at = None
        if after is None or begins_at is not None:
            if self._is_by_values:
                yield from self._by_values(after, begins_at, most)
            elif self._has_no_keys:
                yield self._by_sql(self._known.named("") & self._mask, after, begins_at, most)
            else:
                yield from self._by_keys(after, begins_at, most)
        rest = self._rest()
        if after is not None and begins_at is None:
            rest &= AssetSet(range(after))
        yield _numbers(rest, is_descending=True)

    @property
    def _is_by_values(self) -> bool:
        return self._mode is Mode.COLUMN

    @property
    def _has_no_keys(self) -> bool:
        return self._mode in (Mode.COLUMN, Mode.PRESENCE)

    def _own_place(self, version: int) -> Any:
        return select(self._column).where(VERSION.c.id == version)

    def _rest(self) -> AssetSet:
        """The versions that have no place in the order."""
        if not self._has_no_keys:
            return self._mask - AssetSet.union(versions for name, versions in self._known.present() if name)
        present = self._known.named("") & self._mask
        rest = self._mask - present
        if self._is_by_values and present:
            mine = (VALUE.c.asset_id == VERSION.c.asset_id, VALUE.c.field == self._field.key, IS_EFFECTIVE)
            is_long = exists(
                select(literal(1)).select_from(VALUE).where(*mine, func.length(VALUE.c.folded) > SHORT)
            )
            long = read_ids(
                self._db, self._connection, VERSION.c.id, in_ids(self._db, VERSION.c.id, present), is_long
            )
            rest |= AssetSet.from_numpy(long)
        return rest

    # ---- by the keys of the index

    def _by_keys(self, after: int | None, begins_at: Any, most: int) -> Iterator[Sequence[int]]:
        names = [name for name, _ in self._known.present() if name]
        is_text = self._mode is Mode.TEXT
        place: Callable[[str], Any] = (lambda name: name) if is_text else float
        names.sort(key=place, reverse=self._is_descending)
        first = None
        if after is not None:
            first = text_name(begins_at) if is_text else number_name(self._mode, float(begins_at))
        for name in names:
            if first is not None and first != name:
                is_before = place(name) < place(first)
                if is_before != self._is_descending:
                    continue
            members = self._known.named(name) & self._mask
            begins_here = first == name
            if not members:
                continue
            is_exact = self._mode is Mode.NUMBER or (is_text and len(name) < SHORT)
            if is_exact:
                if begins_here and after is not None:
                    members = self._beyond(members, after)
                yield _numbers(members, is_descending=self._is_descending)
            else:
                yield self._by_sql(members, after if begins_here else None, begins_at, most)

    def _beyond(self, members: AssetSet, after: int) -> AssetSet:
        """Of versions with one value those that follow one."""
        return (
            members & AssetSet(range(after)) if self._is_descending else members - AssetSet(range(after + 1))
        )

    def _by_sql(self, members: AssetSet, after: int | None, begins_at: Any, most: int) -> Sequence[int]:
        """Versions sorted by the catalogue."""
        number = VERSION.c.id
        query = select(number).where(self._column.is_not(None), in_ids(self._db, number, members))
        if after is not None:
            query = query.where(self._follows(begins_at, number, after))
        ordered = query.order_by(*self._direction(self._column, number)).limit(most)
        return list(self._connection.execute(ordered).scalars())

    def _direction(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [one.desc() if self._is_descending else one.asc() for one in columns]

    def _follows(self, place: Any, number: ColumnElement[int], after: int) -> ColumnElement[bool]:
        if self._is_descending:
            return or_(self._column < place, and_(self._column == place, number < after))
        return or_(self._column > place, and_(self._column == place, number > after))

    # ---- by the index of values

    def _by_values(self, after: int | None, begins_at: Any, most: int) -> Iterator[Sequence[int]]:
        """Texts that are no facets: those that the index of values has."""
        place, asset = VALUE.c.folded, VALUE.c.asset_id
        query = select(place, asset).where(VALUE.c.field == self._field.key, IS_EFFECTIVE, IS_SHORT)
        query = query.order_by(*self._direction(place, asset))
        at_once = max(PORTION, most)
        if len(self._mask) <= FEW:
            assets = select(VERSION.c.asset_id).where(in_ids(self._db, VERSION.c.id, self._mask))
            query = query.where(asset.in_(assets))
            at_once = max(FEW, most)
        last = None
        if after is not None:
            number = select(VERSION.c.asset_id).where(VERSION.c.id == after)
            last = (begins_at, self._connection.execute(number).scalar_one())
        while True:
            columns = tuple_(place, asset)
            behind = () if last is None else (columns < last if self._is_descending else columns > last,)
            rows = self._connection.execute(query.where(*behind).limit(at_once)).all()
            yield self._versions([row[1] for row in rows])
            if len(rows) < at_once:
                return
            last = (rows[-1][0], rows[-1][1])
            at_once = min(2 * at_once, max(MOST_AT_ONCE, most))

    def _versions(self, assets: Sequence[int]) -> list[int]:
        """Those versions of assets that count, in the order of the assets."""
        mine = select(VERSION.c.asset_id, VERSION.c.id).where(in_ids(self._db, VERSION.c.asset_id, assets))
        found = {row[0]: row[1] for row in self._connection.execute(mine) if row[1] in self._mask}
        return [found[asset] for asset in assets if asset in found]


def _numbers(versions: AssetSet, *, is_descending: bool) -> Sequence[int]:
    numbers = versions.to_numpy()
    return (numbers[::-1] if is_descending else numbers).tolist()  # type: ignore[no-any-return]
