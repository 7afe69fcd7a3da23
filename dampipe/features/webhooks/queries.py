"""The SQL of webhooks; the only writer of the tables `webhook` and `webhook_delivery`.

A transaction that changes both locks the webhook's row first, so that none waits for another in a circle.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, select, update

from dampipe.features.webhooks.events import (
    WebhookDisabled,
    WebhookEnabled,
    WebhookFailing,
    WebhookRecovered,
    WebhookRotated,
)
from dampipe.features.webhooks.model import KIND, DeliveryReport, DeliveryState
from dampipe.features.webhooks.schedule import GIVE_UP_AFTER, pause, retry_delay
from dampipe.features.webhooks.sender import GONE, THROTTLED, Answer
from dampipe.features.webhooks.tables import DELIVERY, WEBHOOK
from dampipe.jobs import state as runs
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.envelope import envelope_text
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.ids import RunId

BUSY_PAUSE = 5.0
"""Seconds until a work item looks again that has found another one sending."""
SENDING = 60.0
"""Seconds after which a work item that sends is taken for dead."""
TOLERANCE = 1.0
"""Seconds by which a work item may start late, so that it need not be replaced."""
KEEP_ITEMS = 3600.0
"""Seconds for which work items that are done are kept."""
_RETRYING = DELIVERY.c.state == DeliveryState.RETRYING


@dataclass(frozen=True)
class Webhook:
    """A webhook as its messages are sent."""

    id: int
    name: str
    url: str
    patterns: tuple[str, ...]
    """Of events; empty: all."""
    query: str
    """Which assets events may be about; empty: any."""
    secrets: tuple[str, ...]
    """Those that are valid now."""
    round: int
    failures: int
    created_at: float
    disabled_at: float | None
    disabled_by: str
    disabled_reason: str
    problem: str

    @property
    def why_disabled(self) -> str:
        """By whom it was disabled, or why, in words."""
        return f"by {self.disabled_by}" if self.disabled_by else self.disabled_reason

    @property
    def subscriber(self) -> str:
        """Under which its cursor is kept."""
        return f"{KIND}.{self.id}"


@dataclass(frozen=True)
class Pending:
    """A message that is to be sent again."""

    id: int
    event: str
    attempts: int
    body: str


class WebhookRepository:
    """The webhooks of one catalogue and their deliveries. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, work: WorkRepository) -> None:
        self._db = database
        self._work = work

    # Webhooks

    def add(
        self,
        connection: Connection,
        name: str,
        url: str,
        patterns: Sequence[str],
        secret: str,
        query: str = "",
    ) -> int | None:
        """Create a webhook; None: there is one of that name."""
        values = {
            "name": name,
            "url": url,
            "events": json.dumps(list(patterns)),
            "query": query,
            "secret": secret,
            "created_at": NOW,
            "previous_until": 0.0,
            "failures": 0,
            "paused_until": 0.0,
            "sending_until": 0.0,
            "round": 0,
            "item_count": 0,
        }
        insert = self._db.insert(WEBHOOK).values(values).on_conflict_do_nothing().returning(WEBHOOK.c.id)
        made: int | None = connection.execute(insert).scalar()
        return made

    def all(self) -> list[Webhook]:
        """All webhooks by name, also those that are disabled."""
        return self._read(WEBHOOK.c.id > 0)

    def find(self, name: str) -> Webhook | None:
        """The webhook of that name."""
        return next(iter(self._read(WEBHOOK.c.name == name)), None)

    def get(self, webhook: int) -> Webhook | None:
        """The webhook of that id."""
        return next(iter(self._read(WEBHOOK.c.id == webhook)), None)

    def remove(self, connection: Connection, webhook: int) -> None:
        """Delete a webhook with its log and its work item."""
        item = connection.execute(_lock(webhook)).scalar()
        if item is not None:
            self._work.cancel(connection, RunId(item))
        connection.execute(delete(DELIVERY).where(DELIVERY.c.webhook_id == webhook))
        connection.execute(delete(WEBHOOK).where(WEBHOOK.c.id == webhook))

    def rotate(self, webhook: Webhook, secret: str, keep: float, by: str) -> float:
        """Give a webhook a new secret; the old one is valid for `keep` more seconds. Returns until when."""
        values = {"secret": secret, "previous_secret": WEBHOOK.c.secret, "previous_until": NOW + keep}
        change = update(WEBHOOK).where(WEBHOOK.c.id == webhook.id).values(values)
        with self._db.write() as connection:
            record_event(connection, WebhookRotated(name=webhook.name), actor=by)
            return float(connection.execute(change.returning(WEBHOOK.c.previous_until)).scalar_one())

    def disable(self, webhook: Webhook, by: str) -> None:
        """Send no more messages; one that is disabled already stays as it is. Its events are kept."""
        mine = (WEBHOOK.c.id == webhook.id, WEBHOOK.c.disabled_at.is_(None))
        with self._db.write() as connection:
            change = update(WEBHOOK).where(*mine).values(disabled_at=NOW, disabled_by=by)
            if connection.execute(change).rowcount:
                record_event(connection, WebhookDisabled(name=webhook.name), actor=by)

    def enable(self, webhook: Webhook, by: str) -> None:
        """Send messages again, from where it stopped."""
        values = {
            "disabled_at": None,
            "disabled_by": None,
            "disabled_reason": None,
            "failures": 0,
            "paused_until": 0.0,
            "problem": None,
        }
        with self._db.write() as connection:
            connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == webhook.id).values(values))
            self._wake(connection, webhook.id)
            if webhook.disabled_at is not None:
                record_event(connection, WebhookEnabled(name=webhook.name), actor=by)

    def begin_replay(self, webhook: int, seq: int) -> None:
        """Let the events after that number be delivered once more. What waits to be retried of them is cancelled."""
        again = {
            "state": DeliveryState.CANCELLED,
            "problem": "replaced by a replay",
            "updated_at": NOW,
            "body": None,
        }
        with self._db.write() as connection:
            connection.execute(
                update(WEBHOOK).where(WEBHOOK.c.id == webhook).values(round=WEBHOOK.c.round + 1)
            )
            connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.webhook_id == webhook, DELIVERY.c.seq > seq, _RETRYING)
                .values(again)
            )

    # Events

    def seq_of(self, event: str) -> int | None:
        """The number of an event, given by its id."""
        with self._db.read() as connection:
            found: int | None = connection.execute(select(EVENT.c.seq).where(EVENT.c.id == event)).scalar()
            return found

    def count_after(self, seq: int, names: Collection[str]) -> int:
        """How many events of these names have higher numbers."""
        where = [EVENT.c.seq > seq, EVENT.c.name.in_(sorted(names))]
        with self._db.read() as connection:
            return connection.execute(select(func.count()).select_from(EVENT).where(*where)).scalar_one()

    # Deliveries

    def known(self, webhook: Webhook, events: Sequence[str]) -> set[str]:
        """Those of the events that were sent, or wait to be sent again, since the last replay."""
        query = select(DELIVERY.c.event_id).where(
            DELIVERY.c.webhook_id == webhook.id,
            DELIVERY.c.round == webhook.round,
            DELIVERY.c.event_id.in_(events),
        )
        with self._db.read() as connection:
            return set(connection.execute(query).scalars())

    def record_first(self, webhook: Webhook, event: Event, answer: Answer) -> None:
        """Write what came of the first attempt at an event; one that was not accepted is left to a work item."""
        with self._db.write() as connection:
            now = database_time(connection)
            row = {**_new(webhook, event, now), **_attempted(1, answer, now, envelope_text(event))}
            insert = self._db.insert(DELIVERY).values(row).on_conflict_do_nothing()
            connection.execute(insert)
            self._note_answer(connection, webhook, answer, now)
            if row["state"] == DeliveryState.RETRYING:
                self._wake(connection, webhook.id)

    def postpone(self, webhook: Webhook, events: Sequence[Event]) -> None:
        """Leave events to a work item, since the receiver does not answer now."""
        with self._db.write() as connection:
            now = database_time(connection)
            rows = [
                {
                    **_new(webhook, event, now),
                    "state": DeliveryState.RETRYING,
                    "attempts": 0,
                    "next_at": now,
                    "status": None,
                    "problem": None,
                    "seconds": None,
                    "body": envelope_text(event),
                }
                for event in events
            ]
            connection.execute(self._db.insert(DELIVERY).values(rows).on_conflict_do_nothing())
            self._wake(connection, webhook.id)

    def begin_retry(self, webhook: int) -> bool:
        """Take the right to send by a work item, which one of them has at a time, so that slow receivers never hold
        more than one process of a worker.
        """
        other = select(func.count()).where(WEBHOOK.c.sending_until > NOW).scalar_subquery()
        take = update(WEBHOOK).where(WEBHOOK.c.id == webhook, other == 0).values(sending_until=NOW + SENDING)
        with self._db.write() as connection:
            return bool(connection.execute(take).rowcount)

    def next_due(self, webhook: int) -> Pending | None:
        """The next message that is to be sent again now; the oldest event first."""
        columns = (DELIVERY.c.id, DELIVERY.c.event_id, DELIVERY.c.attempts, DELIVERY.c.body)
        mine = (DELIVERY.c.webhook_id == webhook, _RETRYING, DELIVERY.c.next_at <= NOW)
        ready = (
            WEBHOOK.c.id == DELIVERY.c.webhook_id,
            WEBHOOK.c.paused_until <= NOW,
            WEBHOOK.c.disabled_at.is_(None),
        )
        query = select(*columns).where(*mine, *ready).order_by(DELIVERY.c.seq).limit(1)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Pending(row.id, row.event_id, row.attempts, row.body or "")

    def record_retry(self, webhook: Webhook, pending: Pending, answer: Answer) -> None:
        """Write what came of a further attempt."""
        with self._db.write() as connection:
            now = database_time(connection)
            values = _attempted(pending.attempts + 1, answer, now, pending.body)
            connection.execute(_lock(webhook.id))
            mine = (DELIVERY.c.id == pending.id, _RETRYING)  # a replay may have replaced it
            connection.execute(update(DELIVERY).where(*mine).values(values))
            self._note_answer(connection, webhook, answer, now)

    def give_up_old(self, webhook: int) -> int:
        """Give up the events that could not be delivered for GIVE_UP_AFTER; returns how many."""
        days = GIVE_UP_AFTER / 86_400
        values = {
            "state": DeliveryState.FAILED,
            "problem": f"given up after {days:.0f} days without an answer that accepts it",
            "updated_at": NOW,
            "body": None,
        }
        old = (DELIVERY.c.webhook_id == webhook, _RETRYING, DELIVERY.c.created_at < NOW - GIVE_UP_AFTER)
        with self._db.write() as connection:
            return connection.execute(update(DELIVERY).where(*old).values(values)).rowcount

    def end_retry(self, connection: Connection, webhook: int, *, is_busy: bool) -> None:
        """Create the next work item, if there is something left to send, and give back the right to send.

        is_busy: another work item has the right; the next one looks again in some seconds.
        """
        values: dict[str, Any] = {"item": None} if is_busy else {"item": None, "sending_until": 0.0}
        delay = BUSY_PAUSE if is_busy else 0.0
        done = update(WEBHOOK).where(WEBHOOK.c.id == webhook).values(values)
        if connection.execute(done).rowcount:
            self._wake(connection, webhook, delay)
        runs.delete_done(connection, RUN.c.stage == KIND, RUN.c.finished_at < NOW - KEEP_ITEMS)

    def wake_lost(self) -> int:
        """Create work items of webhooks whose own was lost; returns how many."""
        waits = RUN.c.state.in_([RunState.PENDING, RunState.RUNNING])
        alive = select(RUN.c.id).where(RUN.c.id == WEBHOOK.c.item, waits).exists()
        left = select(DELIVERY.c.id).where(DELIVERY.c.webhook_id == WEBHOOK.c.id, _RETRYING).exists()
        query = select(WEBHOOK.c.id).where(WEBHOOK.c.disabled_at.is_(None), left, ~alive)
        with self._db.read() as connection:
            lost = connection.execute(query).scalars().all()
        for webhook in lost:
            with self._db.write() as connection:
                self._wake(connection, webhook)
        return len(lost)

    def deliveries(self, webhook: int, limit: int, states: Collection[DeliveryState]) -> list[DeliveryReport]:
        """The newest entries of the log, the newest of them first."""
        where = [DELIVERY.c.webhook_id == webhook]
        if states:
            where.append(DELIVERY.c.state.in_(sorted(states)))
        query = select(DELIVERY).where(*where).order_by(DELIVERY.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return [_report(row) for row in connection.execute(query)]

    def retrying(self) -> dict[int, int]:
        """How many messages of each webhook wait to be sent again."""
        waiting = func.count().label("waiting")
        query = select(DELIVERY.c.webhook_id, waiting).where(_RETRYING).group_by(DELIVERY.c.webhook_id)
        with self._db.read() as connection:
            return {row.webhook_id: row.waiting for row in connection.execute(query)}

    def delete_old(self, seconds: float) -> int:
        """Delete entries of the log that have not changed for so long and are not retried; returns how many."""
        old = and_(DELIVERY.c.updated_at < NOW - seconds, ~_RETRYING)
        with self._db.write() as connection:
            return connection.execute(delete(DELIVERY).where(old)).rowcount

    def _note_answer(self, connection: Connection, webhook: Webhook, answer: Answer, now: float) -> None:
        """Pause a receiver that has failed, or disable it if it is gone."""
        change = update(WEBHOOK).where(WEBHOOK.c.id == webhook.id)
        if answer.is_accepted:
            if webhook.failures:
                connection.execute(change.values(failures=0, paused_until=0.0, problem=None))
                record_event(connection, WebhookRecovered(name=webhook.name), actor=WORKER, at=now)
            return
        values: dict[str, Any] = {"failures": WEBHOOK.c.failures + 1, "problem": answer.problem}
        throttle = answer.retry_after if answer.status in THROTTLED else None
        values["paused_until"] = now + pause(webhook.failures + 1, throttle)
        if answer.status == GONE:
            values |= {"disabled_at": now, "disabled_reason": answer.problem}
            event = WebhookDisabled(name=webhook.name, reason=answer.problem)
            record_event(connection, event, actor=WORKER, at=now)
        elif not webhook.failures:
            failing = WebhookFailing(name=webhook.name, problem=answer.problem)
            record_event(connection, failing, actor=WORKER, at=now)
        connection.execute(change.values(values))

    def _wake(self, connection: Connection, webhook: int, delay: float = 0.0) -> None:
        """See that a work item starts when the next message is due. Locks the webhook's row, so that a work item
        which ends at the same time sees the message, or this sees its end.
        """
        query = select(WEBHOOK).where(WEBHOOK.c.id == webhook).with_for_update()
        row = connection.execute(query).first()
        due = select(func.min(DELIVERY.c.next_at)).where(DELIVERY.c.webhook_id == webhook, _RETRYING)
        next_at = connection.execute(due).scalar()
        if row is None or next_at is None or row.disabled_at is not None:
            return
        now = database_time(connection)
        wait = max(delay, max(next_at, row.paused_until) - now)
        if row.item is not None:
            if self._is_early_enough(connection, row.item, now + wait + TOLERANCE):
                return
            if not self._work.cancel(connection, RunId(row.item)) and self._is_early_enough(
                connection, row.item, 0.0
            ):
                return  # a worker has claimed it just now
        key = f"{webhook}-{row.item_count + 1}"
        item = self._work.add(connection, KIND, key, parameters={"webhook": webhook}, delay=wait)
        values = {"item": item, "item_count": row.item_count + 1}
        connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == webhook).values(values))

    @staticmethod
    def _is_early_enough(connection: Connection, item: int, start: float) -> bool:
        """Whether a work item runs, and so creates the next one at its end, or starts at that time at the latest."""
        own = select(RUN.c.state, RUN.c.not_before).where(RUN.c.id == item)
        row = connection.execute(own).first()
        if row is None:
            return False
        return bool(
            row.state == RunState.RUNNING or (row.state == RunState.PENDING and row.not_before <= start)
        )

    def _read(self, where: ColumnElement[bool]) -> list[Webhook]:
        is_previous = (WEBHOOK.c.previous_until > NOW).label("is_previous")
        query = select(WEBHOOK, is_previous).where(where).order_by(WEBHOOK.c.name)
        with self._db.read() as connection:
            return [_webhook(row) for row in connection.execute(query)]


