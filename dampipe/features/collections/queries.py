"""The SQL of the tree and its rights: with `items.py` the only writer of the tables of collections.

Locks, always in this order: assets, the tree, a collection's row, its items. Who changes the tree or rights holds the
tree alone; who changes one collection holds it together with others, and that collection's row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from dampipe.features.collections.order import GAP, Slot, spread
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT, COLLECTION_ITEM
from dampipe.features.undo.journal import CHUNK, Edit, image, record
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.undo import Change

_TREE = "collections"


def hold_tree(connection: Connection, database: Database) -> None:
    """Keep other transactions from changing the tree or rights until this one ends."""
    lock_until_commit(connection, database, _TREE, exclusive=False)


def lock_tree(connection: Connection, database: Database) -> None:
    """Keep other transactions from writing to collections until this one ends."""
    lock_until_commit(connection, database, _TREE)


class CollectionRepository:
    """The tree of collections and the rights on it, written as parts of the caller's transactions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def lock(self, connection: Connection, collection: int) -> Any:
        """The row of a collection, which no other transaction writes to until this one ends; None: there is none."""
        query = select(COLLECTION).where(COLLECTION.c.id == collection).with_for_update()
        return connection.execute(query).first()

    def insert(self, connection: Connection, edit: Edit, values: Mapping[str, Any]) -> Any:
        """A new collection; returns its row."""
        made = connection.execute(insert(COLLECTION).values(**values).returning(*COLLECTION.c)).one()
        record(connection, self._db, edit, COLLECTION, [Change(None, image(made))])
        return made

    def update(self, connection: Connection, edit: Edit, row: Any, values: Mapping[str, Any]) -> Any:
        """Change a row that is locked, and count up its version; returns the new row."""
        wanted = {**values, "version": row.version + 1}
        query = update(COLLECTION).where(COLLECTION.c.id == row.id).values(**wanted)
        made = connection.execute(query.returning(*COLLECTION.c)).one()
        record(connection, self._db, edit, COLLECTION, [Change(image(row), image(made))])
        return made

    def delete(self, connection: Connection, edit: Edit, collection: int) -> int:
        """Delete a collection and all below it, with items and rights; returns how many collections these are.

        The tree is locked.
        """
        levels = [[collection]]
        while levels[-1]:
            query = select(COLLECTION.c.id).where(in_ids(self._db, COLLECTION.c.parent_id, levels[-1]))
            levels.append(list(connection.execute(query.order_by(COLLECTION.c.id)).scalars()))
        ids = [one for level in reversed(levels) for one in level]
        for table, column in (
            (COLLECTION_ITEM, COLLECTION_ITEM.c.collection_id),
            (COLLECTION_GRANT, COLLECTION_GRANT.c.collection_id),
        ):
            for some in chunked(ids):
                last = 0
                while True:
                    query = select(table).where(column.in_(some), table.c.id > last)
                    rows = connection.execute(query.order_by(table.c.id).limit(CHUNK)).all()
                    if not rows:
                        break
                    last = rows[-1].id
                    record(connection, self._db, edit, table, [Change(image(row), None) for row in rows])
                connection.execute(delete(table).where(column.in_(some)))
        for level in reversed(levels):
            for some in chunked(level):
                rows = connection.execute(select(COLLECTION).where(COLLECTION.c.id.in_(some))).all()
                record(connection, self._db, edit, COLLECTION, [Change(image(row), None) for row in rows])
                connection.execute(delete(COLLECTION).where(COLLECTION.c.id.in_(some)))
        return len(ids)

    def height(self, connection: Connection, collection: int) -> int:
        """How many levels of collections there are from this one down, itself included."""
        level, height = [collection], 0
        while level:
            height += 1
            query = select(COLLECTION.c.id).where(in_ids(self._db, COLLECTION.c.parent_id, level))
            level = list(connection.execute(query).scalars())
        return height

    def place(
        self,
        connection: Connection,
        edit: Edit,
        parent: int | None,
        moved: int | None,
        before: int | None,
        after: int | None,
        first: bool,
    ) -> int:
        """The position among siblings for a collection. The tree is locked.

        moved: itself, if it is there. before, after: the numbers of siblings; neither: last, or first. All siblings are
        numbered anew where a gap is used up.
        """
        own = COLLECTION.c.parent_id.is_(None) if parent is None else COLLECTION.c.parent_id == parent
        query = select(COLLECTION).where(own).order_by(COLLECTION.c.position, COLLECTION.c.id)
        rows = [row for row in connection.execute(query) if row.id != moved]
        numbers = [row.id for row in rows]
        if before is not None:
            index = numbers.index(before)
        elif after is not None:
            index = numbers.index(after) + 1
        else:
            index = 0 if first else len(rows)
        slot = Slot(
            rows[index - 1].position if index else None, rows[index].position if index < len(rows) else None
        )
        found = spread(slot, 1)
        if found is not None:
            return found[0]
        changes = []
        for number, row in enumerate(rows):
            position = GAP * (number + (number >= index))
            values = {"position": position}
            connection.execute(update(COLLECTION).where(COLLECTION.c.id == row.id).values(values))
            changes.append(Change(image(row), {**image(row), **values}))
        record(connection, self._db, edit, COLLECTION, changes)
        return GAP * index

    # Rights

    def grants(self, connection: Connection, collections: Sequence[int]) -> list[Any]:
        """The rows of the grants on collections, oldest first."""
        query = select(COLLECTION_GRANT).where(COLLECTION_GRANT.c.collection_id.in_(collections))
        return list(connection.execute(query.order_by(COLLECTION_GRANT.c.id)).all())

    def grant(self, connection: Connection, edit: Edit, values: Mapping[str, Any]) -> None:
        """Give a right, or replace that which the same user or role has on the same collection. The tree is locked."""
        row = self._own_grant(connection, values)
        if row is None:
            made = connection.execute(
                insert(COLLECTION_GRANT).values(**values).returning(*COLLECTION_GRANT.c)
            ).one()
            change = Change(None, image(made))
        else:
            wanted = {**values, "version": row.version + 1}
            query = update(COLLECTION_GRANT).where(COLLECTION_GRANT.c.id == row.id).values(**wanted)
            change = Change(image(row), image(connection.execute(query.returning(*COLLECTION_GRANT.c)).one()))
        record(connection, self._db, edit, COLLECTION_GRANT, [change])

    def revoke(self, connection: Connection, edit: Edit, values: Mapping[str, Any]) -> bool:
        """Take a right back; returns whether there was one. The tree is locked."""
        row = self._own_grant(connection, values)
        if row is None:
            return False
        record(connection, self._db, edit, COLLECTION_GRANT, [Change(image(row), None)])
        connection.execute(delete(COLLECTION_GRANT).where(COLLECTION_GRANT.c.id == row.id))
        return True

    @staticmethod
    def _own_grant(connection: Connection, values: Mapping[str, Any]) -> Any:
        to = [
            COLLECTION_GRANT.c[name].is_(None)
            if values[name] is None
            else COLLECTION_GRANT.c[name] == values[name]
            for name in ("user_id", "role")
        ]
        query = select(COLLECTION_GRANT).where(
            COLLECTION_GRANT.c.collection_id == values["collection_id"], *to
        )
        return connection.execute(query).first()

    # Counts

    def counts(self, connection: Connection, view: Any, collections: Sequence[int]) -> dict[int, int]:
        """How many visible items collections have that people fill."""
        query = (
            select(COLLECTION_ITEM.c.collection_id, func.count())
            .where(
                in_ids(self._db, COLLECTION_ITEM.c.collection_id, collections),
                ~COLLECTION_ITEM.c.is_excluded,
                view.shows_asset(COLLECTION_ITEM.c.asset_id),
            )
            .group_by(COLLECTION_ITEM.c.collection_id)
        )
        return {row[0]: row[1] for row in connection.execute(query)}
