"""Subscribers: who is given events, each with a cursor and a lease of its own.

A subscriber gets every event of its names in the order of their numbers, at least once: its cursor moves after its
handler has returned. A handler that was killed, or whose process lost the lease, gets the same events again, under the
same ids. One that raises is tried again after a back-off; the others do not wait for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, delete, or_, select, update

from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.tables import SEQUENCE, SUBSCRIBER

EventHandler: TypeAlias = Callable[[Sequence[Event]], None]
"""Called with one or more events in their order. What it raises is recorded, and it is called again later."""


@dataclass(frozen=True)
class Subscription:
    """One subscriber as it is delivered to."""

    name: str
    """Under which its cursor is kept; unique over all features."""
    handler: EventHandler
    names: frozenset[str] | None = None
    """Names of the events that it gets; None: all."""
    batch: int = 100
    """Events of one call, at most."""
    from_start: bool = False
    """Whether it begins with the oldest event that there is; else with the first after it was registered."""


class SubscriberState(BaseModel):
    """How far a subscriber is."""

    model_config = ConfigDict(frozen=True)

    name: str
    cursor: int
    """The number of the last event that it has handled or was not interested in."""
    behind: int
    """Numbers between its cursor and the newest event."""
    failures: int = 0
    """Attempts in succession that have failed."""
    problem: str | None = None
    """Why the last attempt failed; None after one that did not."""
    problem_at: float | None = None
    """Seconds since 1970."""
    again_at: float | None = None
    """When a failed delivery is tried again, in seconds since 1970."""
    delivered_at: float | None = None
    """When events were handled last, in seconds since 1970."""


@dataclass(frozen=True)
class Claim:
    """A subscriber that this process delivers to."""

    name: str
    cursor: int
    failures: int


class SubscriberRepository:
    """The cursors and leases of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def register(self, name: str, *, from_start: bool = False) -> None:
        """Create the cursor of a subscriber that has none: at the newest event, or before the first."""
        known = select(SUBSCRIBER.c.name).where(SUBSCRIBER.c.name == name)
        with self._db.read() as connection:
            if connection.execute(known).first() is not None:
                return
        with self._db.write() as connection:
            last = 0 if from_start else connection.execute(select(SEQUENCE.c.last)).scalar() or 0
            row = {"name": name, "cursor": last, "lease_until": 0.0, "failures": 0, "not_before": 0.0}
            connection.execute(self._db.insert(SUBSCRIBER).values(row).on_conflict_do_nothing())

    def cursor(self, name: str) -> int | None:
        """The number of the last event that a subscriber has handled; None: it is not registered."""
        query = select(SUBSCRIBER.c.cursor).where(SUBSCRIBER.c.name == name)
        with self._db.read() as connection:
            cursor: int | None = connection.execute(query).scalar()
            return cursor

    def remove(self, name: str) -> None:
        """Delete the cursor of a subscriber that is not wanted any more."""
        with self._db.write() as connection:
            connection.execute(delete(SUBSCRIBER).where(SUBSCRIBER.c.name == name))

    def move(self, name: str, seq: int) -> bool:
        """Set a cursor, so that the events after that number are delivered; ends a back-off. False: unknown name.

        A delivery in progress loses its lease, so that it cannot move the cursor back.
        """
        values = {"cursor": seq, "owner": None, "lease_until": 0.0, "not_before": 0.0, "failures": 0}
        with self._db.write() as connection:
            return self._update(connection, SUBSCRIBER.c.name == name, values=values)

    def claim(
        self, name: str, owner: str, lease: float, is_dead: Callable[[str], bool] = lambda _: False
    ) -> Claim | None:
        """Take the right to deliver to a subscriber for `lease` seconds.

        None: it has failed and waits, another process delivers to it, or it is not registered. is_dead: whether an
        owner is known to have ended, so that its lease need not expire.
        """
        row = self._row(name)
        if row is None or row.waits:
            return None
        if row.owner not in (None, owner) and not row.expired and not is_dead(row.owner):
            return None
        unchanged = (SUBSCRIBER.c.name == name, SUBSCRIBER.c.owner.is_not_distinct_from(row.owner))
        still = or_(SUBSCRIBER.c.lease_until == row.lease_until, SUBSCRIBER.c.lease_until < NOW)
        values = {"owner": owner, "lease_until": NOW + lease}
        with self._db.write() as connection:
            taken = self._update(connection, *unchanged, still, values=values)
        return Claim(name, row.cursor, row.failures) if taken else None

    def renew(self, name: str, owner: str, lease: float) -> bool:
        """Extend a lease to `lease` seconds from now; False: it is lost."""
        with self._db.write() as connection:
            return self._update(connection, *_held(name, owner), values={"lease_until": NOW + lease})

    def advance(self, claim: Claim, owner: str, seq: int, *, handled: bool) -> Claim | None:
        """Move the cursor after events were handled, or skipped; None: the lease is lost, and the cursor stays."""
        values: dict[str, Any] = {"cursor": seq}
        if handled:
            values |= {"failures": 0, "problem": None, "problem_at": None, "delivered_at": NOW}
        unmoved = SUBSCRIBER.c.cursor == claim.cursor
        with self._db.write() as connection:
            moved = self._update(connection, *_held(claim.name, owner), unmoved, values=values)
        return Claim(claim.name, seq, 0 if handled else claim.failures) if moved else None

    def fail(self, claim: Claim, owner: str, problem: str, retry_after: float) -> None:
        """Record that a handler failed, give the lease back, and wait for `retry_after` seconds."""
        values = {
            "failures": claim.failures + 1,
            "problem": problem,
            "problem_at": NOW,
            "not_before": NOW + retry_after,
            "owner": None,
            "lease_until": 0.0,
        }
        with self._db.write() as connection:
            self._update(connection, *_held(claim.name, owner), values=values)

    def release(self, name: str, owner: str) -> None:
        """Give a lease back."""
        with self._db.write() as connection:
            self._update(connection, *_held(name, owner), values={"owner": None, "lease_until": 0.0})

    def states(self) -> list[SubscriberState]:
        """All subscribers, by name."""
        query = select(SUBSCRIBER, select(SEQUENCE.c.last).scalar_subquery().label("last"))
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(SUBSCRIBER.c.name)).all()
        return [
            SubscriberState(
                name=row.name,
                cursor=row.cursor,
                behind=max(0, (row.last or 0) - row.cursor),
                failures=row.failures,
                problem=row.problem,
                problem_at=row.problem_at,
                again_at=row.not_before if row.failures else None,
                delivered_at=row.delivered_at,
            )
            for row in rows
        ]

    def _row(self, name: str) -> Any:
        expired = (SUBSCRIBER.c.lease_until < NOW).label("expired")
        waits = (SUBSCRIBER.c.not_before > NOW).label("waits")
        with self._db.read() as connection:
            query = select(SUBSCRIBER, expired, waits).where(SUBSCRIBER.c.name == name)
            return connection.execute(query).first()

    @staticmethod
    def _update(connection: Any, *where: ColumnElement[bool], values: dict[str, Any]) -> bool:
        return bool(connection.execute(update(SUBSCRIBER).where(*where).values(values)).rowcount)


def _held(name: str, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (SUBSCRIBER.c.name == name, SUBSCRIBER.c.owner == owner)
