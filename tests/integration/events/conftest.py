"""An empty catalogue with the parts that events have."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from dampipe.features.events.delivery import Delivery
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.policy import RunPolicy
from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event, EventLog
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository


class Rated(EventPayload):
    """An event of a feature."""

    KIND = EventKind("test.rated", "A test has rated an asset.", version=2, retention=LIBRARY)

    stars: int


class Seen(EventPayload):
    """An audit event."""

    KIND = EventKind("test.seen", "A test has seen an original.", retention=AUDIT)

    who: str = "anna"


class Ticked(EventPayload):
    """An event that happens often."""

    KIND = EventKind("test.ticked", "A test has ticked.")


@dataclass
class Events:
    """The parts over one catalogue."""

    database: Database
    sequencer: Sequencer = field(init=False)
    log: EventLog = field(init=False)
    subscribers: SubscriberRepository = field(init=False)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.sequencer = Sequencer(self.database)
        self.log = EventLog(self.database)
        self.subscribers = SubscriberRepository(self.database)
        self.delivery = Delivery(self.log, self.subscribers, LeaseRenewer(), RunPolicy(lease=3.0))

    def record(self, *payloads: EventPayload, at: float | None = None) -> list[str]:
        """Record events in one transaction; returns their ids."""
        with self.database.write() as connection:
            return [record_event(connection, payload, at=at) for payload in payloads]

    def numbered(self) -> list[Event]:
        """Number what there is, and read all."""
        self.sequencer.number()
        return self.log.after(0, 100_000)


@pytest.fixture
def events(catalogue_url: str) -> Iterator[Events]:
    database = Database(catalogue_url)
    migrate.upgrade(database)
    yield Events(database)
    database.close()
