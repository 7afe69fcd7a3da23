"""The broadcast of events to the clients of one web server: one reader of the catalogue serves all of them.

A client has a bounded queue. One that does not read fast enough is disconnected; it resumes by the number of the last
event that it got. No client holds a connection to the database.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dampipe.features.events.errors import TOO_MANY_STREAMS
from dampipe.features.events.rights import CHANGES_RIGHTS, may_change
from dampipe.features.events.service import EventFilter, EventService
from dampipe.features.processing.status import StatusService
from dampipe.kernel.access import ADMIN, Actor
from dampipe.kernel.errors import Busy, DampipeError
from dampipe.kernel.events.log import Event, EventLog, Horizon
from dampipe.kernel.events.sequencer import Sequencer

log = logging.getLogger(__name__)

MOST_CLIENTS = 200
QUEUE = 1000
"""Messages that wait for one client; a client for which more would wait is disconnected."""
PAGE = 500
"""Events that are read at a time."""
INTERVAL = 0.25
STATUS_INTERVAL = 2.0
"""Seconds between two looks for events, and for a changed status, while there are clients."""
STATUS_SHARE = 5.0
"""The next look for a changed status comes after this many times as long as the last one took."""
OUTAGE_PAUSE = 3.0
START_WITHIN = 30.0
"""Seconds in which a client has to begin to read; it may be gone before that."""
HEARTBEAT = 15.0
"""Seconds after which a comment is sent where nothing else was, so that a connection that is gone is noticed."""
RECONNECT_AFTER = 2000
"""Milliseconds after which a browser connects again."""


_StatusKey: TypeAlias = tuple[int | None, int | None, bool]
"""What a status depends on: the user or the link whose rights hold, and whether the actor is an administrator."""


def _status_key(actor: Actor) -> _StatusKey:
    return actor.user, actor.link, actor.may(ADMIN)


@dataclass(eq=False)
class _Client:
    actor: Actor
    wanted: EventFilter
    wants_status: bool
    queue: "asyncio.Queue[str | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE))
    """Messages; None: the end."""
    is_ended: bool = False
    joined_at: float = field(default_factory=time.monotonic)
    is_reading: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether it was disconnected, or never began to read."""
        return self.is_ended or not (self.is_reading or time.monotonic() - self.joined_at < START_WITHIN)

    def put(self, message: str) -> None:
        """Queue a message, or end a client that is too slow."""
        if self.is_ended:
            return
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Let the stream end; what waits is dropped, since the client asks for it again."""
        self.is_ended = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Broadcaster:
    """Belongs to the event loop of one web server; all but the constructor is called there."""

    def __init__(
        self,
        events: EventService,
        log: EventLog,
        sequencer: Sequencer,
        processing: Callable[[], StatusService],
    ) -> None:
        self._events = events
        self._log = log
        self._sequencer = sequencer
        self._processing = processing
        self._clients: set[_Client] = set()
        self._closed: asyncio.AbstractEventLoop | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: asyncio.Task[None] | None = None
        self._cursor = 0
        self._statuses: dict[_StatusKey, str] = {}
        """The message of the newest status."""
        self._status_due = 0.0

    @property
    def clients(self) -> int:
        """How many follow."""
        return len(self._clients)

    def end_streams(self) -> None:
        """End all streams, and refuse new ones: the server of this event loop is stopping."""
        try:
            self._closed = asyncio.get_running_loop()
        except RuntimeError:  # a library that is closed in a process without a server: there is no stream
            return
        for client in list(self._clients):
            client.end()

    async def follow(
        self,
        actor: Actor,
        wanted: EventFilter,
        after: int | None,
        *,
        status: bool = False,
        seconds: float | None = None,
    ) -> AsyncIterator[str]:
        """The messages of one client, as they are sent. Raises Busy, CatalogueDown before the first.

        after: the number after which it begins; None: with what happens from now on. status: send the status of
        processing, too, whenever it changes. seconds: end after so many; None: when the client or the server ends it.
        """
        client = await self._join(actor, wanted, status)
        return self._messages(client, after, self._cursor, seconds)

    async def _join(self, actor: Actor, wanted: EventFilter, status: bool) -> _Client:
        self._require_room()
        if not self._is_running():
            last = await asyncio.to_thread(self._newest)
            if not self._is_running():  # no other client came first
                self._cursor = last
                self._loop = asyncio.get_running_loop()
                self._status_due, self._statuses = 0.0, {}
                self._reader = asyncio.create_task(self._read())
            self._require_room()  # meanwhile the server may have been stopped, which would wait for this stream for ever
        client = _Client(actor, wanted, status)
        self._clients.add(client)
        if status and _status_key(actor) in self._statuses:
            client.put(self._statuses[_status_key(actor)])
        elif status:
            self._status_due = 0.0
        return client

    def _require_room(self) -> None:
        """Raise Busy if no stream may begin."""
        if self._closed is asyncio.get_running_loop() or len(self._clients) >= MOST_CLIENTS:
            raise Busy(TOO_MANY_STREAMS, limit=MOST_CLIENTS)

    def _is_running(self) -> bool:
        is_ours = self._loop is asyncio.get_running_loop()
        return is_ours and self._reader is not None and not self._reader.done()

    def _newest(self) -> int:
        self._sequencer.number()
        return self._log.last()

    async def _messages(
        self, client: _Client, after: int | None, joined_at: int, seconds: float | None
    ) -> AsyncIterator[str]:
        """First what is stored up to the number at which the client joined, then its queue."""
        end = None if seconds is None else time.monotonic() + seconds
        client.is_reading = True
        try:
            yield f"retry: {RECONNECT_AFTER}\n\n"
            if after is not None:
                async for message in self._stored(client, after, joined_at):
                    yield message
            while True:
                next_one = await self._message(client, end)
                if next_one is None:
                    return
                yield next_one
        finally:
            self._clients.discard(client)

    @staticmethod
    async def _message(client: _Client, end: float | None) -> str | None:
        """The next message, or a heartbeat; None: the end."""
        if not client.queue.empty():
            return client.queue.get_nowait()
        left = HEARTBEAT if end is None else min(HEARTBEAT, end - time.monotonic())
        waiting: asyncio.Future[str | None] = asyncio.ensure_future(client.queue.get())
        try:
            return await asyncio.wait_for(waiting, max(0.0, left))
        except TimeoutError:
            return None if end is not None and time.monotonic() >= end else ": heartbeat\n\n"

    async def _stored(self, client: _Client, after: int, last: int) -> AsyncIterator[str]:
        horizon = await asyncio.to_thread(self._events.deleted, after, client.wanted)
        if horizon is not None:
            yield horizon_message(horizon)
        while after < last and not client.is_ended:
            names, asset = client.wanted.names, client.wanted.asset
            where = client.wanted.where
            page = await asyncio.to_thread(self._log.after, after, PAGE, names, asset=asset, where=where)
            if client.is_ended:  # while it was read
                return
            for event in client.wanted.stripped(page):
                if event.seq <= last:  # newer ones come by the queue
                    yield event_message(event)
            after = page[-1].seq if len(page) == PAGE else last

    async def _read(self) -> None:
        """Read for all clients, until there is none."""
        problem = ""
        while self._clients:
            self._clients = {client for client in self._clients if not client.is_gone}
            pause = INTERVAL
            try:
                await self._read_events()
                await self._read_status()
                problem = ""
            except DampipeError as error:
                pause = OUTAGE_PAUSE
                if str(error) != problem:
                    problem = str(error)
                    log.warning("%s; clients that follow events wait", problem)
                self._statuses = {}
                outage = message_of("outage", json.dumps({"code": error.code, "detail": str(error)}))
                for client in self._clients:
                    client.put(outage)
            except Exception:
                pause = OUTAGE_PAUSE
                log.exception("events could not be read, which is a bug")
            await asyncio.sleep(pause)

    async def _read_events(self) -> None:
        while True:
            page = await asyncio.to_thread(self._next_page)
            sent = 0
            for at, event in enumerate(page):
                if event.name.startswith(
                    CHANGES_RIGHTS
                ):  # what comes after it is sent by the rights after it
                    await self._send(page[sent:at])
                    sent = at
                    self._end_changed(event)
            await self._send(page[sent:])
            if len(page) < PAGE:
                return

    def _end_changed(self, event: Event) -> None:
        """End the streams of those whose rights an event may have changed: they resume by requests that are checked."""
        for client in list(self._clients):
            if may_change(client.actor, event):
                client.end()

    async def _send(self, events: Sequence[Event]) -> None:
        for event in events:
            message = event_message(event)
            for client in self._clients:
                if client.wanted.rights is None and client.wanted.matches(event):
                    client.put(message)
            self._cursor = event.seq
        await self._send_shown(events)

    async def _send_shown(self, page: Sequence[Event]) -> None:
        """Send new events to the clients that do not see all of them."""
        for client in list(self._clients):
            rights = client.wanted.rights
            wanted = [event for event in page if client.wanted.matches(event)]
            if rights is not None and wanted:
                for event in await asyncio.to_thread(rights.shown, wanted):
                    client.put(event_message(event))

    def _next_page(self) -> list[Event]:
        self._sequencer.number()
        return self._log.after(self._cursor, PAGE)

    async def _read_status(self) -> None:
        actors = {_status_key(client.actor): client.actor for client in self._clients if client.wants_status}
        if not actors or time.monotonic() < self._status_due:
            return
        began = time.monotonic()
        for key, actor in actors.items():
            status = await asyncio.to_thread(self._status, actor)
            if status != self._statuses.get(key):
                self._statuses[key] = status
                for client in self._clients:
                    if client.wants_status and _status_key(client.actor) == key:
                        client.put(status)
        taken = time.monotonic() - began
        self._status_due = began + max(STATUS_INTERVAL, STATUS_SHARE * taken)

    def _status(self, actor: Actor) -> str:
        return message_of("status", self._processing().status(actor).model_dump_json())


def message_of(kind: str, data: str) -> str:
    """A message of server-sent events without an id; `data` is one line."""
    return f"event: {kind}\ndata: {data}\n\n"


def event_message(event: Event) -> str:
    """The message of an event: its number is the id by which a client resumes."""
    return f"id: {event.seq}\ndata: {event.model_dump_json()}\n\n"


def horizon_message(horizon: Horizon) -> str:
    """Says that events were deleted that a client asks for."""
    return message_of("horizon", horizon.model_dump_json())
