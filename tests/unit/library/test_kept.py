"""What a list keeps while the catalogue changes: who reads after an event sees what it says."""

import threading
import time
from collections.abc import Hashable
from itertools import count

import pytest

from dampipe.features.library import service
from dampipe.features.library.service import _Kept
from dampipe.kernel.asset_set import AssetSet

PATIENCE = 30.0


class Tokens:
    """The tokens of a catalogue that changes all the time, or not."""

    def __init__(self, *, is_still: bool = False) -> None:
        self._numbers = count()
        self._is_still = is_still

    def current(self) -> Hashable:
        return 0 if self._is_still else next(self._numbers)


class Clock:
    """Each time is later than the one before."""

    def __init__(self) -> None:
        self.asked = 0

    def monotonic(self) -> float:
        self.asked += 1
        return float(self.asked)


def test_a_catalogue_that_stays_as_it_is_is_read_once() -> None:
    reads: list[int] = []
    kept = _Kept(Tokens(is_still=True), lambda: (reads.append(1), AssetSet([1]))[1])  # type: ignore[arg-type]
    assert kept.read() is kept.read()
    assert len(reads) == 1


def test_who_asks_while_it_is_read_waits_for_a_later_reading_which_all_of_them_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(service, "time", clock)
    committed = 1
    reads: list[int] = []
    is_reading, may_end = threading.Event(), threading.Event()

    def read() -> AssetSet:
        found = AssetSet([committed])
        reads.append(committed)
        is_reading.set()
        assert may_end.wait(PATIENCE)
        return found

    kept = _Kept(Tokens(), read)  # type: ignore[arg-type]
    answers: list[AssetSet] = []
    first = threading.Thread(target=lambda: answers.append(kept.read()))
    first.start()
    assert is_reading.wait(PATIENCE)
    committed = 2  # after the first reading began
    later = [threading.Thread(target=lambda: answers.append(kept.read())) for _ in range(5)]
    for thread in later:
        thread.start()
    while clock.asked < 2 + len(later):
        time.sleep(0.001)
    may_end.set()
    for thread in (first, *later):
        thread.join(PATIENCE)
    assert sorted(list(answer) for answer in answers) == [[1], [2], [2], [2], [2], [2]]
    assert len(reads) == 2
