"""The log: numbered events, read in their order; and the horizon, before which some were deleted."""

import json
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Row, select

from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT, HORIZON, SEQUENCE


class Event(BaseModel):
    """One thing that happened."""

    model_config = ConfigDict(frozen=True)

    seq: int
    """Its number: rises by one with each event, over all kinds."""
    id: str
    """A UUID; the same at every delivery, by which a receiver recognises an event that it has had already."""
    at: float
    """Seconds since 1970."""
    name: str
    version: int
    """Of the payload."""
    actor: str
    asset: int | None = None
    """The number of the asset that it is about, which may have been deleted since."""
    sha1: str | None = None
    """The content that it is about."""
    data: dict[str, Any] = {}
    """The payload; docs/events.md lists the fields of each kind."""


class Horizon(BaseModel):
    """How far back the log reaches: of the events up to this one some were deleted."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: float
    """Seconds since 1970."""


class EventLog:
    """The numbered events of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def last(self) -> int:
        """The highest number that was given; 0 if there is none."""
        with self._db.read() as connection:
            return connection.execute(select(SEQUENCE.c.last)).scalar() or 0

    def after(
        self,
        seq: int,
        limit: int,
        names: Collection[str] | None = None,
        *,
        asset: int | None = None,
        sha1: str | None = None,
        where: ColumnElement[bool] | None = None,
    ) -> list[Event]:
        """Up to `limit` events with higher numbers, in their order.

        names: only events of these names. asset, sha1: only those about this asset, or about this content.
        where: a further condition on rows of the table `event`.
        """
        conditions = [EVENT.c.seq > seq, *_matching(names, asset, sha1, where)]
        query = select(EVENT).where(*conditions).order_by(EVENT.c.seq).limit(limit)
        with self._db.read() as connection:
            return [event_of(row) for row in connection.execute(query)]

    def numbered(self, numbers: Collection[int]) -> dict[int, Event]:
        """Some hundred events by their numbers; those that were deleted are left out."""
        if not numbers:
            return {}
        with self._db.read() as connection:
            rows = connection.execute(select(EVENT).where(EVENT.c.seq.in_(numbers)))
            return {row.seq: event_of(row) for row in rows}

    def latest(
        self,
        limit: int,
        names: Collection[str] | None = None,
        *,
        asset: int | None = None,
        sha1: str | None = None,
        where: ColumnElement[bool] | None = None,
    ) -> list[Event]:
        """The newest events, the oldest of them first; see `after`."""
        conditions = [EVENT.c.seq.is_not(None), *_matching(names, asset, sha1, where)]
        query = select(EVENT).where(*conditions).order_by(EVENT.c.seq.desc()).limit(limit)
        with self._db.read() as connection:
            return [event_of(row) for row in reversed(connection.execute(query).all())]

    def before_time(self, at: float) -> int:
        """The number of the newest event that happened before a time (seconds since 1970); 0 if there is none."""
        # Read from the end: what is asked for is recent, and there is no index over times.
        earlier = select(EVENT.c.seq).where(EVENT.c.seq.is_not(None), EVENT.c.at < at)
        with self._db.read() as connection:
            found = connection.execute(earlier.order_by(EVENT.c.seq.desc()).limit(1)).scalar()
        return int(found or 0)

    def asset_of(self, sha1: str) -> int | None:
        """The number of the asset that events about a content name, also after it was deleted; reads all events."""
        query = select(EVENT.c.asset).where(EVENT.c.sha1 == sha1, EVENT.c.asset.is_not(None)).limit(1)
        with self._db.read() as connection:
            asset: int | None = connection.execute(query).scalar()
            return asset

    def horizon(self, names: Collection[str] | None = None) -> Horizon | None:
        """The newest event of these names, or of any, that retention has deleted; None: none was."""
        query = select(HORIZON.c.seq, HORIZON.c.at).order_by(HORIZON.c.seq.desc()).limit(1)
        if names is not None:
            query = query.where(HORIZON.c.name.in_(sorted(names)))
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Horizon(seq=row.seq, at=row.at)


def event_of(row: Row[Any]) -> Event:
    """An event from its row."""
    return Event(**{**row._mapping, "data": json.loads(row.data)})


def _matching(
    names: Collection[str] | None,
    asset: int | None,
    sha1: str | None,
    more: ColumnElement[bool] | None,
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [] if more is None else [more]
    if names is not None:
        where.append(EVENT.c.name.in_(sorted(names)))
    if asset is not None:
        where.append(EVENT.c.asset == asset)
    if sha1 is not None:
        where.append(EVENT.c.sha1 == sha1)
    return where
