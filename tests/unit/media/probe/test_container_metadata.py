"""Metadata that cameras write into containers: make and model, recording time, timecode."""

import pytest

from dampipe.media.probe.container_metadata import camera_name, dates, folded, maker, start_of_day, timecode
from dampipe.media.probe.recording_time import Candidate, best_plausible


def recorded(*tag_sets: dict[str, str], first: tuple[Candidate, ...] = ()) -> tuple[str | None, list[str]]:
    warnings: list[str] = []
    recorded = best_plausible([*first, *dates(folded(tag_sets))], warnings)
    return None if recorded is None else recorded.time.isoformat(), warnings


def camera(tag_sets: list[dict[str, str]]) -> str | None:
    return camera_name(*maker(tag_sets))


def test_cameras() -> None:
    apple = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15 Pro"}
    assert camera([{}, apple]) == "Apple iPhone 15 Pro"
    assert camera([{"firmware": "HD9.01.01.72.00"}, {"handler_name": "\tGoPro AVC"}]) == "GoPro HERO9"
    assert camera([{"handler_name": "GoPro AVC"}]) == "GoPro"
    assert camera(folded([{"MAKE": "DJI", "MODEL": "FC3170"}])) == "DJI FC3170"


@pytest.mark.parametrize(
    ("company", "product", "expected"),
    [
        ("Sony", "PXW-FS7", "Sony PXW-FS7"),
        ("SONY", "Mem", "SONY Mem"),
        ("Canon", "EOS C300", "Canon EOS C300"),
        ("Panasonic", "AJ-HPX3100", "Panasonic AJ-HPX3100"),
        ("ARRI", "ALEXA", "ARRI ALEXA"),
        ("Blackmagic Design", "DaVinci Resolve", None),
        ("Blackmagic Design", "DaVinci Resolve Studio", None),
        ("Rohde & Schwarz DVS GmbH", "Clipster", None),
        ("HSRM", "IMF-Tool", None),
        ("BBC", "bmx", None),
        ("FFmpeg", "OP1a Muxer", None),
        ("Adobe Systems Incorporated", "Adobe Media Encoder", None),
        ("Avid Technology, Inc.", "Avid Media Composer 8.4", None),
        ("Sony", "Catalyst Browse", None),
        ("Sony", "XDCAM Viewer", None),
        ("Canon", "XF Utility Software", None),
        ("Grass Valley", "EDIUS", None),
        ("A company of tomorrow", "Some product", None),
        ("", "PXW-FS7", None),
        ("Sony", "", None),
    ],
)
def test_the_program_that_wrote_an_mxf_is_not_its_camera(
    company: str, product: str, expected: str | None
) -> None:
    assert camera([{"company_name": company, "product_name": product}]) == expected


def test_recording_times() -> None:
    utc = {"creation_time": "2024-01-24T14:50:14.000000Z"}
    local = {"com.apple.quicktime.creationdate": "2024-01-24T15:50:14+0100"}
    assert recorded(utc, local) == ("2024-01-24T15:50:14+01:00", [])
    assert recorded(utc) == ("2024-01-24T14:50:14+00:00", [])
    assert recorded({"creation_time": "1904-01-01T00:00:00Z"}, {"date": "2016"}) == (None, [])
    assert recorded({"date": "not a date"}) == (None, [])


def test_a_date_with_a_time_zone_says_more_than_one_in_utc() -> None:
    """©day of MP4 is the tag `date`."""
    utc = {"creation_time": "2024-01-24T14:50:14Z"}
    assert recorded({**utc, "date": "2024-01-24T15:50:14+01:00"})[0] == "2024-01-24T15:50:14+01:00"
    assert recorded({**utc, "date": "2024-01-24"})[0] == "2024-01-24T14:50:14+00:00"
    assert recorded({**utc, "date": "2024-01-24T15:50:14"})[0] == "2024-01-24T14:50:14+00:00"


def test_names_of_tags_are_compared_in_any_case() -> None:
    """Matroska writes them in capitals."""
    assert recorded({"CREATION_TIME": "2024-01-24T14:50:14Z"})[0] == "2024-01-24T14:50:14+00:00"
    assert recorded({"DATE": "2024-01-24 15:50:14"})[0] == "2024-01-24T15:50:14"
    assert recorded({"DATE_RECORDED": "2024-01-24 15:50:14.5"})[0] == "2024-01-24T15:50:14.500000"
    assert timecode(folded([{"TIMECODE": "10:00:00:00"}]), []) == "10:00:00:00"


def test_gopro_writes_local_time_as_utc() -> None:
    gopro = {"handler_name": "\tGoPro AVC"}
    assert recorded({"creation_time": "2019-11-18T15:45:32.000000Z"}, gopro)[0] == "2019-11-18T15:45:32"
    stated = {"com.apple.quicktime.creationdate": "2019-11-18T15:45:32-08:00"}
    assert (
        recorded({"creation_time": "2019-11-18T15:45:32Z", **stated}, gopro)[0] == "2019-11-18T15:45:32-08:00"
    )


@pytest.mark.parametrize("clock", ["18:13:42", "18-13-42", "18.13.42", "18_13_42"])
def test_broadcast_wave_has_date_and_time_apart(clock: str) -> None:
    assert recorded({"date": "2017-01-16", "creation_time": clock})[0] == "2017-01-16T18:13:42"


@pytest.mark.parametrize(
    "text",
    [
        "24:24:27",
        "2024-13-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2041-01-01T00:00:00Z",
        "2024-02-30 10:00:00",
    ],
)
def test_the_next_best_date_is_used_instead_of_an_invalid_one(text: str) -> None:
    date = "2024-01-24T15:50:14"
    found, warnings = recorded({"creation_time": text, "date": date})
    assert found == date
    assert len(warnings) == (0 if text.startswith("24") else 1)


def test_what_takes_precedence_does() -> None:
    tags = {"creation_time": "2024-01-24T14:50:14Z"}
    assert (
        recorded(tags, first=(Candidate("MDPM", "2013-05-06T07:08:09+02:00"),))[0]
        == "2013-05-06T07:08:09+02:00"
    )


def test_timecodes() -> None:
    def read(*texts: str) -> tuple[str | None, int]:
        warnings: list[str] = []
        return timecode([{"timecode": text} for text in texts], warnings), len(warnings)

    assert read("", "23:58:30:00") == ("23:58:30:00", 0)
    assert read("01:00:00;02") == ("01:00:00;02", 0)
    assert read("01:00:00.02") == ("01:00:00;02", 0)
    assert read("1:00:00:119") == ("01:00:00:119", 0)
    assert read("99:00:00:00", "01:00:00:00") == ("01:00:00:00", 0)
    assert read("99:00:00:00") == (None, 1)
    assert read("nonsense", "0", "29") == (None, 0)


def test_time_references_of_sound() -> None:
    assert start_of_day([{}, {"time_reference": "172968000"}], 48_000) == 3603.5
    assert start_of_day([{"time_reference": "0"}], 48_000) is None
    assert start_of_day([{"time_reference": str(10**15)}], 48_000) is None
    assert start_of_day([{"time_reference": "x"}], 48_000) is None
    assert start_of_day([{"time_reference": "5"}], 0) is None
