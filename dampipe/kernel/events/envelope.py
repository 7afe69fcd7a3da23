"""The envelope in which events leave dampipe, over the bus and by webhooks: CloudEvents 1.0 in JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from dampipe.kernel.events.log import Event

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "/dampipe"
"""The attribute `source`: a path, since a library has no name of its own; ids are unique over all libraries."""


def envelope(event: Event) -> dict[str, Any]:
    """The attributes of an event, and its payload as `data`.

    `sequence`, `actor`, `sha1` and `timestamp` are extensions; the last is what Standard Webhooks call `time`.
    """
    time = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": SOURCE,
        "type": event.name,
        "time": time,
        "timestamp": time,
        "datacontenttype": "application/json",
        "sequence": str(event.seq),
        "dataversion": event.version,
        "actor": event.actor,
    }
    if event.asset is not None:
        found["subject"] = f"assets/{event.asset}"
    if event.sha1 is not None:
        found["sha1"] = event.sha1
    return {**found, "data": event.data}


def envelope_text(event: Event) -> str:
    """The envelope as JSON in ASCII; the same text at every delivery."""
    return json.dumps(envelope(event), separators=(",", ":"))
