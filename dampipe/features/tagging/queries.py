"""The SQL of tags; the only writer of the table `tag`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from dampipe.features.tagging.events import TagAdded, TagRemoved
from dampipe.features.tagging.model import TagReport
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.visibility import EVERYTHING, View


def tagged_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that have a tag; see `dampipe.kernel.annotations`."""
    tagged = select(TAG.c.asset_id).where(TAG.c.asset_id.in_(assets)).distinct()
    return AssetSet(connection.execute(tagged).scalars())


def tags_of(connection: Connection, asset: int) -> list[str]:
    """The tags of one asset in alphabetical order."""
    names = select(TAG.c.name).where(TAG.c.asset_id == asset).order_by(TAG.c.name)
    return list(connection.execute(names).scalars())


def copy_tags(connection: Connection, database: Database, tags: Sequence[str], asset: int) -> list[str]:
    """Give tags to an asset; returns those that it did not have."""
    if not tags:
        return []
    rows = [{"asset_id": asset, "name": tag} for tag in tags]
    added = database.insert(TAG).values(rows).on_conflict_do_nothing().returning(TAG.c.name)
    given = sorted(connection.execute(added).scalars())
    mark_dirty(connection, [asset])
    return given


def delete_tags(connection: Connection, tags: Sequence[str], asset: int) -> None:
    """Take tags from an asset."""
    connection.execute(delete(TAG).where(TAG.c.asset_id == asset, TAG.c.name.in_(tags)))
    mark_dirty(connection, [asset])


class TagRepository:
    """The tags of all assets. Tags are compared as they are written, upper and lower case apart."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, tag: str, assets: Sequence[int], by: str = str(LOCAL)) -> int:
        """Give a tag to assets; returns how many did not have it. by: the actor that the events name."""
        added = 0
        with self._db.write() as connection:
            for ids in chunked(sorted(set(assets))):
                rows = [{"asset_id": asset, "name": tag} for asset in ids]
                insert = self._db.insert(TAG).values(rows).on_conflict_do_nothing().returning(TAG.c.asset_id)
                new = sorted(connection.execute(insert).scalars())
                self._record(connection, TagAdded(tag=tag), new, by)
                mark_dirty(connection, new)
                added += len(new)
        return added

    def remove(self, tag: str, assets: Sequence[int] | None, by: str = str(LOCAL)) -> int:
        """Take a tag from assets, or from all where `assets` is None; returns how many had it. by: see `add`."""
        removed = 0
        with self._db.write() as connection:
            if assets is None:
                return self._delete(connection, tag, TAG.c.name == tag, by)
            for ids in chunked(sorted(set(assets))):
                where = and_(TAG.c.name == tag, TAG.c.asset_id.in_(ids))
                removed += self._delete(connection, tag, where, by)
        return removed

    def _delete(self, connection: Connection, tag: str, where: ColumnElement[bool], by: str) -> int:
        gone = sorted(connection.execute(delete(TAG).where(where).returning(TAG.c.asset_id)).scalars())
        mark_dirty(connection, gone)
        self._record(connection, TagRemoved(tag=tag), gone, by)
        return len(gone)

    def _record(self, connection: Connection, payload: EventPayload, assets: Sequence[int], by: str) -> None:
        """One event for each asset."""
        events = [NewEvent(payload, asset=asset) for asset in assets]
        record_events(connection, self._db, events, actor=by, at=database_time(connection))

    def all(self, view: View = EVERYTHING) -> list[TagReport]:
        """The tags of visible assets in alphabetical order, with the number of those that have each."""
        shown = select(TAG.c.name, func.count().label("assets")).where(view.shows_asset(TAG.c.asset_id))
        with self._db.read() as connection:
            rows = connection.execute(shown.group_by(TAG.c.name).order_by(TAG.c.name))
            return [TagReport(name=row.name, assets=row.assets) for row in rows]

    def of(self, asset: int) -> tuple[str, ...]:
        """The tags of one asset in alphabetical order."""
        with self._db.read() as connection:
            return tuple(tags_of(connection, asset))
