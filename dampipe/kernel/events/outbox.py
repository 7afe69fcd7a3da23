"""The outbox: events are written in the transaction that makes them true, and numbered after it (`sequencer.py`).

To record an event is one INSERT, without a number and without a lock, so that transactions which finish at the same
time do not wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dampipe.kernel.access import LOCAL, SYSTEM, Actor
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.ids import new_event_id
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.events.tables import EVENT

WORKER = str(SYSTEM)
"""The actor of what the pipeline does."""

_COLUMNS = ("id", "asset", "sha1", "data")


@dataclass(frozen=True)
class NewEvent:
    """An event that is to be recorded."""

    payload: EventPayload
    asset: int | None = None
    """The number of the asset that it is about."""
    sha1: str | None = None
    """The content that it is about."""


def record_event(
    connection: Connection,
    payload: EventPayload,
    *,
    actor: Actor | str = LOCAL,
    asset: int | None = None,
    sha1: str | None = None,
    at: float | None = None,
) -> str:
    """Write one event, as a part of the caller's transaction; returns its id.

    at: seconds since 1970 by the database's clock; None: now.
    """
    event = new_event_id()
    kind = payload.KIND
    row = {
        "id": event,
        "at": database_time(connection) if at is None else at,
        "name": kind.name,
        "version": kind.version,
        "actor": str(actor),
        "asset": asset,
        "sha1": sha1,
        "data": payload.to_json(),
    }
    connection.execute(_INSERT, row)
    return event


def record_events(
    connection: Connection,
    database: Database,
    events: Sequence[NewEvent],
    *,
    actor: Actor | str = LOCAL,
    at: float,
) -> None:
    """Write events of one kind in one statement, as a part of the caller's transaction. at: see `record_event`."""
    if not events:
        return
    kind = events[0].payload.KIND
    assert all(event.payload.KIND is kind for event in events)
    # Of thousands of events many have one payload.
    payloads = {id(event.payload): event.payload for event in events}
    texts = {number: payload.to_json() for number, payload in payloads.items()}
    rows = [(new_event_id(), event.asset, event.sha1, texts[id(event.payload)]) for event in events]
    same = {"at": at, "name": kind.name, "version": kind.version, "actor": str(actor)}
    database.insert_many(connection, EVENT, _COLUMNS, rows, same)


_INSERT = EVENT.insert()
