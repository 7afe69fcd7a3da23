"""Subscribers: who is given events, each with a cursor and a lease of its own.

A subscriber gets every event of its names in the order of their numbers, at least once: its cursor moves after its
handler has returned. A handler that was killed, or whose process lost the lease, gets the same events again, under the
same ids. One that raises is tried again after a back-off; the others do not wait for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from dampipe.kernel.access import ADMIN, Actor
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event, EventLog
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
    problem_event: Event | None = None
    """The event at which the last attempt failed; None where several were delivered at once, or it was deleted."""
    again_at: float | None = None
    """When a failed delivery is tried again, in seconds since 1970."""
    delivered_at: float | None = None
    """When events were handled last, in seconds since 1970."""

    def shown_to(self, actor: Actor) -> "SubscriberState":
        """Without the event, which may be one of the audit, unless the actor is an administrator."""
        return self if actor.may(ADMIN) else self.model_copy(update={"problem_event": None})


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
        self._log = EventLog(database)

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
        with self._db.write() as connection:
            return self._update(connection, SUBSCRIBER.c.name == name, values=_moved_to(seq))

    def skip(self, connection: Connection, name: str, seq: int) -> bool:
        """Move a cursor past the event at which a subscriber fails, in the caller's transaction, as `move` does.

        False, and nothing is changed, unless it fails at the event with that number.
        """
        stuck = (SUBSCRIBER.c.name == name, SUBSCRIBER.c.problem_seq == seq, SUBSCRIBER.c.cursor < seq)
        return self._update(connection, *stuck, values=_moved_to(seq) | _NO_PROBLEM)

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
            values |= {"failures": 0, "delivered_at": NOW} | _NO_PROBLEM
        unmoved = SUBSCRIBER.c.cursor == claim.cursor
        with self._db.write() as connection:
            moved = self._update(connection, *_held(claim.name, owner), unmoved, values=values)
        return Claim(claim.name, seq, 0 if handled else claim.failures) if moved else None

    def fail(
        self, claim: Claim, owner: str, problem: str, retry_after: float, seq: int | None = None
    ) -> None:
        """Record that a handler failed, give the lease back, and wait for `retry_after` seconds.

        seq: the number of the event, if it was given one alone.
        """
        values = {
            "failures": claim.failures + 1,
            "problem": problem,
            "problem_at": NOW,
            "problem_seq": seq,
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
        events = self._log.numbered([row.problem_seq for row in rows if row.problem_seq is not None])
        return [
            SubscriberState(
                name=row.name,
                cursor=row.cursor,
                behind=max(0, (row.last or 0) - row.cursor),
                failures=row.failures,
                problem=row.problem,
                problem_at=row.problem_at,
                problem_event=events.get(row.problem_seq),
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


_NO_PROBLEM: dict[str, Any] = {"problem": None, "problem_at": None, "problem_seq": None}


def _moved_to(seq: int) -> dict[str, Any]:
    """The columns of a cursor that was moved: a delivery in progress has lost its lease."""
    return {"cursor": seq, "owner": None, "lease_until": 0.0, "not_before": 0.0, "failures": 0}


def _held(name: str, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (SUBSCRIBER.c.name == name, SUBSCRIBER.c.owner == owner)
