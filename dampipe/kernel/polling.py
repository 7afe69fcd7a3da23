"""Polling at an adaptive interval, and time limits that every sign of progress extends."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def poll(read: Callable[[], T], least: float = 0.3, most: float = 30.0, share: float = 5.0) -> Iterator[T]:
    """Yield what `read` returns, for ever, at an adaptive interval.

    Between two polls it sleeps `share` times as long as the last one took, the consumer's own work included,
    but no less than `least` and no more than `most` seconds: what is costly to count is counted less often.
    """
    while True:
        began = time.monotonic()
        yield read()
        time.sleep(max(least, min(most, share * (time.monotonic() - began))))


class IdleTimeout:
    """A time limit that starts again with every sign of progress."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since = time.monotonic()

    def reset(self) -> None:
        """Start again."""
        self._since = time.monotonic()

    @property
    def expired(self) -> bool:
        """Whether more than the given seconds have passed since the last reset."""
        return time.monotonic() - self._since > self._seconds
