"""What people write becomes a value of the field's type, or is refused with a reason."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.assets.fields import FIELDS
from dampipe.features.metadata.entries import Said, decode, encode
from dampipe.features.metadata.values import Content, fits, fold, parse_value, plain, wording
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import Constraints, FieldType, MetadataField, ValueState


def field(kind: FieldType, **more: Any) -> MetadataField:
    limits = {name: more.pop(name) for name in Constraints.__dataclass_fields__ if name in more}
    return MetadataField("x", "X", kind, constraints=Constraints(**limits), **more)


def shown(given_field: MetadataField, value: Any) -> Any:
    return plain(given_field, parse_value(given_field, value))


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (FieldType.TEXT, "  a\u0308 b ", "ä b"),
        (FieldType.TEXT, 7, "7"),
        (FieldType.LONG_TEXT, "a\r\nb\tc", "a\nb\tc"),
        (FieldType.NUMBER, "12.50", 12.5),
        (FieldType.NUMBER, "-3", -3),
        (FieldType.NUMBER, 1e3, 1000),
        (FieldType.NUMBER, "2e-3", 0.002),
        (FieldType.RATING, "4", 4),
        (FieldType.RATING, 0, 0),
        (FieldType.BOOLEAN, "Yes", True),
        (FieldType.BOOLEAN, False, False),
        (FieldType.DATE, "2024", "2024"),
        (FieldType.DATE, "2024-02-29 10:30", "2024-02-29T10:30"),
        (FieldType.DATE, "2024-05-17T10:30:00.25Z", "2024-05-17T10:30:00.25Z"),
        (FieldType.URL, "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ],
)
def test_valid_values(kind: FieldType, given: Any, expected: Any) -> None:
    found = shown(field(kind), given)
    assert found == expected and isinstance(found, type(expected))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (FieldType.TEXT, ""),
        (FieldType.TEXT, "   "),
        (FieldType.TEXT, "two\nlines"),
        (FieldType.TEXT, "a\x00b"),
        (FieldType.TEXT, "\ud800"),
        (FieldType.TEXT, "x" * 2001),
        (FieldType.LONG_TEXT, "x" * 100_001),
        (FieldType.LONG_TEXT, "a\x1bb"),
        (FieldType.NUMBER, "twelve"),
        (FieldType.NUMBER, "1,5"),
        (FieldType.NUMBER, "nan"),
        (FieldType.NUMBER, float("inf")),
        (FieldType.NUMBER, "1e999"),
        (FieldType.NUMBER, 10**400),
        (FieldType.NUMBER, 2**53 + 1),
        (FieldType.NUMBER, True),
        (FieldType.NUMBER, "٣"),
        (FieldType.RATING, 2.5),
        (FieldType.RATING, 6),
        (FieldType.RATING, -1),
        (FieldType.BOOLEAN, "perhaps"),
        (FieldType.BOOLEAN, 2),
        (FieldType.DATE, "2024-13"),
        (FieldType.DATE, "2023-02-29"),
        (FieldType.DATE, "17.5.2024"),
        (FieldType.DATE, "0000"),
        (FieldType.DATE, "2024-05-17T25:00"),
        (FieldType.URL, "javascript:alert(1)"),
        (FieldType.URL, "https://"),
        (FieldType.URL, "http://[bad"),
        (FieldType.URL, "https://a b"),
    ],
)
def test_what_is_refused_says_why(kind: FieldType, given: Any) -> None:
    with pytest.raises(InvalidInput) as found:
        parse_value(field(kind), given)
    assert (
        found.value.code == "metadata.value_invalid" and found.value.parameters["reason"] and found.value.hint
    )
    json.dumps(found.value.plain_parameters()).encode("ascii")


def test_a_unit_may_be_written() -> None:
    millimetres = field(FieldType.NUMBER, unit="mm", least=1)
    assert shown(millimetres, "35 mm") == 35 and shown(millimetres, "35mm") == 35
    for wrong in ("35 cm", "mm", "0.5 mm"):
        with pytest.raises(InvalidInput, match="not a valid X"):
            parse_value(millimetres, wrong)


def test_choices_are_found_in_any_case_and_patterns_match_the_whole_text() -> None:
    colours = field(FieldType.LABEL, choices=("Red", "Straße"))
    assert shown(colours, "RED") == "Red" and shown(colours, "STRASSE") == "Straße"
    with pytest.raises(InvalidInput):
        parse_value(colours, "Blue")
    with pytest.raises(InvalidInput):
        parse_value(field(FieldType.TEXT, pattern="[A-Z]{2}"), "ABC")
    with pytest.raises(InvalidInput):
        parse_value(field(FieldType.TEXT, max_length=3), "abcd")


def test_a_date_keeps_its_zone_and_its_own_clock() -> None:
    day = field(FieldType.DATE)
    assert parse_value(day, "1970-01-01T12:00:00+02:00") == Content(
        "1970-01-01T12:00:00+02:00", 43200.0, zone=120
    )
    assert parse_value(day, "1970-01-02") == Content("1970-01-02", 86400.0)


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.none() | ZONES)


@given(time=TIMES)
def test_every_time_that_python_writes_is_a_date(time: datetime) -> None:
    found = parse_value(field(FieldType.DATE), time.isoformat())
    offset = time.utcoffset()
    assert found.text == time.isoformat()
    assert found.zone == (None if offset is None else offset // timedelta(minutes=1))
    assert found.number == (time.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()


@given(
    kind=st.sampled_from(
        [FieldType.TEXT, FieldType.LONG_TEXT, FieldType.PERSON, FieldType.NUMBER, FieldType.DATE]
    ),
    text=st.text(max_size=30),
)
def test_any_text_is_a_value_that_stays_as_it_is_or_is_refused(kind: FieldType, text: str) -> None:
    one = field(kind)
    try:
        content = parse_value(one, text)
    except InvalidInput:
        return
    again = plain(one, content)
    assert again is not None and parse_value(one, again) == content and fits(one, content)


CONTENTS = st.builds(
    Content, st.none() | st.text(), st.none() | st.floats(allow_nan=False), st.none() | st.integers(1, 9)
)


@given(
    rows=st.lists(
        st.builds(
            Said,
            CONTENTS,
            st.sampled_from(ValueState),
            st.none() | st.floats(0, 1),
            st.text(),
            st.floats(0, 1e10),
        )
    )
)
def test_the_history_keeps_entries_exactly(rows: list[Said]) -> None:
    assert decode(encode(tuple(rows))) == tuple(rows)


def test_folding() -> None:
    assert fold("Å") == fold("A\u030a") == fold("å")


def test_a_measured_number_is_shown_with_three_decimals() -> None:
    length = next(one for one in FIELDS if one.key == "duration")
    assert [wording(length, one) for one in (12.078733333, 12.0, 3)] == ["12.079 s", "12 s", "3 s"]
    assert wording(MetadataField("ratio", "Ratio", FieldType.NUMBER), 0.123456) == "0.123456"
