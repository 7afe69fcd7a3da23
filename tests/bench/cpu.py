"""Processor seconds of contenders that take turns, processes they start included: steadier than the clock."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence

from tests.bench.timing import ROUNDS


def cpu_of(work: Callable[[], object]) -> float:
    """Processor seconds that `work` and the processes it waits for use."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, warm: bool = True
) -> dict[str, list[float]]:
    """Each contender's processor seconds, one a round, A B A B …; warm: after a round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(0 if warm else 1, rounds + 1):
        for name, work in contenders.items():
            taken = cpu_of(work)
            if number:
                seconds[name].append(taken)
    return seconds


def table(title: str, seconds: Mapping[str, Sequence[float]]) -> None:
    """Print the medians."""
    print(f"\n{title} ({os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()})")
    for name, values in seconds.items():
        spread = f"{min(values):.2f}-{max(values):.2f}"
        print(f"  {name:<34} {statistics.median(values):8.2f} s of CPU ({spread})", flush=True)


def ratio(what: str, over: Sequence[float], under: Sequence[float], goal: str) -> None:
    """Print the median of the ratios, round by round, beside its goal."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    rounds = ", ".join(f"{one:.3f}" for one in ratios)
    print(f"  {what:<52} {statistics.median(ratios):6.3f}  (goal {goal}; rounds {rounds})", flush=True)
