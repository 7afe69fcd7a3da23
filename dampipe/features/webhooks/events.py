"""The events of webhooks."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class WebhookAdded(EventPayload):
    """A webhook was added."""

    KIND = EventKind("webhook.added", "A webhook was added.", retention=AUDIT, scope=MANAGE)

    name: str
    url: str
    """Without secrets."""


class WebhookRemoved(EventPayload):
    """A webhook was removed."""

    KIND = EventKind("webhook.removed", "A webhook was removed.", retention=AUDIT, scope=MANAGE)

    name: str


class WebhookDisabled(EventPayload):
    """A webhook was disabled."""

    KIND = EventKind(
        "webhook.disabled",
        "A webhook was disabled: by a person, or since its receiver answered that it is gone (410).",
        retention=LIBRARY,
        scope=MANAGE,
    )

    name: str
    reason: str = ""
    """The answer of its receiver; empty if the actor of the event disabled it."""


class WebhookEnabled(EventPayload):
    """A disabled webhook was enabled."""

    KIND = EventKind("webhook.enabled", "A disabled webhook was enabled.", retention=LIBRARY, scope=MANAGE)

    name: str


class WebhookRotated(EventPayload):
    """A webhook has a new secret."""

    KIND = EventKind("webhook.rotated", "A webhook was given a new secret.", retention=AUDIT, scope=MANAGE)

    name: str


class WebhookFailing(EventPayload):
    """A webhook's receiver did not accept an event, after it had accepted those before."""

    KIND = EventKind(
        "webhook.failing", "The receiver of a webhook does not accept events any more.", scope=MANAGE
    )

    name: str
    problem: str


class WebhookRecovered(EventPayload):
    """A webhook's receiver accepted an event, after it had not accepted some."""

    KIND = EventKind("webhook.recovered", "The receiver of a webhook accepts events again.", scope=MANAGE)

    name: str


ABOUT_DELIVERIES = frozenset({WebhookFailing.KIND.name, WebhookRecovered.KIND.name})
"""Events that no webhook is sent: a receiver that fails now and then would cause them without an end."""
