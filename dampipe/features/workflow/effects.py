"""The effects that every library has."""

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import Connection

from dampipe.features.workflow.events import WorkflowSignal
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.guards import Effect, Move, Parameters


class EventParameters(Parameters):
    """What the event says."""

    topic: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,99}$")]


def _signal(connection: Connection, database: Database, move: Move, parameters: EventParameters) -> None:
    payload = WorkflowSignal(
        topic=parameters.topic, transition=move.transition, source=move.source, to=move.target
    )
    events = [NewEvent(payload, asset=asset) for asset in move.assets]
    record_events(connection, database, events, actor=move.actor, at=move.at)


EVENT = Effect(
    "event",
    "Records the event workflow.signal with a topic, for webhooks and other subscribers that are not administrators'.",
    _signal,
    EventParameters,
)
