"""Each clip keeps its own time code mode and counting rate, and no clip stops an export. Asserted as literal text."""

import csv
import io
import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dampipe.kernel.errors import Unavailable
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.timeline import Format, Rendered, render
from dampipe.timeline.clip import Clip

NTSC, NTSC60, FILM = Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001)


def media(rate: Fraction | None, timecode: str | None = None, **facts: Any) -> MediaInfo:
    average = facts.pop("average", rate)
    video = VideoStream(
        index=0,
        codec="h264",
        width=1920,
        height=1080,
        pixel_format="yuv420p",
        rate=rate,
        average_rate=average,
    )
    fields: dict[str, Any] = {"kind": MediaKind.VIDEO, "video": video, "container": "mov", "duration": 100.0}
    return MediaInfo(**{**fields, "timecode": timecode, **facts})


def clip(info: MediaInfo | None, name: str = "A001_C001.mov", start: float = 0.0, end: float = 2.0) -> Clip:
    path = f"/mnt/{name}"
    return Clip(
        asset="a" * 40, path=path, name=name, media=info, moment=start, start=start, end=end, score=0.5
    )


def events(text: str) -> list[list[str]]:
    """Reel, source in, source out, record in and record out of each event."""
    pattern = re.compile(r"^\d{3}  (\S+) +\w+ +C +(\S+) (\S+) (\S+) (\S+)$", re.MULTILINE)
    return [list(match) for match in pattern.findall(text)]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def file_codes(text: str) -> list[tuple[str | None, str | None, str | None]]:
    """String, frame and mode of the start of each file of an FCP7 XML, in the order of their first use."""
    root = ElementTree.fromstring(text)
    codes = [file.find("timecode") for file in root.iter("file")]
    return [
        (c.findtext("string"), c.findtext("frame"), c.findtext("displayformat"))
        for c in codes
        if c is not None
    ]


@pytest.mark.parametrize(
    ("rate", "code", "first", "last", "frame", "mode"),
    [
        (NTSC, "01:00:00:00", "01:00:00:00", "01:00:02:00", "108000", "NDF"),
        (NTSC, "01:00:00;00", "01:00:00;00", "01:00:02;00", "107892", "DF"),
        (NTSC60, "10:00:00:00", "10:00:00:00", "10:00:02:00", "2160000", "NDF"),
        (NTSC60, "10:00:00;00", "10:00:00;00", "10:00:02;00", "2157840", "DF"),
        (NTSC, "00:00:59;00", "00:00:59;00", "00:01:01;02", "1770", "DF"),
        (NTSC, None, "00:00:00:00", "00:00:02:00", "0", "NDF"),
        (Fraction(25), "23:59:59:00", "23:59:59:00", "00:00:01:00", "2159975", "NDF"),
    ],
)
def test_drop_frame_and_non_drop_frame_stay_what_they_are(
    rate: Fraction, code: str | None, first: str, last: str, frame: str, mode: str
) -> None:
    cuts = [clip(media(rate, code))]
    edl = render(cuts, Format.EDL, "cut")
    assert edl.warnings == ()
    [event] = events(edl.text)
    zero, two = ("00:00:00;00", "00:00:02;00") if mode == "DF" else ("00:00:00:00", "00:00:02:00")
    assert event == ["A001C001", first, last, zero, two]
    assert edl.text.splitlines()[:2] == [
        "TITLE: cut",
        "FCM: DROP FRAME" if mode == "DF" else "FCM: NON-DROP FRAME",
    ]
    [row] = table(render(cuts, Format.CSV, "cut").text)
    assert (row["timecode in"], row["timecode out"]) == (first, last)
    [found] = file_codes(render(cuts, Format.XML, "cut").text)
    assert found == (code or "00:00:00:00", frame, mode)
    root = ElementTree.fromstring(render(cuts, Format.FCPXML, "cut").text.split("\n", 2)[2])
    assert [one.get("tcFormat") for one in (*root.iter("sequence"), *root.iter("asset-clip"))] == [mode, mode]
    [asset] = root.iter("asset")
    assert Fraction(str(asset.get("start")).rstrip("s")) == int(frame) / rate
    otio = json.loads(render(cuts, Format.OTIO, "cut").text)
    placed = otio["tracks"]["children"][0]["children"][0]
    assert placed["source_range"]["start_time"]["value"] == int(frame)
    assert placed["metadata"]["dampipe"]["timecode_in"] == first


