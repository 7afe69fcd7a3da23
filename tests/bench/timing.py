"""Contenders take turns within one run, so that a machine that slows down slows all of them."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping

ROUNDS = 5


def in_turn(contenders: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Each contender's seconds, one a round, A B A B …, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            taken = run()
            if number:
                seconds[name].append(taken)
                print(f"  round {number}: {name} {taken:.2f} s", flush=True)
    return seconds


def report(title: str, seconds: Mapping[str, list[float]], unit: str, amount: int) -> None:
    """Medians, rates, and the first contender against the second, round by round."""
    print(f"\n{title} ({os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()})")
    for name, values in seconds.items():
        middle = statistics.median(values)
        spread = f"{min(values):.2f}-{max(values):.2f}"
        print(f"  {name:<28} {middle:7.2f} s ({spread})  {amount / middle:8.1f} {unit}/s")
    ours, other = list(seconds.values())[:2]
    ratios = [a / b for a, b in zip(ours, other, strict=True)]
    first, second = list(seconds)[:2]
    print(f"  wall time, {first} / {second}: median {statistics.median(ratios):.2f}")
    print(f"  (round by round {', '.join(f'{ratio:.2f}' for ratio in ratios)})", flush=True)
