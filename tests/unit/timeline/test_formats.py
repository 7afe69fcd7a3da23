"""Timelines are read back by OpenTimelineIO's own adapters with the same files, frames and time codes."""

import csv
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from dampipe.features.search.spans import all_moments, span
from dampipe.kernel.errors import InvalidInput
from dampipe.media.info import AudioStream, MediaInfo, MediaKind, VideoStream
from dampipe.storage.moments import Moment
from dampipe.timeline import Format, format_of, render
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import RATES
from dampipe.timeline.table import COLUMNS

TIMELINES = [Format.OTIO, Format.XML, Format.EDL]
ADAPTERS = {Format.OTIO: "otio_json", Format.XML: "fcp_xml", Format.EDL: "cmx_3600"}


def media(
    rate: Fraction = Fraction(25), timecode: str | None = None, sound: bool = True, kind: str = "video"
) -> MediaInfo:
    video = VideoStream(index=0, codec="h264", width=1920, height=1080, pixel_format="yuv420p", rate=rate)
    return MediaInfo(
        kind=MediaKind(kind),
        container="mov",
        duration=None if kind == "still" else 100.0,
        video=None if kind == "audio" else video,
        audio=(AudioStream(index=1, codec="aac", sample_rate=48000, channels=2),) if sound else (),
        timecode=timecode,
    )


def cut(
    name: str = "A001_C001.mov", start: float = 4.0, end: float = 6.0, info: MediaInfo | None = None
) -> Clip:
    return Clip(
        asset="a" * 40, path=f"/mnt/foo tage/é/{name}", name=name, media=info or media(),
        moment=start + 1, start=start, end=end, score=0.5,
    )  # fmt: skip


def read(text: str, form: Format, rate: Fraction) -> Any:
    options = {"rate": float(rate)} if form is Format.EDL else {}
    made = otio.adapters.read_from_string(text, ADAPTERS[form], **options)
    return made if isinstance(made, otio.schema.Timeline) else made[0]


def clips(timeline: Any) -> list[Any]:
    return [c for track in timeline.video_tracks() for c in track if isinstance(c, otio.schema.Clip)]


@pytest.mark.parametrize("form", TIMELINES)
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_files_and_frames_come_back(form: Format, rate: Fraction) -> None:
    cuts = [
        cut("A001_C001.mov", 4.0, 6.0, media(rate, timecode="10:00:00:00")),
        cut("B002_C001.mov", 0.0, 1 / float(rate), media(rate, sound=False)),
        cut("A001_C001.mov", 50.5, 60.25, media(rate, timecode="10:00:00:00")),
    ]
    timeline = read(render(cuts, form, "cut").text, form, rate)
    found = clips(timeline)
    assert [clip.media_reference.target_url for clip in found] == [Path(one.path).as_uri() for one in cuts]
    start = otio.opentime.from_timecode("10:00:00:00", float(rate)).value
    for clip, one, offset in zip(found, cuts, (start, 0, start), strict=True):
        first, last = round(one.start * rate), round(one.end * rate)
        got = clip.source_range
        assert got.start_time.rate == pytest.approx(float(rate), abs=0.001)
        assert (round(got.start_time.value), round(got.duration.value)) == (offset + first, last - first)
    assert len({round(clip.range_in_parent().start_time.value) for clip in found}) == 3


@pytest.mark.parametrize("form", TIMELINES)
def test_drop_frame_time_code_is_understood(form: Format) -> None:
    rate = Fraction(30000, 1001)
    text = render([cut(info=media(rate, timecode="01:00:00;00"))], form, "cut").text
    [clip] = clips(read(text, form, rate))
    assert round(clip.source_range.start_time.value) == 107892 + round(4 * rate)
    if form is Format.EDL:
        assert "01:00:04;00" in text


@pytest.mark.parametrize("form", [Format.OTIO, Format.XML])
def test_sound_goes_along_and_the_moment_is_marked(form: Format) -> None:
    timeline = read(
        render([cut(), cut("wild.wav", info=media(kind="audio"))], form, "cut").text, form, Fraction(25)
    )
    video, audio = timeline.video_tracks()[0], timeline.audio_tracks()[0]
    assert [type(one).__name__ for one in video][:1] == ["Clip"]
    assert [one.name for one in audio if isinstance(one, otio.schema.Clip)] == ["A001_C001.mov", "wild.wav"]
    [marker, *_] = video[0].markers
    assert round(marker.marked_range.start_time.value) in (125, 25), "from the file's or the clip's start"


@pytest.mark.parametrize("form", TIMELINES)
def test_odd_rates_and_stills_take_the_rate_of_the_rest(form: Format) -> None:
    cuts = [
        cut("odd.mp4", 2.0, 4.0, media(Fraction(25, 2))),
        cut("still.jpg", 0.0, 5.0, media(kind="still", sound=False)),
        cut("usual.mov", 1.0, 2.0, media(Fraction(24))),
    ]
    found = clips(read(render(cuts, form, "cut").text, form, Fraction(24)))
    got = [(c.source_range.start_time.value, c.source_range.duration.value) for c in found]
    assert got == [(48, 48), (0, 120), (24, 24)]


def test_the_table_has_a_line_a_moment() -> None:
    text = render([cut(info=media(Fraction(25), "10:00:00:00")), cut("b,\n.mp4")], Format.CSV, "cut").text
    head, first, second = csv.reader(io.StringIO(text))
    assert tuple(head) == COLUMNS
    row = dict(zip(head, first, strict=True))
    assert (row["in"], row["out"], row["timecode in"], row["timecode out"]) == (
        "4.000", "6.000", "10:00:04:00", "10:00:06:00",
    )  # fmt: skip
    assert second[1] == "b,\n.mp4"


@pytest.mark.parametrize("form", list(Format))
def test_nothing_found_is_an_empty_timeline(form: Format) -> None:
    assert "cut" in render([], form, "cut").text or form is Format.CSV


def test_the_format_goes_by_the_name() -> None:
    assert format_of(Path("a/Cut.EDL")) is Format.EDL
    with pytest.raises(InvalidInput, match="not have the suffix of a timeline") as caught:
        format_of(Path("cut.mp4"))
    assert caught.value.code == "timeline.format_unknown"
    assert all(f".{form}" in caught.value.hint for form in Format)


def moment(time: float, start: float | None, end: float | None, duration: float | None = 500.0) -> Moment:
    return Moment(asset="a", path="a", time=time, score=1.0, start=start, end=end, duration=duration)


def test_a_cut_is_the_shot_and_never_endless() -> None:
    assert span(moment(5.0, 4.0, 9.0)) == (4.0, 9.0)
    assert span(moment(100.0, 0.0, 500.0)) == (70.0, 130.0)
    assert span(moment(499.0, 0.0, 500.0)) == (440.0, 500.0)
    assert span(moment(7.0, None, None)) == (7.0, 9.0)
    assert span(moment(0.0, None, None, None)) == (0.0, 5.0)
    assert len(all_moments([[moment(5.0, 4.0, 9.0)], [moment(6.0, 4.0, 9.0)]])) == 1
