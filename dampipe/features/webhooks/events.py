"""The events of webhooks."""

from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class WebhookAdded(EventPayload):
    """A webhook was added."""

    KIND = EventKind("webhook.added", "A webhook was added.", retention=AUDIT)

    name: str
    url: str
    """Without secrets."""


class WebhookRemoved(EventPayload):
    """A webhook was removed."""

    KIND = EventKind("webhook.removed", "A webhook was removed.", retention=AUDIT)

    name: str


class WebhookDisabled(EventPayload):
    """A webhook was disabled."""

    KIND = EventKind(
        "webhook.disabled",
        "A webhook was disabled, since its receiver answered that it is gone (410).",
        retention=LIBRARY,
    )

    name: str
    reason: str
