"""The use cases of webhooks."""

import contextlib
import json
import secrets
from base64 import b64encode
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID, uuid4

from dampipe.features.webhooks.errors import (
    DISABLED,
    EVENT_UNKNOWN,
    NAME_TAKEN,
    NOT_FOUND,
    REPLAY_START,
    TOO_MANY,
)
from dampipe.features.webhooks.events import WebhookAdded, WebhookRemoved
from dampipe.features.webhooks.model import (
    KEEP_SECRET_HOURS,
    MOST_WEBHOOKS,
    DeliveryReport,
    DeliveryState,
    NewWebhook,
    ReplayReport,
    ReplayRequest,
    TestReport,
    WebhookReport,
    WebhookSecret,
)
from dampipe.features.webhooks.queries import Webhook, WebhookRepository
from dampipe.features.webhooks.sender import Sender
from dampipe.features.webhooks.subscriber import event_names
from dampipe.features.webhooks.target import Targets, parse_target
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.envelope import SOURCE
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository
from dampipe.kernel.masking import mask_url
from dampipe.kernel.selection import AssetSelector

SECRET_BYTES = 32


class WebhookService:
    """Webhooks. Any method may raise Forbidden or CatalogueDown; those that take a name, NotFound."""

    def __init__(
        self,
        database: Database,
        webhooks: WebhookRepository,
        subscribers: SubscriberRepository,
        log: EventLog,
        sequencer: Sequencer,
        registry: EventRegistry,
        targets: Targets,
        sender: Sender,
        selector: AssetSelector,
    ) -> None:
        self._db = database
        self._webhooks = webhooks
        self._subscribers = subscribers
        self._log = log
        self._sequencer = sequencer
        self._registry = registry
        self._targets = targets
        self._sender = sender
        self._selector = selector

    def all(self, actor: Actor) -> list[WebhookReport]:
        """All webhooks by name."""
        require(actor, MANAGE)
        behind = {state.name: state.behind for state in self._subscribers.states()}
        retrying = self._webhooks.retrying()
        return [
            WebhookReport(
                name=webhook.name,
                url=mask_url(webhook.url),
                events=webhook.patterns,
                where=webhook.query,
                created_at=webhook.created_at,
                disabled_at=webhook.disabled_at,
                disabled_by=webhook.disabled_by,
                disabled_reason=webhook.disabled_reason,
                secrets=len(webhook.secrets),
                behind=behind.get(webhook.subscriber, 0),
                retrying=retrying.get(webhook.id, 0),
                failures=webhook.failures,
                problem=webhook.problem,
            )
            for webhook in self._webhooks.all()
        ]

    def add(self, actor: Actor, request: NewWebhook) -> WebhookSecret:
        """Add a webhook for the events from now on; returns its secret, which is not shown again.

        Raises Conflict for a name that is taken, InvalidInput for a URL, event or query that is not valid, or a host
        whose addresses are not allowed. A host that cannot be resolved now is taken.
        """
        require(actor, MANAGE)
        self._registry.select(request.events)
        if request.where.strip():
            self._selector.passing(actor, {"where": (request.where,)}, ())
        target = parse_target(request.url)
        with contextlib.suppress(OSError):
            self._targets.resolve(target.host, target.port)
        if len(self._webhooks.all()) >= MOST_WEBHOOKS:
            raise Conflict(TOO_MANY, limit=MOST_WEBHOOKS)
        self._sequencer.number()  # what happened before is not sent
        secret = new_secret()
        event = WebhookAdded(name=request.name, url=mask_url(request.url))
        with self._db.write() as connection:
            added = self._webhooks.add(
                connection, request.name, request.url, request.events, secret, request.where.strip()
            )
            if added is None:
                raise Conflict(NAME_TAKEN, name=request.name)
            record_event(connection, event, actor=str(actor))
        webhook = self._find(request.name)
        self._subscribers.register(webhook.subscriber)
        return WebhookSecret(name=request.name, secret=secret)

    def remove(self, actor: Actor, name: str) -> None:
        """Delete a webhook with its log."""
        require(actor, MANAGE)
        webhook = self._find(name)
        with self._db.write() as connection:
            self._webhooks.remove(connection, webhook.id)
            record_event(connection, WebhookRemoved(name=name), actor=str(actor))
        self._subscribers.remove(webhook.subscriber)

    def rotate(self, actor: Actor, name: str, keep_hours: float = KEEP_SECRET_HOURS) -> WebhookSecret:
        """Give a webhook a new secret; messages are signed with the old one as well for `keep_hours`."""
        require(actor, MANAGE)
        secret = new_secret()
        until = self._webhooks.rotate(self._find(name), secret, keep_hours * 3600.0, str(actor))
        return WebhookSecret(name=name, secret=secret, previous_valid_until=until)

    def disable(self, actor: Actor, name: str) -> None:
        """Send no more events; they are kept until it is enabled. One that is disabled already stays so."""
        require(actor, MANAGE)
        self._webhooks.disable(self._find(name), str(actor))

    def enable(self, actor: Actor, name: str) -> None:
        """Send messages of a disabled webhook again, from where it stopped."""
        require(actor, MANAGE)
        webhook = self._find(name)
        self._webhooks.enable(webhook, str(actor))
        cursor = self._subscribers.cursor(webhook.subscriber)
        if cursor is not None:
            self._subscribers.move(webhook.subscriber, cursor)  # ends its back-off

    def test(self, actor: Actor, name: str) -> TestReport:
        """Send a message `webhook.test` now, also if the webhook is disabled."""
        require(actor, MANAGE)
        webhook = self._find(name)
        message, now = f"test_{uuid4()}", datetime.now(UTC).isoformat(timespec="milliseconds")
        body = {
            "specversion": "1.0",
            "id": message,
            "source": SOURCE,
            "type": "webhook.test",
            "time": now,
            "timestamp": now,
            "datacontenttype": "application/json",
            "actor": str(actor),
            "data": {"webhook": name},
        }
        answer = self._sender.send(webhook.url, webhook.secrets, message, json.dumps(body))
        return TestReport(
            id=message,
            accepted=answer.is_accepted,
            status=answer.status,
            problem=answer.problem,
            seconds=answer.seconds,
        )

    def replay(self, actor: Actor, name: str, request: ReplayRequest) -> ReplayReport:
        """Deliver events again that are in the log, under the same ids.

        Raises NotFound for an unknown event; Conflict if the webhook is disabled.
        """
        require(actor, MANAGE)
        webhook = self._find(name)
        if webhook.disabled_at is not None:
            raise Conflict(DISABLED, name=name, reason=webhook.why_disabled)
        self._sequencer.number()
        seq = self._start(request)
        names = event_names(self._registry, webhook.patterns)
        events, horizon = self._webhooks.count_after(seq, names), self._log.horizon(names)
        self._webhooks.begin_replay(webhook.id, seq)
        if not self._subscribers.move(webhook.subscriber, seq):
            self._subscribers.register(webhook.subscriber)
            self._subscribers.move(webhook.subscriber, seq)
        is_missing = horizon is not None and horizon.seq > seq
        return ReplayReport(after=seq, events=events, horizon=horizon.at if horizon and is_missing else None)

    def log(
        self, actor: Actor, name: str, limit: int = 100, states: Collection[DeliveryState] = ()
    ) -> list[DeliveryReport]:
        """The newest deliveries of a webhook, the newest of them first. states: only those; none: all."""
        require(actor, MANAGE)
        return self._webhooks.deliveries(self._find(name).id, limit, states)

    def _find(self, name: str) -> Webhook:
        webhook = self._webhooks.find(name)
        if webhook is None:
            raise NotFound(NOT_FOUND, name=name)
        return webhook

    def _start(self, request: ReplayRequest) -> int:
        """The number of the event after which a replay starts."""
        if (request.since is None) == (request.after is None):
            raise Conflict(REPLAY_START)
        if request.since is not None:
            return self._log.before_time(_seconds(request.since))
        text = (request.after or "").strip()
        if text.isascii() and text.isdigit():
            if int(text) <= self._log.last():
                return int(text)
        else:
            try:
                found = self._webhooks.seq_of(str(UUID(text)))
            except ValueError:
                found = None
            if found is not None:
                return found
        raise NotFound(EVENT_UNKNOWN, event=text)


def _seconds(time: datetime) -> float:
    """Seconds since 1970; a time too far away to be converted is before or after all events."""
    try:
        return time.timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0 if time.year < 1970 else 1e12


def new_secret() -> str:
    """A new secret, as Standard Webhooks write them."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
