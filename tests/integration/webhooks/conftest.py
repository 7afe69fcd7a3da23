"""A catalogue with everything that webhooks need, and a receiver on loopback, which the settings allow."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.assets.events import AssetAdded
from dampipe.features.events.delivery import Delivery
from dampipe.features.events.relay import Relay
from dampipe.features.webhooks.model import KIND, DeliveryReport, DeliveryState, NewWebhook
from dampipe.features.webhooks.queries import WebhookRepository
from dampipe.features.webhooks.service import WebhookService
from dampipe.features.webhooks.subscriber import WebhookSubscribers
from dampipe.features.webhooks.tables import DELIVERY, WEBHOOK
from dampipe.jobs import state
from dampipe.jobs.model import Report, RunState
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.tables import RUN
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository
from tests.support.receiver import Receiver


class World:
    """The parts of one deployment. `deliver` does what the relay does, `work` what workers do."""

    def __init__(self, home: Path, database_url: str, **settings: object) -> None:
        self.container = Container(
            load_settings(
                home=home,
                database_url=database_url,
                transport="tests.support.null_transport:NullTransport",
                **{"webhook_networks": ["127.0.0.0/8"], **settings},  # type: ignore[arg-type]
            )
        )
        self.container.set_up()
        self.database = self.container.get(Database)
        self.service = self.container.get(WebhookService)
        self.webhooks = self.container.get(WebhookRepository)
        self.log = self.container.get(EventLog)
        self.subscribers = self.container.get(SubscriberRepository)

    def add(self, name: str, url: str, *events: str) -> str:
        """Add a webhook; returns its secret."""
        return self.service.add(
            LOCAL, NewWebhook(name=name, url=url, events=events or ("asset.added",))
        ).secret

    def record(self, count: int = 1, *more: EventPayload) -> list[str]:
        """Record events that assets were added; returns their ids."""
        payloads = [*(AssetAdded(sha1=f"{number:040x}") for number in range(count)), *more]
        with self.database.write() as connection:
            return [record_event(connection, payload) for payload in payloads]

    def deliver(self) -> None:
        """Deliver to all webhooks until there is nothing new; failures are recorded, as the relay does."""
        self.container.get(Sequencer).number()
        for subscription in self.container.get(WebhookSubscribers)():
            self.container.get(Delivery).deliver(subscription, self.log.last())

    def work(self, rounds: int = 100) -> list[Report]:
        """Run the work items that are due until none is."""
        due = select(RUN.c.id).where(RUN.c.stage == KIND, RUN.c.state == RunState.PENDING)
        reports = []
        for _ in range(rounds):
            with self.database.read() as connection:
                now = connection.execute(due.where(RUN.c.not_before <= state.NOW)).scalars().all()
            if not now:
                break
            reports += [self.container.get(WorkRunner).run(KIND, item) for item in now]
        return reports

    def wait_out(self) -> None:
        """Let all delays of retries be over."""
        for change in (
            update(WEBHOOK).values(paused_until=0.0, sending_until=0.0),
            update(DELIVERY).where(DELIVERY.c.state == "retrying").values(next_at=0.0),
            update(RUN).where(RUN.c.stage == KIND).values(not_before=0.0),
        ):
            with self.database.write() as connection:
                connection.execute(change)

    def deliveries(self, name: str, *states: DeliveryState) -> list[DeliveryReport]:
        """The log of a webhook, the oldest entry first."""
        return self.service.log(LOCAL, name, 10_000, states)[::-1]

    def sweep(self) -> None:
        """One sweep."""
        self.container.get(Sweep).run()

    @contextmanager
    def relay(self) -> Iterator[None]:
        """A running relay and a worker, both in threads."""
        stop = threading.Event()

        def run_items() -> None:
            while not stop.wait(0.1):
                self.work(1)

        threads = [
            threading.Thread(target=self.container.get(Relay).run, args=(stop,)),
            threading.Thread(target=run_items),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)

    def close(self) -> None:
        """End its connections."""
        self.database.close()


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timeout"
        time.sleep(0.05)


@pytest.fixture
def world(catalogue_url: str, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "home", catalogue_url)
    yield made
    made.close()


@pytest.fixture
def local_world(tmp_path: Path) -> Iterator[World]:
    """The same over SQLite alone, for tests that are about HTTP."""
    made = World(tmp_path / "home", f"sqlite:///{tmp_path / 'c.sqlite'}")
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()
