"""Every marker that is written in a format comes back whole, at the same frame."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import AudioStream, MediaInfo, MediaKind, VideoStream
from dampipe.media.timecode import Timecode
from dampipe.timeline import Format, render
from dampipe.timeline.clip import Clip
from dampipe.timeline.marker import COLORS, Marker, Reply
from dampipe.timeline.reading import SourceMarker, read_timeline
from tests.unit.timeline.test_fcpxml import check_structure

RATES = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
}
CODES = (None, "00:00:00:00", "01:00:00:00", "09:59:58:10", "23:59:50:00")
DROPPED = ("00:00:00;00", "01:00:58;20", "23:59:50;00")
COUNT = 5_000
FORMATS = list(Format)
ODD = (
    "",
    "plain",
    "two\nlines",
    "\r\n windows \r mac",
    "quotes \" and ' and | pipes, commas; <tags> & ]]> --> %s {} \\n \\",
    "emoji 👩‍👩‍👧 🎬 and ́ combining, العربية, 日本語",
    "* LOC: 01:00:00:00 RED     not a locator",
    "* DAMPIPE MARKER: []",
    "\ttabs\t",
    " leading and trailing ",
    "control \x00 \x01 \x1f \x7f \x85 \u2028 \u2029 \ufeff \ufffe \ufdd0",
    "=SUM(A1)",
    "x" * 50_000,
)


def media(rate: Fraction, code: str | None = None, **given: Any) -> MediaInfo:
    video = VideoStream(
        index=0,
        codec="h264",
        width=1920,
        height=1080,
        pixel_format="yuv420p",
        rate=rate,
        average_rate=rate,
        **given,
    )
    return MediaInfo(
        kind=MediaKind.VIDEO, container="mov", duration=float(COUNT / rate), video=video, timecode=code
    )  # fmt: skip


def clip(
    rate: Fraction, code: str | None, markers: tuple[Marker, ...], name: str = "a.mov", **given: Any
) -> Clip:
    return Clip(
        asset=f"{len(name):040x}",
        path=f"/footage/{name}",
        name=name,
        media=media(rate, code, **given),
        start=float(10 / rate),
        end=float(400 / rate),
        markers=markers,
    )


def ordered(markers: tuple[Marker, ...]) -> list[Marker]:
    return sorted(markers, key=lambda one: (one.start, one.end or one.start))


def back(text: str, form: Format) -> list[tuple[SourceMarker, ...]]:
    return [one.markers for one in read_timeline(text.encode("utf-8"), form)]


def same(found: SourceMarker, wanted: Marker, clock: FrameClock, info: MediaInfo) -> None:
    """Every part is the same, and so is the frame, by the exact time and by the label alone."""
    for name in ("name", "note", "color", "author", "at", "is_resolved", "replies", "start", "end"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert found.marker(clock, info) == wanted
    by_label = found.model_copy(update={"start": None, "end": None})
    assert by_label.marker(clock, info) == wanted, "the labels alone say the same"
    label = str(clock.timecode(clock.time(clock.times.nearest(wanted.start))))
    assert found.timecode == label
    first = clock.at_timecode(Timecode.parse(found.timecode))
    assert first is not None and first.seconds == wanted.start
    assert bool(found.timecode_out) == (wanted.end is not None)
    if wanted.end is not None:
        behind = clock.end_at_timecode(Timecode.parse(found.timecode_out))
        assert behind is not None and behind.seconds == wanted.end


texts = st.one_of(st.sampled_from(ODD[:-1]), st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
times = st.datetimes(timezones=st.just(UTC))


@st.composite
def drawn(draw: st.DrawFn, rate: Fraction) -> Marker:
    first = draw(st.integers(0, COUNT - 1))
    length = draw(st.one_of(st.none(), st.integers(1, 3), st.integers(1, COUNT - first)))
    end = None if length is None else min(COUNT, first + length) / rate
    replies = st.builds(Reply, text=texts, author=texts, at=st.none() | times)
    return Marker(
        start=first / rate,
        end=end,
        name=draw(texts),
        note=draw(texts),
        color=draw(st.sampled_from(("", *COLORS))),
        author=draw(texts),
        at=draw(st.none() | times),
        is_resolved=draw(st.booleans()),
        replies=tuple(draw(st.lists(replies, max_size=2))),
    )


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Fraction, str | None, tuple[Marker, ...]]:
    rate = draw(st.sampled_from(list(RATES.values())))
    drops = rate in (RATES["29.97"], RATES["59.94"])
    code = draw(st.sampled_from((*CODES, *DROPPED) if drops else CODES))
    return rate, code, tuple(draw(st.lists(drawn(rate), max_size=4)))


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(libraries())
def test_every_marker_comes_back(
    form: Format, library: tuple[Fraction, str | None, tuple[Marker, ...]]
) -> None:
    rate, code, markers = library
    clock = FrameClock.of_media(media(rate, code))
    assert clock is not None and clock.times.count == COUNT
    done = render([clip(rate, code, markers)], form, "t")
    (found,) = back(done.text, form)
    assert len(found) == len(set(ordered(markers)))
    for one, wanted in zip(found, dict.fromkeys(ordered(markers)), strict=True):
        same(one, wanted, clock, media(rate, code))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", RATES)
def test_odd_texts_and_each_frame_near_a_minute(form: Format, name: str) -> None:
    rate = RATES[name]
    code = "01:00:58;20" if rate in (RATES["29.97"], RATES["59.94"]) else "01:00:58:20"
    markers = tuple(
        Marker(start=n / rate, end=(n + 1 + n % 2) / rate if n % 3 else None,
               name=ODD[n % len(ODD)], note=ODD[-n % len(ODD)])
        for n in range(150)
    )  # fmt: skip
    clock = FrameClock.of_media(media(rate, code))
    assert clock is not None
    (found,) = back(render([clip(rate, code, markers)], form, "t").text, form)
    assert len(found) == len(markers)
    for one, wanted in zip(found, markers, strict=True):
        same(one, wanted, clock, media(rate, code))


@pytest.mark.parametrize("form", FORMATS)
def test_markers_of_files_of_several_rates_and_of_variable_rate(form: Format) -> None:
    times = FrameTimes(Fraction(1, 1000), 0, 4000, None, (*range(0, 2000, 37), 2100, 2900, 3500))
    variable = Marker(start=Fraction(37 * 5, 1000), end=Fraction(29, 10), name="variable", note="n")
    made = {
        "a.mov": clip(RATES["25"], "01:00:00:00", (Marker(start=Fraction(2), name="a"),)),
        "bb.mov": clip(RATES["23.976"], "10:00:00:00", (Marker(start=Fraction(1001, 1000), name="b"),), "bb.mov"),
        "ccc.mov": clip(RATES["29.97"], "00:00:59;28", (
            Marker(start=Fraction(1001, 10000), end=Fraction(1001, 6000), name="c"),), "ccc.mov"),
        "dddd.mov": clip(RATES["25"], None, (variable,), "dddd.mov", variable_rate=True),
    }  # fmt: skip
    done = render(list(made.values()), form, "t")
    found = {one.name: one.markers for one in read_timeline(done.text.encode(), form)}
    assert list(found) == list(made)
    for name, one in made.items():
        (marker,) = found[name]
        (wanted,) = one.markers
        assert (marker.name, marker.note, marker.start, marker.end) == (
            wanted.name, wanted.note, wanted.start, wanted.end
        )  # fmt: skip
        clock = FrameClock(times) if name == "dddd.mov" else FrameClock.of_media(one.media)  # type: ignore[arg-type]
        assert clock is not None and one.media is not None
        assert marker.marker(clock, one.media) == wanted


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("start", [0.02, 0.0937, 0.5, 1.0])
def test_the_sound_of_a_file_may_start_before_its_picture(form: Format, start: float) -> None:
    info = media(RATES["24"], "01:00:00:00", start=start)
    clock = FrameClock.of_media(info)
    assert clock is not None
    frames = (0, 1, 99, 1000)
    markers = tuple(
        Marker(start=clock.time(n).seconds, end=clock.time(n + 3).seconds, name=f"{n}") for n in frames
    )
    (found,) = back(render([clip(RATES["24"], "01:00:00:00", markers, start=start)], form, "t").text, form)
    for one, wanted in zip(found, markers, strict=True):
        assert one.marker(clock, info) == wanted
        assert one.model_copy(update={"start": None}).marker(clock, info) == wanted


@pytest.mark.parametrize("form", FORMATS)
def test_picture_and_sound_have_the_markers_once(form: Format) -> None:
    sound = (AudioStream(index=1, codec="aac", sample_rate=48000, channels=2),)
    marker = Marker(start=Fraction(1), end=Fraction(2), name="m", note="n")
    one = clip(RATES["25"], "01:00:00:00", (marker,))
    assert one.media is not None
    with_sound = one.model_copy(update={"media": one.media.model_copy(update={"audio": sound})})
    found = [c.markers for c in read_timeline(render([with_sound], form, "t").text.encode(), form)]
    assert [len(some) for some in found] == [1]


MOVED = {
    Format.OTIO: ('"value": 90025.0', '"value": 90030.0'),
    Format.FCPXML: ('<marker start="3601s"', '<marker start="90030/25s"'),
    Format.XML: (r"<in>25</in>(\s+)<out>50</out>", r"<in>30</in>\1<out>55</out>"),
    Format.EDL: (r"\* LOC: 01:00:01:00", "* LOC: 01:00:01:05"),
}


@pytest.mark.parametrize("form", list(MOVED))
def test_a_marker_that_another_program_moved_is_where_it_put_it(form: Format) -> None:
    marker = Marker(start=Fraction(1), end=Fraction(2), name="m", note="n", author="Ann", color="blue")
    text = render([clip(RATES["25"], "01:00:00:00", (marker,))], form, "t").text
    old, new = MOVED[form]
    moved, count = re.subn(old, new, text)
    assert count == 1
    (found,) = back(moved, form)[0]
    assert (found.timecode, found.name, found.note, found.author) == ("01:00:01:05", "m", "n", "Ann")
    assert found.start is None, "the time that dampipe wrote is not where it is"


def test_a_marker_that_another_program_deleted_is_gone_and_one_that_it_wrote_is_read() -> None:
    marker = Marker(start=Fraction(1), name="m", note="n")
    text = render([clip(RATES["25"], "01:00:00:00", (marker,))], Format.EDL, "t").text
    kept = "\n".join(line for line in text.splitlines() if "LOC" not in line)
    assert back(kept, Format.EDL) == [()]
    own = f"{text}\n* LOC: 01:00:03:07 GREEN   theirs\n* LOC: nonsense\n* LOC: 01:00:04:00\n"
    found = back(own, Format.EDL)[0]
    assert [(one.timecode, one.name, one.color) for one in found] == [
        ("01:00:01:00", "m", ""),
        ("01:00:03:07", "theirs", "green"),
        ("01:00:04:00", "", ""),
    ]


def test_a_note_that_another_program_changed_is_read() -> None:
    marker = Marker(start=Fraction(1), name="m", note="old", author="Ann", replies=(Reply(text="r"),))
    text = render([clip(RATES["25"], "01:00:00:00", (marker,))], Format.FCPXML, "t").text
    assert 'note="Ann: old&#10;r"' in text
    (found,) = back(text.replace('note="Ann: old&#10;r"', 'note="new"'), Format.FCPXML)[0]
    assert (found.note, found.replies, found.author) == ("new", (), "Ann")
    done = text.replace('value="m"', 'value="m" completed="1"', 1)
    assert back(done, Format.FCPXML)[0][0].is_resolved


def test_what_other_programs_show() -> None:
    marker = Marker(
        start=Fraction(1), end=Fraction(2), name="Look", note="a\nb", color="blue", is_resolved=True,
        at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    one = clip(RATES["25"], "01:00:00:00", (marker,))
    fcpxml = render([one], Format.FCPXML, "t").text
    assert '<marker start="3601s" duration="1s" value="Look" note="a&#10;b" completed="1" />' in fcpxml
    check_structure(fcpxml)
    edl = render([one], Format.EDL, "t").text
    assert "* LOC: 01:00:01:00 BLUE    Look: a b\n" in edl
    assert max(map(len, edl.splitlines())) < 255 and edl.isascii()
    xml = render([one], Format.XML, "t").text
    for wanted in ("<name>Look</name>", "<in>25</in>", "<out>50</out>", "<comment>a\nb</comment>"):
        assert wanted in xml
    timeline: Any = otio.adapters.read_from_string(render([one], Format.OTIO, "t").text, "otio_json")
    (made,) = next(iter(timeline.find_clips())).markers
    assert (made.name, made.color, made.comment) == ("Look", "BLUE", "a\nb")
    assert made.marked_range == otio.opentime.TimeRange(
        otio.opentime.RationalTime(90025, 25), otio.opentime.RationalTime(25, 25)
    )
    for form, adapter in ((Format.EDL, "cmx_3600"), (Format.XML, "fcp_xml")):
        options = {"rate": 25.0} if form is Format.EDL else {}
        read: Any = otio.adapters.read_from_string(render([one], form, "t").text, adapter, **options)
        assert [m.color for m in next(iter(read.find_clips())).markers] == [
            "BLUE" if form is Format.EDL else "RED"
        ]


QUOTES = {Format.OTIO: '\\"', Format.FCPXML: "&quot;", Format.XML: '"', Format.EDL: '"', Format.CSV: '""'}
"""How the format writes a quotation mark within a record."""
RECORDS = (
    *(f'[{{"in":"01:00:01:00","shown":"m","start":"{start}"}}]' for start in ("1/0", "-1", "x", "9e999999999")),
    *('[{"start":"1/0"}]', '[{"start":{}}]', "[[[", "null", "[1]", "9" * 5000, "{}", '"'),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("record", RECORDS, ids=range(len(RECORDS)))
def test_records_that_are_not_valid_do_no_harm(form: Format, record: str) -> None:
    marker = Marker(start=Fraction(1), name="m", note="n")
    text = render([clip(RATES["25"], "01:00:00:00", (marker,))], form, "t").text
    begin = text.index(f"[{{{QUOTES[form]}in{QUOTES[form]}:")
    end = text.index("}]", begin) + 2
    (found,) = back(f"{text[:begin]}{record.replace(chr(34), QUOTES[form])}{text[end:]}", form)
    assert [(one.timecode, one.name) for one in found if one.timecode] in (
        [("01:00:01:00", "m: n" if form is Format.EDL else "m")],
        [],
    )
    assert bool(found) or form is Format.CSV, "what the format shows is read"
    assert all(one.start is None for one in found)


def test_a_marker_needs_a_span() -> None:
    for start, end in ((-1, None), (2, 2), (2, 1)):
        with pytest.raises(ValueError):
            Marker(start=Fraction(start), end=None if end is None else Fraction(end))
