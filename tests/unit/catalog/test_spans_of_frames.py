"""Times and spans as people write them are whole frames of their version."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.features.alignment.errors import EMPTY_SPAN, NO_SUCH_CODE
from dampipe.features.alignment.times import boundary, parse_end, parse_time, snapped
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.errors import InvalidInput
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.timecode import Timecode

RATES = tuple(map(Fraction, ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001")))


def clock_at(rate: Fraction, count: int = 500, start: str = "01:00:00:00") -> FrameClock:
    return FrameClock(FrameTimes.of_rate(rate, count), rate, Timecode.parse(start))


def frames(found: tuple[AnchoredTime, AnchoredTime], clock: FrameClock) -> tuple[int, int]:
    start, end = found
    assert start.base == end.base
    assert start == boundary(clock.times, clock.frame(start)), "it begins with a frame"
    return clock.frame(start), next(
        n for n in range(clock.times.count + 1) if boundary(clock.times, n) == end
    )


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(RATES), st.integers(0, 498), st.integers(1, 400), st.booleans())
def test_time_code_names_frames_and_the_end_is_not_part(
    rate: Fraction, first: int, length: int, drop: bool
) -> None:
    clock = clock_at(
        rate, start="00:59:58;00" if drop and rate.denominator > 1 and rate > 24 else "00:59:58:00"
    )
    behind = min(first + length, 500)
    end = str(clock.timecode(clock.time(behind))) if behind < 500 else str(clock.after_last)
    start = parse_time(str(clock.timecode(clock.time(first))), "x", None, clock)
    assert frames(snapped(start, parse_end(end, "x", None, clock), None, clock), clock) == (first, behind)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(RATES), st.integers(0, 498), st.integers(1, 400))
def test_seconds_rounded_to_milliseconds_are_the_same_frames(rate: Fraction, first: int, length: int) -> None:
    clock, behind = clock_at(rate), min(first + length, 500)
    start, end = (
        AnchoredTime.parse(f"{float(boundary(clock.times, n).seconds):.3f}") for n in (first, behind)
    )
    assert frames(snapped(start, end, None, clock), clock) == (first, behind)


def test_a_time_within_a_frame_is_that_frame_and_no_end_is_one_frame() -> None:
    clock = clock_at(Fraction(25))
    within = AnchoredTime.parse("1.025")  # frame 25 is shown from 1.00 to 1.04
    assert frames(snapped(within, AnchoredTime.parse("2.025"), None, clock), clock) == (25, 51)
    assert frames(snapped(within, None, None, clock), clock) == (25, 26)


def test_frames_of_variable_rate_keep_their_own_times() -> None:
    ticks = np.array([0, 40, 100, 110, 300], np.int64)
    clock = FrameClock(FrameTimes.of_ticks(ticks, 400, Fraction(1, 1000)))
    assert frames(snapped(AnchoredTime.parse("0.05"), AnchoredTime.parse("0.2"), None, clock), clock) == (
        1,
        4,
    )
    assert frames(snapped(AnchoredTime.parse("0.3"), AnchoredTime.parse("0.4"), None, clock), clock) == (4, 5)


def test_an_end_at_or_before_the_start_is_refused() -> None:
    clock = clock_at(Fraction(25))
    for end in ("1", "0.5"):
        with pytest.raises(InvalidInput) as caught:
            snapped(AnchoredTime.parse("1"), AnchoredTime.parse(end), None, clock)
        assert caught.value.code == EMPTY_SPAN.code
    with pytest.raises(InvalidInput) as caught:
        parse_end("01:00:20:01", "x", None, clock)  # two after the last frame
    assert caught.value.code == NO_SUCH_CODE.code


def test_sound_is_cut_at_samples() -> None:
    start, end = snapped(AnchoredTime.parse("1.0004"), AnchoredTime.parse("2"), None, None)
    assert (start, end, start.base) == (
        AnchoredTime(1000, Fraction(1, 1000)),
        AnchoredTime.parse("2"),
        end.base,
    )
