"""Due dates: the end of a day, times with and without offsets, clocks that skip and repeat hours."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.workflow.due import DueDate
from dampipe.kernel.errors import InvalidInput

BERLIN = "Europe/Berlin"


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "zone", "at", "kept"),
    [
        ("2026-12-24", BERLIN, utc(2026, 12, 24, 22, 59, 59), BERLIN),
        ("2026-07-01", BERLIN, utc(2026, 7, 1, 21, 59, 59), BERLIN),
        ("2026-12-24T18:00", BERLIN, utc(2026, 12, 24, 17), BERLIN),
        ("2026-12-24 18:00", "America/New_York", utc(2026, 12, 24, 23), "America/New_York"),
        ("2026-12-24T18:00Z", None, utc(2026, 12, 24, 18), "+00:00"),
        ("2026-12-24T18:00-03:30", None, utc(2026, 12, 24, 21, 30), "-03:30"),
        ("2026-12-24T18:00+01:00", BERLIN, utc(2026, 12, 24, 17), BERLIN),
        ("2026-12-24T18:00", "+05:45", utc(2026, 12, 24, 12, 15), "+05:45"),
        ("2026-10-25T02:30", BERLIN, utc(2026, 10, 25, 0, 30), BERLIN),  # shown twice: the first one
    ],
)
def test_what_a_due_date_means(text: str, zone: str | None, at: float, kept: str) -> None:
    due = DueDate.parse(text, zone)
    assert (due.at, due.zone) == (at, kept)
    assert due.local.timestamp() == at


@pytest.mark.parametrize(
    ("text", "zone", "problem"),
    [
        ("2026-03-29T02:30", BERLIN, "skip that time"),
        ("2026-12-24", None, "no time zone"),
        ("2026-12-24", "Europe/Atlantis", "'Europe/Atlantis' is not a time zone"),
        ("2026-12-24", "../../etc/passwd", "is not a time zone"),
        ("2026-12-24", "Europe", "'Europe' is not a time zone"),
        ("2026-12-24", "+25:00", "is not a time zone"),
        ("2026-02-30", BERLIN, "not a date"),
        ("tomorrow", BERLIN, "not a date"),
        ("0001-01-01", BERLIN, "its year is not between"),
        ("9999-12-31", BERLIN, "its year is not between"),
        ("2026-12-24T18:00+01:00:30", None, "whole minutes"),
    ],
)
def test_what_is_no_due_date(text: str, zone: str | None, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        DueDate.parse(text, zone)


@given(st.text(max_size=30), st.none() | st.text(max_size=70))
def test_any_text_is_a_due_date_or_refused(text: str, zone: str | None) -> None:
    try:
        due = DueDate.parse(text, zone)
    except InvalidInput:
        return
    assert due.local.timestamp() == due.at
