"""Keys of numbers and dates: they keep the order, and their limits hold what they stand for."""

import math
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.facets.keys import (
    Interval,
    Mode,
    month_limits,
    month_of,
    number_name,
    number_names,
    span_limits,
    span_of,
)
from dampipe.features.facets.units import in_unit_of
from dampipe.kernel.field import FieldType, MetadataField

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.sampled_from([Mode.SPAN, Mode.MONTH, Mode.NUMBER]),
    st.lists(st.one_of(NUMBERS, st.floats(-1e11, 1e12))),
)
def test_the_keys_of_many_numbers_are_those_of_each(mode: Mode, numbers: list[float]) -> None:
    assert number_names(mode, numbers) == [number_name(mode, one) for one in numbers]


def test_the_last_microsecond_of_a_month_lies_in_it() -> None:
    june = (datetime(2024, 6, 1) - datetime(1970, 1, 1)).total_seconds()
    before = math.nextafter(june, 0.0)
    assert month_of(before) == 2024 * 12 + 4 and month_of(june) == 2024 * 12 + 5


@given(NUMBERS)
def test_a_number_lies_in_its_span(number: float) -> None:
    first, after = span_limits(span_of(number))
    assert first <= number < after or (number == first == 0)


@given(NUMBERS, NUMBERS)
def test_spans_have_the_order_of_their_numbers(one: float, other: float) -> None:
    if one < other:
        assert span_of(one) <= span_of(other)
        assert span_limits(span_of(one))[0] <= span_limits(span_of(other))[0]


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_numbers_of_a_span_differ_little(number: float) -> None:
    first, after = span_limits(span_of(number))
    assert after / first <= 1 + 1 / 32


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31, 23, 59, 59)))
def test_a_date_lies_in_its_month(moment: datetime) -> None:
    seconds = (moment - datetime(1970, 1, 1)).total_seconds()
    first, after = month_limits(month_of(seconds))
    assert first <= seconds < after
    assert month_of(seconds) == moment.year * 12 + moment.month - 1


def test_dates_beyond_the_calendar_have_months() -> None:
    for seconds in (-1e18, 1e18):
        first, after = month_limits(month_of(seconds))
        assert first <= seconds < after


@given(NUMBERS, st.floats(allow_nan=False), st.floats(allow_nan=False), st.booleans(), st.booleans())
def test_what_is_covered_holds_and_what_holds_is_met(
    number: float, least: float, most: float, with_least: bool, with_most: bool
) -> None:
    interval = Interval(least, most, with_least, with_most)
    limits = span_limits(span_of(number))
    if interval.covers(*limits):
        assert interval.holds(number)
    if interval.holds(number):
        assert interval.meets(*limits)


def test_zero_has_one_key() -> None:
    assert number_name(Mode.NUMBER, -0.0) == number_name(Mode.NUMBER, 0.0)
    assert number_name(Mode.SPAN, -0.0) == number_name(Mode.SPAN, 0.0)
    assert math.isinf(month_limits(12)[0])


def test_numbers_are_read_in_other_units() -> None:
    def read(unit: str, text: str) -> str:
        return in_unit_of(MetadataField("f", "F", FieldType.NUMBER, unit=unit), text)

    assert float(read("s", "2 min")) == 120
    assert float(read("s", "1h")) == 3600
    assert float(read("s", "1:01:15")) == 3675
    assert float(read("B", "2 GB")) == 2e9
    assert float(read("B", "1 KiB")) == 1024
    assert float(read("mm", "3.5 cm")) == 35
    assert read("s", "10") == "10"
    assert read("s", "10 s") == "10 s"
    assert read("s", "5 GB") == "5 GB"
    assert read("", "5 GB") == "5 GB"
    assert read("s", "nonsense:") == "nonsense:"
