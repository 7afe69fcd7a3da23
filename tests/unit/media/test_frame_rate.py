"""The nominal rate of footage: from what is declared, or from time stamps where that is not true."""

from fractions import Fraction
from random import Random

import pytest

from dampipe.media.frame_rate import STANDARD_RATES, Rates, find_rates, snapped

NTSC, NTSC60, FILM = Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001)
MS = Fraction(1, 1000)


def grid(rate: Fraction, tick: Fraction, count: int = 250, start: int = 0) -> list[int]:
    """Time stamps of a constant rate, rounded to ticks."""
    return [start + round(number / rate / tick) for number in range(count)]


@pytest.mark.parametrize("tick", [MS, Fraction(1, 90_000), Fraction(1, 600), Fraction(1, 15_360)], ids=str)
@pytest.mark.parametrize("rate", [rate for rate in STANDARD_RATES if rate <= 120], ids=str)
def test_constant_rates_are_exact_though_nothing_true_is_declared(rate: Fraction, tick: Fraction) -> None:
    """Matroska and FLV without a declared rate are said to have 1000, others 600 or 90000 frames per second."""
    clock = 1 / tick
    found = find_rates(
        [clock, Fraction(1000), Fraction(600) if rate > 120 else None], clock, grid(rate, tick), tick
    )
    assert found.nominal == rate
    assert not found.variable
    assert found.average is not None
    assert float(found.average) == pytest.approx(float(rate), rel=0.001)


@pytest.mark.parametrize("declared", [Fraction(30), NTSC])
def test_time_stamps_decide_between_30_and_29_97(declared: Fraction) -> None:
    for rate in (Fraction(30), NTSC):
        assert find_rates([declared], declared, grid(rate, MS, 400), MS).nominal == rate


@pytest.mark.parametrize("rate", [Fraction(30), NTSC])
def test_few_frames_leave_it_to_what_is_declared(rate: Fraction) -> None:
    assert find_rates([rate], rate, grid(rate, MS, 12), MS).nominal == rate
    assert find_rates([rate], rate, [0, 33], MS) == Rates(rate, rate, False)


@pytest.mark.parametrize("average", ["29.91", "29.95", "29.96", "29.98", "29.985", "29.99"])
def test_phones_vary_around_their_nominal_rate(average: str) -> None:
    random, mean = Random(7), 600 / Fraction(average)
    stamps, at = [], Fraction(0)
    for _ in range(600):
        stamps.append(round(at + random.randint(-2, 2)))
        at += mean
    found = find_rates([Fraction(30), Fraction(30)], Fraction(average), stamps, Fraction(1, 600))
    assert (found.nominal, found.average, found.variable) == (NTSC, Fraction(average), True)


def test_dropped_frames_do_not_change_the_nominal_rate() -> None:
    """OBS and fragmented MP4: 30 exactly, 29.91 on average."""
    stamps = [at for number, at in enumerate(grid(Fraction(30), Fraction(1, 15_360), 400)) if number % 90]
    found = find_rates([Fraction(30)], Fraction("29.91"), stamps, Fraction(1, 15_360))
    assert (found.nominal, found.variable) == (30, True)


def test_a_screen_recording_has_the_rate_of_its_grid() -> None:
    random = Random(3)
    ticks = sorted(random.sample(range(600), 200))
    stamps = [round(1000 * tick / 60) for tick in ticks]
    found = find_rates([Fraction(60), Fraction(1000)], None, stamps, MS)
    assert (found.nominal, found.variable) == (60, True)
    assert found.average is not None and 18 < found.average < 22


def test_irregular_footage_with_the_rate_of_a_clock_has_its_average() -> None:
    random, stamps = Random(5), [0]
    for _ in range(300):
        stamps.append(stamps[-1] + random.choice([20, 35, 60, 110, 180]))
    found = find_rates([Fraction(1000)], Fraction(1000), stamps, MS)
    assert found.nominal is not None and 11 < found.nominal < 14
    assert found.variable


def test_odd_constant_rates_are_kept() -> None:
    for rate in (Fraction(179, 6), Fraction(27), Fraction(1000, 77), Fraction(18)):
        tick = Fraction(1, 11_456)
        assert find_rates([rate], rate, grid(rate, tick), tick).nominal == rate


def test_rates_in_order_of_storage_and_a_late_start() -> None:
    stamps = grid(Fraction(25), MS, start=3_600_000)
    shuffled = [stamps[i] for i in sorted(range(len(stamps)), key=lambda i: (i // 4, -(i % 4)))]
    assert find_rates([], None, shuffled, MS) == Rates(Fraction(25), Fraction(25), False)


def test_nothing_is_known() -> None:
    assert find_rates([None, Fraction(1000), Fraction(90_000)], Fraction(0), [], MS) == Rates(
        None, None, False
    )
    assert find_rates([], None, [5] * 20, MS) == Rates(None, None, False)


def test_averages_of_earlier_versions_are_snapped() -> None:
    pairs = {
        "29.91": NTSC,
        "29.99": NTSC,
        "30": Fraction(30),
        "30.02": Fraction(30),
        "23.98": FILM,
        "59.9": NTSC60,
    }
    assert {text: snapped(Fraction(text)) for text in pairs} == pairs
    assert snapped(Fraction("24.99")) == 25
    assert snapped(Fraction(27)) == 27
