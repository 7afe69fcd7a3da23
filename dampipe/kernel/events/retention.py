"""Retention: old events are deleted, by kind; audit events are not."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from dampipe.kernel.db.database import Database
from dampipe.kernel.events.payload import EventKind
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.tables import EVENT, HORIZON

BATCH = 1000
"""Events that are deleted in one transaction."""
DAY = 86_400.0


class EventRetention:
    """Deletes the events of one catalogue that are older than their kind is kept."""

    def __init__(self, database: Database, registry: EventRegistry, days: Mapping[str, float]) -> None:
        """days: by the name of an event, or else by its retention class; 0, or neither: kept forever."""
        self._db = database
        self._registry = registry
        self._days = days

    def days(self, kind: EventKind) -> float:
        """For how many days events of a kind are kept; 0: forever."""
        if kind.is_audit:
            return 0.0
        return self._days.get(kind.name, self._days.get(kind.retention, 0.0))

    def delete_old(self, now: float) -> int:
        """Delete what is older than it is kept; returns how many. now: seconds since 1970. Raises CatalogueDown.

        Events whose kind no feature knows, such as those of a plug-in that was removed, are kept.
        """
        deleted = 0
        for payload in self._registry:
            days = self.days(payload.KIND)
            if days:
                deleted += self._delete(payload.KIND.name, now - days * DAY)
        return deleted

    def _delete(self, name: str, before: float) -> int:
        deleted = 0
        while True:
            with self._db.write() as connection:
                rows = connection.execute(
                    select(EVENT.c.id, EVENT.c.seq, EVENT.c.at)
                    .where(EVENT.c.name == name, EVENT.c.seq.is_not(None))
                    .order_by(EVENT.c.seq)
                    .limit(BATCH)
                ).all()
                # In the order of numbers, up to the first that is kept: the horizon is then one number.
                old = []
                for row in rows:
                    if row.at >= before:
                        break
                    old.append(row)
                if not old:
                    return deleted
                connection.execute(delete(EVENT).where(EVENT.c.id.in_([row.id for row in old])))
                horizon = {"seq": old[-1].seq, "at": old[-1].at}
                insert = self._db.insert(HORIZON).values(name=name, **horizon)
                connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=horizon))
            deleted += len(old)
            if len(old) < BATCH:
                return deleted
            self._db.give_way()
