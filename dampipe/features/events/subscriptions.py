"""The subscribers of this deployment: those that manifests list, and those that depend on settings or rows."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from dampipe.kernel.container import Services
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.registry import EventRegistry, matches
from dampipe.kernel.events.subscribers import EventHandler, Subscription
from dampipe.kernel.feature import Subscriber, load_dotted, registered_features

log = logging.getLogger(__name__)

SubscriberSource: TypeAlias = Callable[[], Iterable[Subscription]]
"""What a dotted name in `Feature.subscriber_sources` stands for, once the container has built it."""


class Subscriptions:
    """Finds the subscribers of all features. A subscriber that cannot be loaded fails alone, at its delivery."""

    def __init__(self, services: Services, registry: EventRegistry) -> None:
        self._services = services
        self._registry = registry
        self._fixed: dict[str, Subscription] | None = None
        self._sources: dict[str, SubscriberSource] = {}
        self._found: dict[str, tuple[Subscription, ...]] = {}
        """By source: what it returned last."""

    def all(self) -> Mapping[str, Subscription]:
        """All subscribers by name. One whose source fails stays as it was."""
        if self._fixed is None:
            self._fixed = {
                name: self._fixed_one(name, subscriber)
                for feature in registered_features()
                for name, subscriber in feature.subscribers.items()
            }
        found = dict(self._fixed)
        for feature in registered_features():
            for source in feature.subscriber_sources:
                found.update({one.name: one for one in self._ask(source)})
        return found

    def _fixed_one(self, name: str, subscriber: Subscriber) -> Subscription:
        names = self._names(subscriber.events) if subscriber.events else None
        handler = _Handler(self._services, subscriber.target)
        return Subscription(name, handler, names, subscriber.batch, subscriber.from_start)

    def _names(self, patterns: Sequence[str]) -> frozenset[str]:
        """Known names by patterns, and what has no `*` as it is: a plug-in that records it may come later."""
        known = {kind.KIND.name for kind in self._registry}
        plain = {pattern for pattern in patterns if not pattern.endswith("*")}
        return frozenset(plain | {name for name in known for pattern in patterns if matches(name, pattern)})

    def _ask(self, name: str) -> tuple[Subscription, ...]:
        try:
            if name not in self._sources:
                self._sources[name] = self._services.get(load_dotted(name))
            self._found[name] = tuple(self._sources[name]())
        except Exception as error:  # of a plug-in, too, which may raise anything
            log.warning("the subscribers of %s are not known: %s: %s", name, type(error).__name__, error)
        return self._found.get(name, ())


class _Handler:
    """A handler that is loaded when it is first called."""

    def __init__(self, services: Services, target: str) -> None:
        self._services = services
        self._target = target
        self._handler: EventHandler | None = None

    def __call__(self, events: Sequence[Event]) -> None:
        if self._handler is None:
            target = load_dotted(self._target)
            self._handler = self._services.get(target) if isinstance(target, type) else target
        self._handler(events)
