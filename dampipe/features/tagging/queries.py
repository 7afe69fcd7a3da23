"""The SQL of tags; the only writer of the table `tag`."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from dampipe.features.tagging.model import TagReport
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_dirty, mark_selected


def tagged_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that have a tag; see `dampipe.kernel.annotations`."""
    tagged = select(TAG.c.asset_id).where(TAG.c.asset_id.in_(assets)).distinct()
    return AssetSet(connection.execute(tagged).scalars())


class TagRepository:
    """The tags of all assets. Tags are compared as they are written, upper and lower case apart."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, tag: str, assets: Sequence[int]) -> int:
        """Give a tag to assets; returns how many did not have it."""
        added = 0
        with self._db.write() as connection:
            for ids in chunked(sorted(set(assets))):
                rows = [{"asset_id": asset, "name": tag} for asset in ids]
                insert = self._db.insert(TAG).values(rows).on_conflict_do_nothing().returning(TAG.c.asset_id)
                changed = connection.execute(insert).scalars().all()
                mark_dirty(connection, changed)
                added += len(changed)
        return added

    def remove(self, tag: str, assets: Sequence[int] | None) -> int:
        """Take a tag from assets, or from all where `assets` is None; returns how many had it."""
        removed = 0
        with self._db.write() as connection:
            if assets is None:
                mark_selected(connection, assets=select(TAG.c.asset_id).where(TAG.c.name == tag))
                return connection.execute(delete(TAG).where(TAG.c.name == tag)).rowcount
            for ids in chunked(sorted(set(assets))):
                gone = delete(TAG).where(TAG.c.name == tag, TAG.c.asset_id.in_(ids)).returning(TAG.c.asset_id)
                changed = connection.execute(gone).scalars().all()
                mark_dirty(connection, changed)
                removed += len(changed)
        return removed

    def all(self) -> list[TagReport]:
        """All tags in alphabetical order, with the number of assets that have each."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(TAG.c.name, func.count().label("assets")).group_by(TAG.c.name).order_by(TAG.c.name)
            )
            return [TagReport(name=row.name, assets=row.assets) for row in rows]

    def of(self, asset: int) -> tuple[str, ...]:
        """The tags of one asset in alphabetical order."""
        names = select(TAG.c.name).where(TAG.c.asset_id == asset).order_by(TAG.c.name)
        with self._db.read() as connection:
            return tuple(connection.execute(names).scalars())
