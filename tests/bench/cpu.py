"""Processor seconds of contenders that take turns, processes they start included: steadier than the clock."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.bench.timing import ROUNDS


class Taken(NamedTuple):
    """Seconds that one piece of work took."""

    cpu: float
    wall: float


def taken_by(work: Callable[[], object]) -> Taken:
    """What `work` and the processes it waits for use of the processor, and the clock."""
    before, began = os.times(), time.monotonic()
    work()
    after, ended = os.times(), time.monotonic()
    return Taken(sum(after[:4]) - sum(before[:4]), ended - began)


def timed(title: str, work: Callable[[], Any]) -> Any:
    """Do it, print what it took by the clock and of the processor, and return what it returns."""
    found: list[Any] = []
    taken = taken_by(lambda: found.append(work()))
    print(f"  {title:<66} {taken.wall:8.2f} s, processor {taken.cpu:7.2f} s", flush=True)
    return found[0]


def both_in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, warm: bool = True
) -> dict[str, list[Taken]]:
    """What each contender takes, once a round, A B A B …; warm: after a round that does not count."""
    seconds: dict[str, list[Taken]] = {name: [] for name in contenders}
    for number in range(0 if warm else 1, rounds + 1):
        for name, work in contenders.items():
            taken = taken_by(work)
            if number:
                seconds[name].append(taken)
    return seconds


def in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, warm: bool = True
) -> dict[str, list[float]]:
    """As `both_in_turn`, the processor seconds alone."""
    both = both_in_turn(contenders, rounds, warm)
    return {name: [taken.cpu for taken in values] for name, values in both.items()}


def table(
    title: str, seconds: Mapping[str, Sequence[float]], walls: Mapping[str, Sequence[float]] | None = None
) -> None:
    """Print the medians; walls: of the clock, beside them."""
    print(f"\n{title} ({os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()})")
    for name, values in seconds.items():
        spread = f"{min(values):.2f}-{max(values):.2f}"
        clock = f", {statistics.median(walls[name]):.2f} s by the clock" if walls else ""
        print(f"  {name:<34} {statistics.median(values):8.2f} s of CPU ({spread}){clock}", flush=True)


def ratio(what: str, over: Sequence[float], under: Sequence[float], goal: str = "") -> None:
    """Print the median of the ratios, round by round, beside its goal where it has one."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    rounds = ", ".join(f"{one:.3f}" for one in ratios)
    wanted = f"goal {goal}; " if goal else ""
    print(f"  {what:<52} {statistics.median(ratios):6.3f}  ({wanted}rounds {rounds})", flush=True)
