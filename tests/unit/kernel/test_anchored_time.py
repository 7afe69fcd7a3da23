"""Times that people anchor are exact."""

from fractions import Fraction

import pytest

from dampipe.kernel.anchored_time import INVALID_TIME, MAX_TICKS, AnchoredTime
from dampipe.kernel.errors import InvalidInput


def test_seconds_are_exact_after_days() -> None:
    base = Fraction(1001, 24000)
    frames = 10 * 24 * 3600 * 24
    assert AnchoredTime(frames, base).seconds == frames * base
    assert AnchoredTime.at(frames * base, base) == AnchoredTime(frames, base)
    assert AnchoredTime.at(frames * base + Fraction(1, 10**6), base).ticks == frames


def test_equal_times_of_different_bases_are_equal_and_ordered() -> None:
    half, also = AnchoredTime(1, Fraction(1, 2)), AnchoredTime(45000, Fraction(1, 90000))
    assert half == also and hash(half) == hash(also) and len({half, also}) == 1
    assert AnchoredTime(1, Fraction(1, 3)) < half <= also
    assert half != 0.5


@pytest.mark.parametrize("text", ["300@1001/24000", "0@1/25", "-3@1/25", "1@2"])
def test_what_is_written_is_parsed_back(text: str) -> None:
    assert str(AnchoredTime.parse(text)) == text


def test_seconds_are_taken_as_they_are_written() -> None:
    assert AnchoredTime.parse("0.1").seconds == Fraction(1, 10)
    assert AnchoredTime.parse(" 12 ").seconds == 12
    assert AnchoredTime.parse("1001/24000").seconds == Fraction(1001, 24000)


@pytest.mark.parametrize(
    "text",
    ["", "@", "1@", "1@0", "1@-1/25", "x", "nan", "inf", "1.5@1/25", f"{MAX_TICKS + 1}@1", "1e400", "1/0"],
)
def test_what_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        AnchoredTime.parse(text)
    assert caught.value.code == INVALID_TIME.code


def test_an_impossible_time_cannot_be_made() -> None:
    for ticks, base in ((1, Fraction(0)), (1, Fraction(-1)), (MAX_TICKS + 1, Fraction(1))):
        with pytest.raises(ValueError):
            AnchoredTime(ticks, base)