def _lock(webhook: int) -> Select[int | None]:
    """The id of its work item, with a lock on the webhook's row."""
    return select(WEBHOOK.c.item).where(WEBHOOK.c.id == webhook).with_for_update()


def _webhook(row: Row[Any]) -> Webhook:
    previous = (row.previous_secret,) if row.previous_secret and row.is_previous else ()
    return Webhook(
        id=row.id,
        name=row.name,
        url=row.url,
        patterns=tuple(json.loads(row.events)),
        query=row.query,
        secrets=(row.secret, *previous),
        round=row.round,
        failures=row.failures,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        disabled_by=row.disabled_by or "",
        disabled_reason=row.disabled_reason or "",
        problem=row.problem or "",
    )


def _new(webhook: Webhook, event: Event, now: float) -> dict[str, Any]:
    """The columns of a delivery that never change, and its times."""
    return {
        "webhook_id": webhook.id,
        "event_id": event.id,
        "round": webhook.round,
        "seq": event.seq,
        "name": event.name,
        "created_at": now,
        "updated_at": now,
    }


def _attempted(attempts: int, answer: Answer, now: float, body: str) -> dict[str, Any]:
    """The columns that an attempt changes. attempts: with this one."""
    delay = retry_delay(attempts, answer.retry_after)
    found = DeliveryState.RETRYING
    if answer.is_accepted:
        found = DeliveryState.DELIVERED
    elif delay is None or answer.status == GONE:
        found = DeliveryState.FAILED
    is_over = found != DeliveryState.RETRYING
    return {
        "state": found,
        "attempts": attempts,
        "status": answer.status,
        "seconds": answer.seconds,
        "problem": answer.problem or None,
        "updated_at": now,
        "body": None if is_over else body,
        "next_at": 0.0 if is_over or delay is None else now + delay,
    }


def _report(row: Row[Any]) -> DeliveryReport:
    return DeliveryReport(
        event=row.event_id,
        seq=row.seq,
        name=row.name,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        status=row.status,
        problem=row.problem or "",
        seconds=row.seconds,
        created_at=row.created_at,
        updated_at=row.updated_at,
        next_at=row.next_at if row.state == DeliveryState.RETRYING else None,
    )
