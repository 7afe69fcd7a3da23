"""The use cases of events: reading the log, following it."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from dampipe.features.assets.service import AssetService
from dampipe.features.events.errors import NOT_STUCK, UNKNOWN_SUBSCRIBER
from dampipe.features.events.events import EventSkipped
from dampipe.features.events.model import EventKindReport, EventPage, EventQuery, parse_since
from dampipe.features.events.rights import EventRights
from dampipe.kernel.access import ADMIN, READ, STATUS, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.log import Event, EventLog, Horizon
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository, SubscriberState
from dampipe.kernel.visibility import Visibility

PAGE = 1000
"""Events that are read at a time while a log is followed."""
INTERVAL = 0.5
"""Seconds between two looks for new events."""


@dataclass(frozen=True)
class EventFilter:
    """Which events are wanted, with names resolved."""

    names: frozenset[str] | None = None
    """None: all."""
    asset: int | None = None
    """The number of the asset that they are about; None: any, or none."""
    rights: EventRights | None = None
    """What of them may be seen; None: everything."""

    def matches(self, event: Event) -> bool:
        """Whether an event is wanted."""
        return (self.names is None or event.name in self.names) and self.asset in (None, event.asset)

    @property
    def where(self) -> ColumnElement[bool] | None:
        """The condition on a row of the table `event` that it may be seen; None: all may."""
        return None if self.rights is None else self.rights.where()

    def stripped(self, events: Sequence[Event]) -> list[Event]:
        """Events that were read with `where`, as they are shown."""
        return list(events) if self.rights is None else self.rights.stripped(events)


class EventService:
    """The log of events. Any method may raise CatalogueDown."""

    def __init__(
        self,
        log: EventLog,
        sequencer: Sequencer,
        registry: EventRegistry,
        subscribers: SubscriberRepository,
        assets: AssetService,
        database: Database,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._visibility = visibility
        self._log = log
        self._sequencer = sequencer
        self._registry = registry
        self._subscribers = subscribers
        self._assets = assets
        self._visibility = visibility

    def page(self, actor: Actor, query: EventQuery) -> EventPage:
        """The newest events, or those after a beginning; with what was written before this call.

        Raises InvalidInput for a name or a beginning that is not valid, NotFound for an unknown asset.
        """
        wanted = self.filter(actor, query)
        self._sequencer.number()
        names, asset = wanted.names, wanted.asset
        if query.since is None:
            last = self._log.last()
            found = self._log.latest(query.limit, names, asset=asset, where=wanted.where)
            is_whole = len(found) < query.limit
            return EventPage(
                events=tuple(wanted.stripped(found)),
                next=max(last, found[-1].seq if found else 0),
                horizon=self.deleted(0, wanted) if is_whole else None,
            )
        start, last = self.start(query.since), self._log.last()
        found = self._log.after(start, query.limit, names, asset=asset, where=wanted.where)
        is_full = len(found) == query.limit
        return EventPage(
            events=tuple(wanted.stripped(found)),
            next=found[-1].seq if is_full else max(start, last, found[-1].seq if found else 0),
            horizon=self.deleted(start, wanted),
        )

    def follow(
        self, actor: Actor, query: EventQuery, after: int, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[Event]:
        """All events after a number, and then each new one as it comes, without an end."""
        wanted = self.filter(actor, query)
        while True:
            self._sequencer.number()
            last = self._log.last()
            found = self._log.after(after, PAGE, wanted.names, asset=wanted.asset, where=wanted.where)
            yield from wanted.stripped(found)
            if len(found) == PAGE:
                after = found[-1].seq
                continue
            after = max(after, last, found[-1].seq if found else 0)
            sleep(INTERVAL)

    def filter(self, actor: Actor, query: EventQuery) -> EventFilter:
        """Resolve the names of events and of the asset. Raises InvalidInput, NotFound, Forbidden.

        Audit events are for administrators. Who sees a part of the library follows its status, and no events.
        """
        require(actor, READ)
        names = self._registry.select(query.names) if query.names else None
        if not actor.may(ADMIN):
            shown = {kind.KIND.name for kind in self._registry if kind.KIND.is_shown_to(actor)}
            names = frozenset(shown if names is None else names & shown)
        rights = EventRights(self._db, actor, self._visibility.of(actor))
        asset = None if query.asset is None else self._asset(actor, query.asset)
        return EventFilter(names, asset, None if rights.is_all else rights)

    def _asset(self, actor: Actor, name: str) -> int:
        """The number of an asset; by its whole SHA-1 also of one that was deleted, whose history is kept."""
        try:
            return self._assets.asset_id(actor, name)
        except NotFound:
            deleted = self._log.asset_of(name.lower()) if len(name) == 40 else None
            if deleted is None:
                raise
            return deleted

    def start(self, since: str) -> int:
        """The number after which an answer begins. Raises InvalidInput."""
        beginning = parse_since(since, time.time())
        if beginning.seq is not None:
            return beginning.seq
        assert beginning.at is not None
        return self._log.before_time(beginning.at)

    def deleted(self, start: int, wanted: EventFilter) -> Horizon | None:
        """The newest event after a number that retention has deleted, of those that are wanted; None: none was."""
        horizon = self._log.horizon(wanted.names)
        return horizon if horizon is not None and horizon.seq > start else None

    def kinds(self, actor: Actor) -> list[EventKindReport]:
        """The kinds of events that the actor may see, by name. Raises Forbidden."""
        require(actor, READ)
        shown = [payload.KIND for payload in self._registry if payload.KIND.is_shown_to(actor)]
        return [
            EventKindReport(
                name=kind.name, summary=kind.summary, version=kind.version, is_audit=kind.is_audit
            )
            for kind in sorted(shown, key=lambda kind: kind.name)
        ]

    def subscribers(self, actor: Actor) -> list[SubscriberState]:
        """How far each subscriber is; at which events they fail is for administrators. Raises Forbidden."""
        require(actor, STATUS)
        return [state.shown_to(actor) for state in self._subscribers.states()]

    def skip(self, actor: Actor, name: str, seq: int | None = None) -> Event:
        """Move a subscriber past the event at which it fails, and return that event; it is never delivered to it.

        seq: the number of the event, if another one must not be skipped. Raises NotFound for an unknown subscriber, and
        Conflict for one that does not fail at an event, or at another one.
        """
        require(actor, ADMIN)
        states = {state.name: state for state in self._subscribers.states()}
        if name not in states:
            raise NotFound(UNKNOWN_SUBSCRIBER, name=name, names=", ".join(states) or "none")
        event = states[name].problem_event
        wanted = f"event {seq}" if seq is not None else "an event"
        if event is None or seq not in (None, event.seq):
            raise Conflict(NOT_STUCK, name=name, event=wanted)
        done = EventSkipped(
            subscriber=name,
            event=event.seq,
            id=event.id,
            name=event.name,
            problem=states[name].problem or "",
        )
        with self._db.write() as connection:
            if not self._subscribers.skip(connection, name, event.seq):
                raise Conflict(NOT_STUCK, name=name, event=f"event {event.seq} any more")
            record_event(connection, done, actor=actor, asset=event.asset, sha1=event.sha1)
        return event