def test_the_mode_of_an_edl_changes_where_that_of_its_clips_does() -> None:
    modes = ["01:00:00:00", "01:00:00;00", "02:00:00;00", "03:00:00:00"]
    text = render([clip(media(NTSC, code), f"{n}.mov") for n, code in enumerate(modes)], Format.EDL, "t").text
    lines = [line for line in text.splitlines() if line.startswith(("FCM", "00"))]
    assert [line[:16] for line in lines] == [
        "FCM: NON-DROP FR", "001  0        V ", "FCM: DROP FRAME", "002  1        V ", "003  2        V ",
        "FCM: NON-DROP FR", "004  3        V ",
    ]  # fmt: skip
    assert [event[3] for event in events(text)] == [
        "00:00:00:00",
        "00:00:02:00",
        "00:00:04:00",
        "00:00:06:00",
    ]


UNFIT = [
    # rate, time code, base that the file states, first code, words of the warning
    (Fraction(30), "01:00:03;18", 30, "01:00:03:18", "drop-frame, which does not exist at 30"),
    (Fraction(25), "01:00:03;18", None, "01:00:03:18", "drop-frame"),
    (FILM, "00:48:00:28", 30, "00:48:00:22", "counts 30 frames per second, its picture has 23.976"),
    (FILM, "00:48:00:28", None, "00:48:00:22", "counts 30 frames per second, its picture has 23.976"),
    (FILM, "00:48:00:36", None, "00:48:00:18", "counts 48 frames per second"),
    (Fraction(25), "10:00:00:42", None, "10:00:00:21", "counts 50 frames per second"),
    (NTSC, "10:00:00;58", None, "10:00:00;29", "counts 60 frames per second"),
    (Fraction(25), "10:00:00:099", None, "10:00:00:24", "counts 100 frames per second"),
    (Fraction(25), "25:00:00:00", None, "00:00:00:00", "not valid"),
    (Fraction(25), "10:61:00:00", None, "00:00:00:00", "not valid"),
    (Fraction(25), "10:00:00:999", None, "00:00:00:00", "not valid"),
    (Fraction(25), "nonsense", None, "00:00:00:00", "not valid"),
    (Fraction(25), "", None, "00:00:00:00", "not valid"),
]


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize(("rate", "code", "base", "first", "words"), UNFIT, ids=lambda one: str(one)[:20])
def test_a_time_code_that_does_not_fit_never_stops_an_export(
    form: Format, rate: Fraction, code: str, base: int | None, first: str, words: str
) -> None:
    usual = clip(media(rate, "02:00:00:00"), "B001_C001.mov")
    rendered = render([clip(media(rate, code, timecode_base=base)), usual], form, "cut")
    [warning] = rendered.warnings
    assert warning.startswith("A001_C001.mov: ") and words in warning
    assert "B001_C001.mov" in rendered.text
    if form is Format.EDL:
        assert [event[1] for event in events(rendered.text)] == [first, "02:00:00:00"]
    if form is Format.CSV:
        assert [row["timecode in"] for row in table(rendered.text)] == [first, "02:00:00:00"]


@pytest.mark.parametrize("form", list(Format))
def test_a_clip_that_cannot_be_counted_is_left_out(form: Format) -> None:
    bad = [
        clip(media(Fraction(25)), "nan.mov", start=float("nan")),
        clip(media(Fraction(25)), "endless.mov", end=float("inf")),
        clip(media(Fraction(25), duration=float("inf")), "long.mov"),
        clip(media(Fraction(25))).model_copy(update={"path": "relative.mov", "name": "relative.mov"}),
    ]
    rendered = render([*bad, clip(media(Fraction(25)), "good.mov")], form, "cut")
    assert len(rendered.warnings) == 4 and all("left out" in warning for warning in rendered.warnings)
    assert "good.mov" in rendered.text
    assert not any(one.name in rendered.text for one in bad)


def test_a_frame_number_of_a_code_with_a_stated_base_is_converted_without_a_warning() -> None:
    """A camera at 59.94 frames per second that counts pairs of frames, as the tmcd track of QuickTime says."""
    rendered = render([clip(media(NTSC60, "10:00:00:15", timecode_base=30))], Format.CSV, "cut")
    assert rendered.warnings == ()
    assert table(rendered.text)[0]["timecode in"] == "10:00:00:30"


