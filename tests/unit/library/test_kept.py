"""What a list keeps while the catalogue changes: for so short a time that who reads after an event sees what it says."""

from collections.abc import Hashable
from itertools import count

import pytest

from dampipe.features.library import service
from dampipe.features.library.service import PENDING_SECONDS
from dampipe.kernel.asset_set import AssetSet

PAGE_WAITS = 0.15
"""Seconds between an event and what a page reads because of it: `SOON` of follow.js."""


class Clock:
    """A clock that tests move."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Tokens:
    """A catalogue that changes all the time."""

    def __init__(self) -> None:
        self._numbers = count()

    def current(self) -> Hashable:
        return next(self._numbers)


@pytest.mark.parametrize("took", [0.001, 0.3, 5.0])
def test_what_was_slow_to_read_is_not_kept_for_longer_than_a_page_waits(
    monkeypatch: pytest.MonkeyPatch, took: float
) -> None:
    clock, reads = Clock(), []
    monkeypatch.setattr(service, "time", clock)

    def read() -> AssetSet:
        reads.append(clock.now)
        clock.now += took
        return AssetSet([len(reads)])

    kept = service._Kept(Tokens(), read)  # type: ignore[arg-type]
    assert PENDING_SECONDS < PAGE_WAITS
    first = kept.read()
    assert kept.read() == first, "for a moment it is kept"
    clock.now += PAGE_WAITS
    assert kept.read() != first
    assert len(reads) == 2
