"""What takes long to count is counted less often: pages ask every second or two how far a million files are."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

COSTLY = 0.1
"""Seconds; what takes less is counted whenever it is asked for."""
SHARE = 10
"""An answer is given again for so many times as long as it took."""


class AdaptiveCache(Generic[T]):
    """Answers of this process; safe to use from threads."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, T]] = {}
        """Until when an answer is good, and the answer."""

    def get(self, what: Hashable, count: Callable[[], T]) -> T:
        """The answer for `what`, counted now unless it is known."""
        began = time.monotonic()
        known = self._known.get(what)
        if known is not None and began < known[0]:
            return known[1]
        answer = count()
        took = time.monotonic() - began
        self._known = {key: old for key, old in self._known.items() if began < old[0]}
        if took > COSTLY:
            self._known[what] = (time.monotonic() + SHARE * took, answer)
        return answer

    def forget(self) -> None:
        """Something was changed here that is to be seen at once."""
        self._known = {}
