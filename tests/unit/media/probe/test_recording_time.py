"""Recording times: no value loses a file, and a time without a zone gets none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dampipe.media.probe.recording_time import (
    Candidate,
    DateSource,
    best_plausible,
    in_name,
    parse_offset,
    parse_time,
)

GOOD = Candidate("DateTime", "2015:06:07 08:09:10")


def read(*candidates: Candidate) -> tuple[str | None, list[str]]:
    warnings: list[str] = []
    recorded = best_plausible(candidates, warnings)
    time = None if recorded is None else recorded.time
    return None if time is None else time.isoformat(), warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024:05:06 07:08:09", "2024-05-06T07:08:09"),
        ("2024-05-06T07:08:09", "2024-05-06T07:08:09"),
        ("2024-05-06T07:08", "2024-05-06T07:08:00"),
        ("2024-05-06", "2024-05-06T00:00:00"),
        ("2024/05/06 07:08:09", "2024-05-06T07:08:09"),
        ("2024:5:6 7:08:09", "2024-05-06T07:08:09"),
        ("2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09.123456+00:00"),
        ("2024-05-06T07:08:09,5", "2024-05-06T07:08:09.500000"),
        ("2024-05-06T07:08:09+0530", "2024-05-06T07:08:09+05:30"),
        ("2024-05-06 07:08:09 UTC", "2024-05-06T07:08:09+00:00"),
        ("2024-05-06T07:08:09-03:30", "2024-05-06T07:08:09-03:30"),
        ("2024-05-06T07:08:09+99:99", "2024-05-06T07:08:09"),
        ("2024-05-06T07:08:09+24:00", "2024-05-06T07:08:09"),
        ("  2024:05:06 07:08:09  ", "2024-05-06T07:08:09"),
    ],
)
def test_times_are_read(text: str, expected: str) -> None:
    assert parse_time(text).isoformat() == expected


INVALID = [
    "0000:00:00 00:00:00", "0001:01:01 00:00:00", "2024:05:06 24:24:27", "2024:13:06 10:00:00", "2024:02:30 10:00:00",
    "2024:05:06 10:61:00", "2024:05:06 10:00:60", "2040:01:01 00:00:00", "2107:01:01 00:00:00", "9999:12:31 23:59:59",
    "-024:05:06 07:08:09", "24:24:27", "yesterday", "٢٠٢٤", "1899:12:30 00:00:00", "20240506070809", "x" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", INVALID, ids=lambda text: text[:20])
def test_the_next_best_time_replaces_an_invalid_one(text: str) -> None:
    found, [warning] = read(Candidate("DateTimeOriginal", text), GOOD)
    assert found == "2015-06-07T08:09:10"
    assert "DateTimeOriginal" in warning and len(warning) < 120
    found, [warning] = read(Candidate("DateTimeOriginal", text))
    assert found is None


@pytest.mark.parametrize(
    "text", ["", "    :  :     :  :  ", "\0\0\0", "1904-01-01T00:00:00Z", "1970:01:01 00:00:00"]
)
def test_an_unset_clock_is_no_cause_for_a_warning(text: str) -> None:
    assert read(Candidate("DateTimeOriginal", text), GOOD) == ("2015-06-07T08:09:10", [])


def test_offset_and_decimals_of_their_own_fields() -> None:
    text = "2024:05:06 07:08:09"
    assert read(Candidate("x", text, "+02:00", "25"))[0] == "2024-05-06T07:08:09.250000+02:00"
    assert read(Candidate("x", text, "", "007"))[0] == "2024-05-06T07:08:09.007000"
    assert read(Candidate("x", text, "", "x"))[0] == "2024-05-06T07:08:09"
    assert read(Candidate("x", text, "", "٢"))[0] == "2024-05-06T07:08:09"
    assert read(Candidate("x", f"{text}Z", "+02:00"))[0] == "2024-05-06T07:08:09+00:00"


@pytest.mark.parametrize("offset", ["+99:99", "+24:00", "-13:00", "+14:01", "02:00", "+2", "CET", "+٠٢:٠٠"])
def test_an_invalid_offset_leaves_the_time_without_a_zone(offset: str) -> None:
    found, [warning] = read(Candidate("DateTimeOriginal", "2024:05:06 07:08:09", offset))
    assert found == "2024-05-06T07:08:09"
    assert "time zone" in warning


def test_offsets() -> None:
    assert parse_offset("z") is UTC
    assert parse_offset("+14:00") == timezone(timedelta(hours=14))
    assert parse_offset("-03:30") == timezone(-timedelta(hours=3, minutes=30))
    assert parse_offset("-0000") == UTC


def test_a_zone_that_is_known_to_be_wrong_is_dropped() -> None:
    assert read(Candidate("x", "2024-05-06T07:08:09Z", zoned=False))[0] == "2024-05-06T07:08:09"


def test_every_year_in_between_is_plausible() -> None:
    for year in (1971, 1999, 2039):
        assert parse_time(f"{year}:12:31 23:59:59") == datetime(year, 12, 31, 23, 59, 59)


def test_the_order_of_sources_is_the_declared_one() -> None:
    """Whatever order readers give them in, and a source that is not plausible loses to the next one."""
    text = "2024:05:06 07:08:{:02}"
    given = [Candidate(one, text.format(number), source=one) for number, one in enumerate(DateSource)]
    while given:
        found = best_plausible(reversed(given), [])
        assert found is not None and (found.source, found.time.second) == (given[0].source, 13 - len(given))
        if len(given) > 1:
            bad = [given[0]._replace(text="1904-01-01 00:00:00"), *given[1:]]
            found = best_plausible(bad, [])
            assert found is not None and found.source is given[1].source
        given = given[1:]


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1904-01-01T00:00:00Z", "1970-01-01", "2040-01-01", "2999-01-01"]
)
def test_times_of_clocks_that_are_not_set_lose(text: str) -> None:
    later = Candidate("file name", "2024-05-06 07:08:09", source=DateSource.NAME)
    found = best_plausible([Candidate("DateTimeOriginal", text), later], [])
    assert found is not None and found.source is DateSource.NAME


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("VID_20240506_070809.mp4", ["2024-05-06 07:08:09"]),
        ("DJI_20240506070809_0001_D.MP4", ["2024-05-06 07:08:09"]),
        ("IMG_20240506_070809123.jpg", ["2024-05-06 07:08:09"]),
        ("2024-05-06 07.08.09.mov", ["2024-05-06 07:08:09"]),
        ("Screenshot 2024-05-06 at 07.08.09.png", ["2024-05-06 07:08:09"]),
        ("20240506_interview.mov", []),
        ("A001_C001_20241306_070809.mov", []),
        ("12024050607080912.mov", []),
        ("C0001.MP4", []),
        ("20240506", []),
    ],
)
def test_times_in_file_names(name: str, expected: list[str]) -> None:
    assert [one.text for one in in_name(f"/mnt/20230101_010101/{name}")] == expected


def test_pixel_phones_name_files_by_utc() -> None:
    [found] = in_name("PXL_20240506_070809123.mp4")
    assert found.offset == "+00:00"
    assert all(one.offset == "" for one in in_name("VID_20240506_070809.mp4"))
