"""Frame rates: the nominal rate of footage, found from what its container declares and from its time stamps.

A container may declare a rounded rate (29.98 for 30000/1001), the resolution of its clock (1000 for Matroska, 600 for
FLV) or nothing. Phones record at a rate that varies by a few per mille. Time stamps decide between these.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

BROADCAST_RATES = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120, 240))
"""Rates of NTSC and of those derived from it, exactly."""
STANDARD_RATES = (
    *map(Fraction, (10, 15, 24, 25, 30, 48, 50, 60, 90, 100, 120, 200, 240, 480)),
    *(Fraction(15000, 1001), Fraction(25, 2)),
    *BROADCAST_RATES,
)
"""Nominal rates of cameras, phones and screen recorders."""
MIN_STAMPS = 8
"""With fewer time stamps only the declared rate is used."""
_SNAP = Fraction(3, 1000)
"""How far (relative) an average rate may be from its nominal rate: phones average 29.91 to 29.99 for 30000/1001."""
_EXACT = Fraction(1, 20_000)
"""Relative; a rate this close to a standard rate is a rounded form of it."""
_JITTER = Fraction(1, 1000)
"""Seconds that a time stamp may deviate without being variable: containers round to a millisecond."""
_HIGHEST = 1000
"""Frames per second; a higher rate is the resolution of a clock."""


class Rates(NamedTuple):
    """Three facts about the frame rate of a video stream."""

    nominal: Fraction | None
    """The rate that the camera was set to: frames of a time code are counted at it."""
    average: Fraction | None
    """Frames by seconds."""
    variable: bool
    """Whether distances between frames differ by more than rounding."""


def snapped(rate: Fraction) -> Fraction:
    """The standard rate nearest to an average rate, or the rate itself where none is near.

    A rate that is a little below a whole one is its NTSC rate, which is what phones and cameras record.

    >>> snapped(Fraction(2025000, 67547)), snapped(Fraction(72000, 2401)), snapped(Fraction(30))
    (Fraction(30000, 1001), Fraction(30000, 1001), Fraction(30, 1))
    >>> snapped(Fraction(25)), snapped(Fraction(27))
    (Fraction(25, 1), Fraction(27, 1))
    """
    near = _near(rate)
    exact = [standard for standard in near if abs(rate - standard) <= standard * _EXACT]
    if exact or not near:
        return min(exact, key=lambda standard: abs(rate - standard), default=rate)
    whole = Fraction(1001, 1000)
    ntsc = [standard for standard in near if standard in BROADCAST_RATES and rate < standard * whole]
    return min(ntsc or near, key=lambda standard: abs(rate - standard))


def find_rates(
    declared: Iterable[Fraction | None], average: Fraction | None, stamps: Sequence[int], tick: Fraction
) -> Rates:
    """The rates of a stream.

    declared: rates that the container or codec declares, the most trusted first. average: by the container. stamps:
    consecutive time stamps in any order, in units of `tick` seconds; fewer than MIN_STAMPS are not used.
    """
    plausible = [rate for rate in declared if rate is not None and 0 < rate < _HIGHEST]
    average = average if average is not None and 0 < average < _HIGHEST else None
    ordered = sorted(set(stamps))
    if len(ordered) < MIN_STAMPS:
        first = next(iter(plausible), average)
        nominal = snapped(first) if first is not None else None
        return Rates(nominal, average or nominal, variable=False)
    steps = [later - earlier for earlier, later in pairwise(ordered)]
    measured = 1 / (Fraction(sum(steps), len(steps)) * tick)
    if average is None or abs(average - measured) > measured / 4:
        # What the container calls its average is the resolution of its clock, or of another part of the file.
        average = measured.limit_denominator(100_000)
    return Rates(_nominal(plausible, average, steps, tick), average, _is_variable(steps, tick))


def _nominal(
    declared: Sequence[Fraction], average: Fraction, steps: Sequence[int], tick: Fraction
) -> Fraction:
    middle = median_low(steps)
    usual = [step for step in steps if abs(step - middle) <= max(middle // 5, 1)]
    if 2 * len(usual) < len(steps):
        return _nominal_of_irregular(declared, average, steps, tick)
    # Dropped frames and pauses are left out: they do not change the nominal rate.
    rate = 1 / (Fraction(sum(usual), len(usual)) * tick)
    near = _near(rate)
    if max(abs(step - middle) for step in usual) > 1:
        # Time stamps jitter: the average of the whole file is more exact, unless frames were dropped.
        return snapped(average if abs(average - rate) <= rate * _SNAP else rate.limit_denominator(1001))
    error = max(Fraction(1, sum(usual)), _EXACT)
    """Relative: the first and the last time stamp are rounded to ticks."""
    within = [standard for standard in near if abs(1 - rate / standard) <= error]
    stated = [one for one in declared if abs(1 - rate / one) <= error or one in near]
    if len(within) == 1 or not stated:
        candidates = within or near or [rate.limit_denominator(1001)]
        return min(candidates, key=lambda standard: abs(rate - standard))
    return snapped(stated[0]) if within else stated[0]


def _nominal_of_irregular(
    declared: Sequence[Fraction], average: Fraction, steps: Sequence[int], tick: Fraction
) -> Fraction:
    """The nominal rate of footage without a usual distance: the declared one if its frames fit the shortest."""
    shortest = sorted(steps)[len(steps) // 10] * tick
    for rate in declared:
        if average * Fraction(9, 10) <= rate <= Fraction(11, 10) / shortest:
            return snapped(rate)
    return snapped(average)


def _is_variable(steps: Sequence[int], tick: Fraction) -> bool:
    mean = sum(steps) / len(steps)
    return max(abs(step - mean) for step in steps) > max(1, float(_JITTER / tick))


def _near(rate: Fraction) -> list[Fraction]:
    return [standard for standard in STANDARD_RATES if abs(rate - standard) <= standard * _SNAP]
