"""The relay: numbers events as they are committed, and delivers them to each subscriber by a thread of its own.

Several relays may run, on several machines: one of them numbers at a time, and one delivers to a subscriber at a time.
"""

import logging
import threading
import time
from collections.abc import Mapping

from dampipe.features.events.delivery import Delivery
from dampipe.features.events.subscriptions import Subscriptions
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import Subscription

log = logging.getLogger(__name__)

INTERVAL = 0.25
"""Seconds between two looks for new events."""
SUBSCRIBERS_EVERY = 5.0
"""Seconds between two looks for new subscribers."""
OUTAGE_PAUSE = 5.0
"""Seconds without any look after the catalogue could not be used."""
STOP_WITHIN = 5.0
"""Seconds that handlers may take to return when the relay is stopped; their events are delivered again otherwise."""


class Relay:
    """Runs in a process of its own (`dampipe relay`)."""

    def __init__(
        self, sequencer: Sequencer, events: EventLog, subscriptions: Subscriptions, delivery: Delivery
    ) -> None:
        self._sequencer = sequencer
        self._events = events
        self._subscriptions = subscriptions
        self._delivery = delivery
        self._threads: dict[str, _SubscriberThread] = {}

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. An outage of the catalogue is logged once, and waited for."""
        problem, look_at = "", 0.0
        while not stop.is_set():
            pause = INTERVAL
            try:
                self._sequencer.number()
                last = self._events.last()
                if time.monotonic() >= look_at:
                    self._update(self._subscriptions.all())
                    look_at = time.monotonic() + SUBSCRIBERS_EVERY
                for thread in self._threads.values():
                    thread.notify(last)
                problem = ""
            except DampipeError as error:
                pause = OUTAGE_PAUSE
                if str(error) != problem:
                    problem = str(error)
                    log.warning("%s; events wait until it works again", problem)
            stop.wait(pause)
        self._update({})

    def _update(self, wanted: Mapping[str, Subscription]) -> None:
        """Start threads of new subscribers, and stop those of subscribers that are gone or have changed."""
        gone = {name: t for name, t in self._threads.items() if wanted.get(name) != t.subscription}
        for name, thread in gone.items():
            thread.stop()
            del self._threads[name]
        deadline = time.monotonic() + STOP_WITHIN
        for thread in gone.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        for name, subscription in wanted.items():
            if name not in self._threads:
                self._threads[name] = _SubscriberThread(subscription, self._delivery)
                self._threads[name].start()


class _SubscriberThread(threading.Thread):
    """Delivers to one subscriber, so that a slow one holds up no other."""

    def __init__(self, subscription: Subscription, delivery: Delivery) -> None:
        super().__init__(name=f"subscriber {subscription.name}", daemon=True)
        self.subscription = subscription
        self._delivery = delivery
        self._changed = threading.Condition()
        self._last = 0
        self._is_stopping = False

    def notify(self, last: int) -> None:
        """There are events up to that number; also called when there is nothing new, for retries that are due."""
        with self._changed:
            self._last = last
            self._changed.notify()

    def stop(self) -> None:
        """End after the handler has returned."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()

    def run(self) -> None:
        """Deliver whenever notified."""
        while True:
            with self._changed:
                self._changed.wait()
                if self._is_stopping:
                    return
                last = self._last
            try:
                self._delivery.deliver(self.subscription, last, lambda: self._is_stopping)
            except DampipeError as error:
                log.warning("%s: %s; trying again", self.subscription.name, error)
                time.sleep(OUTAGE_PAUSE)
            except Exception:
                log.exception("%s: a bug in the delivery; trying again", self.subscription.name)
                time.sleep(OUTAGE_PAUSE)
