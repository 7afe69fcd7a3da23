"""Polling waits in proportion to what a poll costs, and a time limit starts again with every progress."""

import time

import pytest

from dampipe.kernel import polling
from dampipe.kernel.polling import IdleTimeout, poll


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which only sleeping and the test advance; then every pause."""
    moments = [0.0]

    def sleep(seconds: float) -> None:
        moments[0] += seconds
        moments.append(seconds)

    monkeypatch.setattr(polling.time, "monotonic", lambda: moments[0])
    monkeypatch.setattr(polling.time, "sleep", sleep)
    return moments


def test_a_costly_poll_is_repeated_less_often(clock: list[float]) -> None:
    costs = [0.01, 2.0, 100.0]

    def read() -> float:
        cost = costs.pop(0)
        clock[0] += cost
        return cost

    values = poll(read, least=0.3, most=30.0, share=5.0)
    assert [next(values), next(values), next(values)] == [0.01, 2.0, 100.0]
    assert clock[1:] == [0.3, 10.0]
    costs.append(0.0)
    next(values)
    assert clock[-1] == 30.0


def test_the_work_of_the_consumer_counts(clock: list[float]) -> None:
    values = poll(lambda: None, least=0.3, most=30.0, share=5.0)
    next(values)
    clock[0] += 1.0
    next(values)
    assert clock[1:] == [5.0]


def test_an_idle_timeout_expires_unless_it_is_reset(clock: list[float]) -> None:
    timeout = IdleTimeout(10.0)
    time.sleep(9.0)
    assert not timeout.expired
    timeout.reset()
    time.sleep(9.0)
    assert not timeout.expired
    time.sleep(2.0)
    assert timeout.expired
