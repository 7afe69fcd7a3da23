"""The SQL of items: their order, and what is added, moved and removed, as parts of the caller's transactions.

The caller holds the row of the collection (`queries.py`), so that one edit of its order follows the other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_

from dampipe.features.collections.order import Slot, spread, widened
from dampipe.features.collections.tables import COLLECTION_ITEM
from dampipe.features.undo.journal import CHUNK, Edit, image, record
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.undo import Change
from dampipe.kernel.visibility import View

NEIGHBOURS = 256
"""Neighbours that are read where a gap is used up, on each side, at first."""
_COLUMNS = ("asset_id", "subclip_id", "position")


class NewItem(NamedTuple):
    """What is to come into a collection."""

    asset: int
    subclip: int | None = None


class ItemRepository:
    """The items of collections."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # Reads

    def page(
        self,
        connection: Connection,
        view: View,
        collection: int,
        limit: int,
        after: Any = None,
        *,
        excluded: bool = False,
    ) -> list[Any]:
        """Rows of visible items in their order. after: the row of the item before the page."""
        place = (COLLECTION_ITEM.c.position, COLLECTION_ITEM.c.id)
        query = select(COLLECTION_ITEM).where(
            COLLECTION_ITEM.c.collection_id == collection,
            COLLECTION_ITEM.c.is_excluded == excluded,
            view.shows_asset(COLLECTION_ITEM.c.asset_id),
        )
        if after is not None:
            query = query.where(tuple_(*place) > (after.position, after.id))
        return list(connection.execute(query.order_by(*place).limit(limit)).all())

    def count(self, connection: Connection, view: View, collection: int) -> int:
        """How many visible items there are."""
        query = (
            select(func.count())
            .select_from(COLLECTION_ITEM)
            .where(
                COLLECTION_ITEM.c.collection_id == collection,
                ~COLLECTION_ITEM.c.is_excluded,
                view.shows_asset(COLLECTION_ITEM.c.asset_id),
            )
        )
        return int(connection.execute(query).scalar_one())

    def find(self, connection: Connection, view: View, collection: int, items: Sequence[int]) -> list[Any]:
        """Rows of visible items by their numbers, in their order."""
        # Of which collection they are is not asked in SQL: SQLite would read the whole collection for it.
        query = select(COLLECTION_ITEM).where(
            in_ids(self._db, COLLECTION_ITEM.c.id, items), view.shows_some_asset(COLLECTION_ITEM.c.asset_id)
        )
        rows = [row for row in connection.execute(query) if row.collection_id == collection]
        return sorted(rows, key=lambda row: (row.position, row.id))

    def previous(self, connection: Connection, view: View, row: Any) -> Any:
        """The row of the visible item before an item; None: it is the first."""
        place = (COLLECTION_ITEM.c.position, COLLECTION_ITEM.c.id)
        query = select(COLLECTION_ITEM).where(
            COLLECTION_ITEM.c.collection_id == row.collection_id,
            COLLECTION_ITEM.c.is_excluded == row.is_excluded,
            view.shows_asset(COLLECTION_ITEM.c.asset_id),
            tuple_(*place) < (row.position, row.id),
        )
        return connection.execute(query.order_by(*(one.desc() for one in place)).limit(1)).first()

    def of_asset(self, connection: Connection, asset: int) -> list[Any]:
        """Rows of the items that an asset, or a subclip of it, is."""
        query = select(COLLECTION_ITEM).where(
            COLLECTION_ITEM.c.asset_id == asset, ~COLLECTION_ITEM.c.is_excluded
        )
        return list(connection.execute(query.order_by(COLLECTION_ITEM.c.id)).all())

    def meant(
        self, connection: Connection, view: View, collection: int, assets: AssetSet, subclips: Sequence[int]
    ) -> list[int]:
        """The numbers of the visible items that are one of these assets or subclips, in their order."""
        mine = (
            COLLECTION_ITEM.c.collection_id == collection,
            view.shows_asset(COLLECTION_ITEM.c.asset_id),
        )
        found: set[int] = set()
        if len(assets):
            of_assets = in_ids(self._db, COLLECTION_ITEM.c.asset_id, assets)
            query = select(COLLECTION_ITEM.c.id).where(
                *mine, COLLECTION_ITEM.c.subclip_id.is_(None), of_assets
            )
            found |= set(connection.execute(query).scalars())
        if subclips:
            query = select(COLLECTION_ITEM.c.id).where(
                *mine, in_ids(self._db, COLLECTION_ITEM.c.subclip_id, subclips)
            )
            found |= set(connection.execute(query).scalars())
        return sorted(found)

    def assets(
        self, connection: Connection, view: View, collections: Sequence[int], *, excluded: bool = False
    ) -> AssetSet:
        """The numbers of the visible assets in collections, by hand; or of those that are excluded from them."""
        numbers = read_ids(
            self._db,
            connection,
            COLLECTION_ITEM.c.asset_id,
            in_ids(self._db, COLLECTION_ITEM.c.collection_id, collections),
            COLLECTION_ITEM.c.is_excluded == excluded,
            view.shows_asset(COLLECTION_ITEM.c.asset_id),
        )
        return AssetSet.from_numpy(numbers)

    # Writes

    def add(
        self,
        connection: Connection,
        edit: Edit,
        collection: int,
        new: Sequence[NewItem],
        by: str,
        *,
        anchor: Any = None,
        is_before: bool = False,
        first: bool = False,
        excluded: bool = False,
    ) -> list[Any]:
        """Add what is not in the collection yet, in this order; returns the rows.

        anchor: the row of the item before or after which it goes; None: last, or first.
        """
        fresh = self._fresh(connection, collection, new)
        if not fresh:
            return []
        positions = self._make_room(
            connection, edit, collection, len(fresh), frozenset(), anchor, is_before, first
        )
        same = {
            "collection_id": collection,
            "is_excluded": excluded,
            "added_at": edit.at,
            "added_by": by,
            "version": 1,
        }
        rows: list[Any] = []
        wanted = [(one.asset, one.subclip, place) for one, place in zip(fresh, positions, strict=True)]
        for some in chunked(wanted, CHUNK):
            ids = self._db.insert_many(connection, COLLECTION_ITEM, _COLUMNS, some, same, ids=True)
            made = connection.execute(
                select(COLLECTION_ITEM).where(in_ids(self._db, COLLECTION_ITEM.c.id, ids))
            ).all()
            record(connection, self._db, edit, COLLECTION_ITEM, [Change(None, image(row)) for row in made])
            rows += made
        return sorted(rows, key=lambda row: (row.position, row.id))

    def _fresh(self, connection: Connection, collection: int, new: Sequence[NewItem]) -> list[NewItem]:
        """What is not in the collection, once each."""
        item = COLLECTION_ITEM.c
        known: set[NewItem] = set()
        for some in chunked(list(dict.fromkeys(new)), CHUNK):
            # Of which collection they are is not asked in SQL: PostgreSQL may read the whole collection for it.
            query = select(item.asset_id, item.subclip_id, item.collection_id).where(
                in_ids(self._db, item.asset_id, {one.asset for one in some})
            )
            rows = connection.execute(query)
            known |= {
                NewItem(row.asset_id, row.subclip_id) for row in rows if row.collection_id == collection
            }
        return [one for one in dict.fromkeys(new) if one not in known]

    def remove(self, connection: Connection, edit: Edit, rows: Sequence[Any]) -> None:
        """Delete items."""
        for some in chunked(rows, CHUNK):
            record(connection, self._db, edit, COLLECTION_ITEM, [Change(image(row), None) for row in some])
            ids = [row.id for row in some]
            connection.execute(delete(COLLECTION_ITEM).where(in_ids(self._db, COLLECTION_ITEM.c.id, ids)))

    def change_exclusion(
        self, connection: Connection, edit: Edit, rows: Sequence[Any], excluded: bool
    ) -> None:
        """Turn pins into exclusions, or the other way round; those that are so already stay."""
        self._write(
            connection,
            edit,
            [row for row in rows if row.is_excluded != excluded],
            lambda row: {"is_excluded": excluded},
        )

    def move(
        self,
        connection: Connection,
        edit: Edit,
        collection: int,
        rows: Sequence[Any],
        *,
        anchor: Any = None,
        is_before: bool = False,
        first: bool = False,
    ) -> None:
        """Move items together to a place, in this order. anchor: see `add`; it is not one of them."""
        moved = frozenset(row.id for row in rows)
        positions = self._make_room(connection, edit, collection, len(rows), moved, anchor, is_before, first)
        places = dict(zip((row.id for row in rows), positions, strict=True))
        self._write(connection, edit, rows, lambda row: {"position": places[row.id]})

    def reorder(self, connection: Connection, edit: Edit, collection: int, rows: Sequence[Any]) -> None:
        """Give items, in this order, the places that they have together: those of others stay."""
        positions = sorted(row.position for row in rows)
        if len(set(positions)) < len(positions):  # two have one position, by an undo
            everything = self.page(connection, View(), collection, len(rows) + 1_000_000_000)
            spaced = spread(Slot(None, None), len(everything))
            assert spaced is not None
            places = {row.id: place for row, place in zip(everything, spaced, strict=True)}
            self._write(connection, edit, everything, lambda row: {"position": places[row.id]}, counts=False)
            numbers = [row.id for row in rows]
            again = {row.id: row for row in self.find(connection, View(), collection, numbers)}
            rows = [again[number] for number in numbers]
            positions = sorted(row.position for row in rows)
        wanted = dict(zip((row.id for row in rows), positions, strict=True))
        self._write(connection, edit, rows, lambda row: {"position": wanted[row.id]})

    def _write(
        self,
        connection: Connection,
        edit: Edit,
        rows: Sequence[Any],
        values_of: Any,
        *,
        counts: bool = True,
    ) -> None:
        """Change rows. counts: whether their versions are counted up: an actor moved them."""
        for some in chunked(rows, CHUNK):
            changes, written = [], []
            for row in some:
                values: Mapping[str, Any] = values_of(row)
                before = image(row)
                after = {**before, **values, "version": before["version"] + counts}
                changes.append(Change(before, after))
                written.append((row.id, *values.values(), after["version"]))
            if not written:
                continue
            names = (*values_of(some[0]), "version")
            self._db.update_many(connection, COLLECTION_ITEM, {}, names, written)
            record(connection, self._db, edit, COLLECTION_ITEM, changes)

    # Room

    def _make_room(
        self,
        connection: Connection,
        edit: Edit,
        collection: int,
        count: int,
        moved: frozenset[int],
        anchor: Any,
        is_before: bool,
        first: bool,
    ) -> list[int]:
        """Positions for `count` items at a place, between those that are not moved."""
        before = self._neighbours(connection, collection, anchor, moved, 1, is_before, first, down=True)
        after = self._neighbours(connection, collection, anchor, moved, 1, is_before, first, down=False)
        slot = Slot(before[0].position if before else None, after[0].position if after else None)
        found = spread(slot, count)
        if found is not None:
            return found
        width = NEIGHBOURS
        while True:
            before = self._neighbours(
                connection, collection, anchor, moved, width, is_before, first, down=True
            )
            after = self._neighbours(
                connection, collection, anchor, moved, width, is_before, first, down=False
            )
            wide = widened([row.position for row in before], [row.position for row in after], count)
            is_whole = len(before) < width and len(after) < width
            if wide is not None and (
                is_whole
                or (
                    (wide[0] < len(before) or len(before) < width)
                    and (wide[1] < len(after) or len(after) < width)
                )
            ):
                break
            width *= 4
        left, right, positions = wide
        rows = [*reversed(before[:left]), *after[:right]]
        places = [*positions[:left], *positions[left + count :]]
        by_row = {row.id: place for row, place in zip(rows, places, strict=True)}
        self._write(connection, edit, rows, lambda row: {"position": by_row[row.id]}, counts=False)
        return positions[left : left + count]

    def _neighbours(
        self,
        connection: Connection,
        collection: int,
        anchor: Any,
        moved: frozenset[int],
        count: int,
        is_before: bool,
        first: bool,
        *,
        down: bool,
    ) -> list[Any]:
        """Items before a place (down) or after it, the nearest first, without those that are moved."""
        place = tuple_(COLLECTION_ITEM.c.position, COLLECTION_ITEM.c.id)
        query = select(COLLECTION_ITEM).where(COLLECTION_ITEM.c.collection_id == collection)
        if anchor is None:
            if down == first:
                return []
        else:
            here = (anchor.position, anchor.id)
            if down:
                query = query.where(place < here if is_before else place <= here)
            else:
                query = query.where(place >= here if is_before else place > here)
        columns: list[ColumnElement[Any]] = [COLLECTION_ITEM.c.position, COLLECTION_ITEM.c.id]
        query = query.order_by(*(one.desc() if down else one.asc() for one in columns))
        if moved and len(moved) <= 1000:
            query = query.where(COLLECTION_ITEM.c.id.not_in(moved))
            return list(connection.execute(query.limit(count)).all())
        if not moved:
            return list(connection.execute(query.limit(count)).all())
        rows = connection.execute(query.limit(count + len(moved))).all()
        return [row for row in rows if row.id not in moved][:count]
