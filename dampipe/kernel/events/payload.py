"""The base of typed payloads: what an event is called, how long it is kept, and what it says.

A feature declares its events beside what they are about, and names them in its manifest (`Feature.events`):

    class RatingChanged(EventPayload):
        KIND = EventKind("rating.changed", "A person has rated an asset.", retention=LIBRARY)

        stars: int

A payload is thin: names and numbers by which a reader finds the rest, and no path unless the event is about that path.
"""

import json
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.access import ADMIN, Actor, Scope

PROCESSING = "processing"
"""Retention class of what happens to every file many times: runs that are done or failed."""
LIBRARY = "library"
"""Retention class of what changes the library: assets that were added, merged, edited."""
AUDIT = "audit"
"""Retention class of audit events, which are never deleted."""


@dataclass(frozen=True)
class EventKind:
    """What all events of one name have in common."""

    name: str
    """`subject.what_happened`, such as `asset.added`; unique over all features."""
    summary: str
    """When it happens, in one line."""
    version: int = 1
    """Raised when a field of the payload changes its meaning or disappears; a new field does not raise it."""
    retention: str = PROCESSING
    """The class by which the setting `events_keep_days` says how long it is kept."""
    scope: Scope | None = None
    """Only actors with this scope see such events; None: all do, but audit events are for administrators."""

    def is_shown_to(self, actor: Actor) -> bool:
        """Whether an actor may see events of this kind at all."""
        needed = self.scope or (ADMIN if self.is_audit else None)
        return needed is None or actor.may(needed) or actor.may(ADMIN)

    @property
    def is_audit(self) -> bool:
        """Whether it is an audit event: no setting deletes it."""
        return self.retention == AUDIT


class EventPayload(BaseModel):
    """What an event says: immutable, stored as JSON. A subclass sets KIND and declares its fields."""

    model_config = ConfigDict(frozen=True)

    KIND: ClassVar[EventKind]

    def to_json(self) -> str:
        """The fields as JSON, in ASCII: every database stores it, whatever characters a file's name has."""
        return json.dumps(self.model_dump())
