"""The outbox: events are written in the transaction that makes them true."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.events.names import EventName
from dampipe.kernel.events.tables import EVENT

_NOTE = EVENT.insert()


def record_event(connection: Connection, name: EventName, asset: int | None, at: float, **data: Any) -> None:
    """Write one event about an asset, or about a file that is not identified yet. at: seconds since 1970."""
    connection.execute(_NOTE, {"at": at, "name": name, "asset_id": asset, "data": json.dumps(data)})


def record_events(
    connection: Connection,
    database: Database,
    name: EventName,
    at: float,
    events: Sequence[tuple[int, str]],
) -> None:
    """Write an event for each of many assets, given with its data as JSON."""
    rows = [(at, name, asset, data) for asset, data in events]
    database.insert_many(connection, EVENT, ("at", "name", "asset_id", "data"), rows)
