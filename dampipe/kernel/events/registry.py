"""The registry of kinds of events: the payload classes that features and plug-ins name in their manifests."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from dampipe.kernel.errors import ErrorCode, InvalidInput
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.feature import registered

UNKNOWN_EVENT = ErrorCode(
    "event.unknown", "{name!r} is not the name of an event", "These are: {known}. A pattern ends in `.*`."
)


class EventRegistry:
    """Payload classes by the name of the event."""

    def __init__(self, payloads: Iterable[type[EventPayload]]) -> None:
        """Raises ValueError if two kinds have one name."""
        self._by_name: dict[str, type[EventPayload]] = {}
        for payload in payloads:
            other = self._by_name.setdefault(payload.KIND.name, payload)
            if other is not payload:
                raise ValueError(f"two kinds of events have the name {payload.KIND.name!r}")

    @classmethod
    def of_features(cls) -> "EventRegistry":
        """Those of all registered features."""
        return cls(registered("events"))

    def __iter__(self) -> Iterator[type[EventPayload]]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def parse(self, name: str, data: Mapping[str, object]) -> EventPayload | None:
        """The typed payload; None where no feature knows the name, or knows other fields than were stored."""
        payload = self._by_name.get(name)
        try:
            return None if payload is None else payload.model_validate(data)
        except ValidationError:
            return None

    def select(self, patterns: Iterable[str]) -> frozenset[str]:
        """The names that patterns such as `asset.added` or `asset.*` stand for.

        Raises InvalidInput (`event.unknown`) for a pattern that stands for none.
        """
        found: set[str] = set()
        for pattern in patterns:
            names = {name for name in self._by_name if matches(name, pattern)}
            if not names:
                raise InvalidInput(UNKNOWN_EVENT, name=pattern, known=", ".join(sorted(self._by_name)))
            found |= names
        return frozenset(found)


def matches(name: str, pattern: str) -> bool:
    """Whether an event has that name, or one that begins with a pattern's part before `*`.

    >>> matches("asset.added", "asset.*"), matches("asset.added", "asset.added"), matches("assets.x", "asset.*")
    (True, True, False)
    """
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
