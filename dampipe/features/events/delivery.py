"""The delivery of events to one subscriber: under its lease, in order, at least once, again after a failure."""

import logging
import time
from collections.abc import Callable, Sequence

from dampipe.jobs import lease
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.policy import RunPolicy
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.events.log import Event, EventLog
from dampipe.kernel.events.subscribers import Claim, SubscriberRepository, Subscription
from dampipe.kernel.masking import mask_text

log = logging.getLogger(__name__)

FIRST_RETRY = 1.0
LONGEST_RETRY = 300.0
"""Seconds until a handler that failed is called again: the delay doubles with each failure in succession."""
SKIP_AFTER = 1000
SKIP_INTERVAL = 10.0
"""Events that a subscriber is not interested in, or seconds, after which its cursor is moved past them."""
LONGEST_PROBLEM = 1000
"""Characters of the text that is kept of a failure."""


class Delivery:
    """Delivers to the subscribers of one catalogue. Safe to use from several threads, one for each subscriber."""

    def __init__(
        self, log: EventLog, subscribers: SubscriberRepository, leases: LeaseRenewer, policy: RunPolicy
    ) -> None:
        self._log = log
        self._subscribers = subscribers
        self._leases = leases
        self._lease = policy.lease
        self._skipped_at: dict[str, float] = {}

    def deliver(
        self,
        subscription: Subscription,
        last: int,
        is_stopping: Callable[[], bool] = lambda: False,
        owner: str | None = None,
    ) -> int:
        """Deliver the events up to the number `last`, and newer ones that are read along; returns how many.

        Returns early when the handler fails, another process has the lease, or `is_stopping`. owner: of the lease;
        None: this process. Raises CatalogueDown.
        """
        name, owner = subscription.name, owner or lease.owner()
        if not self._has_work(subscription, last):
            return 0
        claim = self._subscribers.claim(name, owner, self._lease, lease.is_dead)
        if claim is None:
            return 0
        done = 0
        with self._leases.hold(lambda _: self._renew(name, owner), self._lease):
            while claim is not None and claim.cursor < last and not is_stopping():
                events = self._log.after(claim.cursor, subscription.batch, subscription.names)
                for part in self._parts(events, claim):
                    if not self._handle(subscription, part, claim, owner):
                        return done
                    done += len(part)
                    claim = self._subscribers.advance(claim, owner, part[-1].seq, handled=True)
                    if claim is None:
                        return done
                if len(events) < subscription.batch and claim.cursor < last:
                    claim = self._subscribers.advance(claim, owner, last, handled=False)
                    self._skipped_at[name] = time.monotonic()
        self._subscribers.release(name, owner)
        return done

    def _has_work(self, subscription: Subscription, last: int) -> bool:
        """Whether there is an event for a subscriber, or its cursor is to be moved past others."""
        name = subscription.name
        cursor = self._subscribers.cursor(name)
        if cursor is None:
            self._subscribers.register(name, from_start=subscription.from_start)
            cursor = self._subscribers.cursor(name)
        if cursor is None or cursor >= last:
            return False
        is_far = last - cursor >= SKIP_AFTER
        if is_far or time.monotonic() - self._skipped_at.setdefault(name, 0.0) >= SKIP_INTERVAL:
            return True
        return bool(self._log.after(cursor, 1, subscription.names))

    @staticmethod
    def _parts(events: Sequence[Event], claim: Claim) -> list[Sequence[Event]]:
        """All events at once; after a failure one by one, so that those before the one at fault are done."""
        if claim.failures:
            return [[event] for event in events]
        return [events] if events else []

    def _handle(self, subscription: Subscription, events: Sequence[Event], claim: Claim, owner: str) -> bool:
        try:
            subscription.handler(events)
        except Exception as error:  # a handler may raise anything
            delay = min(LONGEST_RETRY, FIRST_RETRY * 2.0**claim.failures)
            is_known = isinstance(error, DampipeError)
            text = str(error) if is_known else f"{type(error).__name__}: {error}"
            problem = mask_text(text)[:LONGEST_PROBLEM]
            log.warning(
                "the subscriber %s failed at the events %d to %d: %s; trying again in %.0f s",
                subscription.name, events[0].seq, events[-1].seq, problem, delay, exc_info=not is_known,
            )  # fmt: skip
            self._subscribers.fail(claim, owner, problem, delay, events[0].seq if len(events) == 1 else None)
            return False
        return True

    def _renew(self, name: str, owner: str) -> None:
        self._subscribers.renew(name, owner, self._lease)
