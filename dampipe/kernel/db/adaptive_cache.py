"""Throttles slow counts: one that was slow is cached for ten times as long as it took.

Pages poll every second or two over a million files.
"""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

SLOW = 0.1
"""Seconds; an answer that takes less is not cached."""
FACTOR = 10
"""For how many times as long as it took an answer is cached."""


class AdaptiveCache(Generic[T]):
    """Answers of this process; thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, T]] = {}
        """Until when an answer is valid, and the answer."""

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """The answer for a key: cached, or counted now."""
        began = time.monotonic()
        known = self._known.get(key)
        if known is not None and began < known[0]:
            return known[1]
        answer = count()
        took = time.monotonic() - began
        self._known = {other: old for other, old in self._known.items() if began < old[0]}
        if took > SLOW:
            self._known[key] = (time.monotonic() + FACTOR * took, answer)
        return answer

    def forget(self) -> None:
        """Discard all answers, after a change that is to be seen at once."""
        self._known = {}