@pytest.mark.parametrize(
    ("rate", "average"),
    [(Fraction(72000, 2401), None), (Fraction(2025000, 67547), None), (NTSC, Fraction(72000, 2401))],
)
def test_phones_make_a_timeline_of_their_nominal_rate(rate: Fraction, average: Fraction | None) -> None:
    """Metadata of earlier versions have the average rate only (29.99, 29.98)."""
    cuts = [clip(media(rate, "10:00:00;00", average=average))]
    assert events(render(cuts, Format.EDL, "cut").text)[0][1:] == [
        "10:00:00;00", "10:00:02;00", "00:00:00;00", "00:00:02;00",
    ]  # fmt: skip
    assert 'frameDuration="1001/30000s"' in render(cuts, Format.FCPXML, "cut").text


def test_an_edl_keeps_the_clock_of_codes_at_other_rates() -> None:
    cuts = [
        clip(media(Fraction(25), "10:00:00:00"), "a.mov"),
        clip(media(Fraction(25)), "b.mov"),
        clip(media(NTSC, "01:00:00:15"), "c.mov"),
        clip(media(NTSC, "01:00:00;15"), "d.mov"),
    ]
    found = events(render(cuts[:3], Format.EDL, "cut").text)
    assert [event[1:3] for event in found][2] == ["01:00:00:12", "01:00:02:12"]
    [row] = [row for row in table(render(cuts, Format.CSV, "cut").text) if row["name"] == "c.mov"]
    assert (row["timecode in"], row["rate"]) == ("01:00:00:15", "29.970")


def test_reels_are_unique_by_file() -> None:
    names = [
        "DAY1/A001_C001_0615AB.mov",
        "DAY2/A001_C001_0615CD.mov",
        "a001c001.mov",
        "é.mov",
        "BL.mov",
        "AX.wav",
    ]
    cuts = [clip(media(Fraction(25)), name) for name in [*names, names[0]]]
    text = render(cuts, Format.EDL, "cut").text
    reels = [event[0] for event in events(text)]
    assert reels == ["DAY1A001"[4:] + "C001", "A001C002", "A001C003", "REEL", "BL2", "AX2", "A001C001"]
    assert all(len(reel) <= 8 for reel in reels)
    assert "* FROM CLIP NAME:  DAY2/A001_C001_0615CD.mov" in text


def test_a_hundred_files_of_one_name_have_a_hundred_reels() -> None:
    cuts = [clip(media(Fraction(25)), f"card{n}/GX010001.MP4") for n in range(100)]
    reels = [event[0] for event in events(render(cuts, Format.EDL, "cut").text)]
    assert len(set(reels)) == 100 and max(map(len, reels)) == 8


def test_sound_starts_at_the_time_of_day_of_its_file() -> None:
    """The TimeReference of Broadcast WAVE: samples since midnight."""
    sound = MediaInfo(kind=MediaKind.AUDIO, container="wav", duration=60.0, start_of_day=3603.5)
    text = render(
        [clip(media(Fraction(24), "01:00:00:00"), "a.mov"), clip(sound, "a.wav")], Format.EDL, "t"
    ).text
    assert events(text)[1][1:3] == ["01:00:03:12", "01:00:05:12"]
    dropped = render([clip(media(NTSC, "01:00:00;00"), "a.mov"), clip(sound, "a.wav")], Format.EDL, "t").text
    assert events(dropped)[1][1] == "01:00:03;15"


def test_names_and_titles_cannot_break_a_line() -> None:
    text = render([clip(media(Fraction(25)), "a\nTITLE: b.mov")], Format.EDL, "x\n001").text
    assert text.startswith("TITLE: x\ufffd001\nFCM: ")
    assert len([line for line in text.splitlines() if line.startswith("TITLE")]) == 1


@pytest.mark.parametrize("form", list(Format))
def test_only_its_own_format_needs_opentimelineio(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    if form is Format.OTIO:
        with pytest.raises(Unavailable, match="timelines cannot be written"):
            render([clip(media(NTSC))], form, "cut")
    else:
        assert "A001_C001.mov" in render([clip(media(NTSC))], form, "cut").text


def test_a_long_edl_is_written_with_a_warning() -> None:
    rendered: Rendered = render([clip(media(Fraction(25)))] * 1000, Format.EDL, "cut")
    assert "999 events" in rendered.warnings[0]
    assert Path(f"/mnt/{'A001_C001.mov'}").as_uri() in rendered.text
