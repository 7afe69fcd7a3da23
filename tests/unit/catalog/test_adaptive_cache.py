"""A slow count is cached for a multiple of its time; a fast one is counted every time."""

import time

import pytest

from dampipe.kernel.db.adaptive_cache import FACTOR, SLOW, AdaptiveCache


class Clock:
    """Stands still unless a count takes time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.counted = 0

    def count(self, seconds: float) -> int:
        """Take so long; returns how often it was asked."""
        self.now += seconds
        self.counted += 1
        return self.counted


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    return made


def test_a_quick_answer_is_never_old(clock: Clock) -> None:
    answers: AdaptiveCache[int] = AdaptiveCache()
    assert [answers.get("a", lambda: clock.count(SLOW / 2)) for _ in range(3)] == [1, 2, 3]


def test_a_slow_answer_is_cached_for_a_multiple_of_its_time(clock: Clock) -> None:
    answers: AdaptiveCache[int] = AdaptiveCache()
    assert answers.get("a", lambda: clock.count(2.0)) == 1
    clock.now += 2.0 * FACTOR - 0.1
    assert answers.get("a", lambda: clock.count(2.0)) == 1
    assert answers.get("b", lambda: clock.count(2.0)) == 2, "another question has its own answer"
    clock.now += 0.2
    assert answers.get("a", lambda: clock.count(2.0)) == 3


def test_what_was_changed_here_is_seen_at_once(clock: Clock) -> None:
    answers: AdaptiveCache[int] = AdaptiveCache()
    assert answers.get("a", lambda: clock.count(2.0)) == 1
    answers.forget()
    assert answers.get("a", lambda: clock.count(2.0)) == 2
