"""FCPXML holds exact frames at every rate, is built as its DTD demands, and is read back by OpenTimelineIO's adapter."""

import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from dampipe.media.info import AudioStream, MediaInfo, MediaKind, VideoStream
from dampipe.timeline import Format, format_of, render
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import RATES

FILM, NTSC, NTSC60 = (Fraction(n * 1000, 1001) for n in (24, 30, 60))
CODED = [
    *((rate, "10:00:00:12") for rate in RATES),
    (NTSC, "01:00:00;00"),
    (NTSC, "10:59:59;28"),
    (NTSC60, "01:10:01;58"),
]

CHILDREN = {
    "fcpxml": "resources library ",
    "resources": "(asset |format )*",
    "format": "",
    "asset": "(media-rep )+(metadata )?",
    "media-rep": "",
    "metadata": "(md )*",
    "md": "",
    "library": "event ",
    "event": "(project )*",
    "project": "sequence ",
    "sequence": "spine ",
    "spine": "(asset-clip |video |gap )*",
    "gap": "(asset-clip )*",
    "asset-clip": "(note )?(conform-rate )?(marker )*",
    "video": "(conform-rate )?(marker )*",
    "note": "",
    "conform-rate": "",
    "marker": "",
}
"""What the DTD of FCPXML 1.10 allows of what we write, in its order."""
_CLIP = "ref! name lane offset start duration!"
ATTRIBUTES = {
    "fcpxml": "version!",
    "format": "id! name frameDuration width height",
    "asset": "id! name start duration hasVideo format hasAudio videoSources audioSources audioChannels audioRate",
    "media-rep": "kind src!",
    "md": "key! value",
    "event": "name",
    "project": "name",
    "sequence": "format! duration tcStart tcFormat",
    "gap": "name offset start duration!",
    "asset-clip": f"{_CLIP} tcFormat",
    "video": _CLIP,
    "conform-rate": "scaleEnabled srcFrameRate",
    "marker": "start! duration value! completed note",
}
"""The same of attributes; those with an exclamation mark must be there."""


def media(
    rate: Fraction | None = Fraction(25),
    timecode: str | None = None,
    tracks: int = 1,
    kind: str = "video",
    size: tuple[int, int] = (1920, 1080),
) -> MediaInfo:
    video = VideoStream(
        index=0, codec="h264", width=size[0], height=size[1], pixel_format="yuv420p", rate=rate
    )
    return MediaInfo(
        kind=MediaKind(kind),
        container="mov",
        duration=None if kind == "still" else 100.0,
        video=None if kind == "audio" else video,
        audio=tuple(
            AudioStream(index=1 + n, codec="pcm", sample_rate=48000, channels=2) for n in range(tracks)
        ),
        timecode=timecode,
    )


def cut(name: str, start: float, end: float, info: MediaInfo | None) -> Clip:
    return Clip(
        asset="a" * 40, path=f"/mnt/foo tage/é/{name}", name=name, media=info,
        moment=(start + end) / 2, start=start, end=end, score=0.5,
    )  # fmt: skip


def parsed(*cuts: Clip, title: str = "cut") -> Element:
    """The document's root, built as the DTD demands."""
    return check_structure(render(cuts, Format.FCPXML, title).text)


def check_structure(text: str) -> Element:
    """The root of a document, built as the DTD demands."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ElementTree.fromstring(text)
    assert (root.tag, root.get("version")) == ("fcpxml", "1.10")
    ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert len(set(ids)) == len(ids)
    for one in root.iter():
        held = "".join(f"{child.tag} " for child in one)
        assert re.fullmatch(CHILDREN[one.tag], held), (one.tag, held)
        allowed = ATTRIBUTES.get(one.tag, "").split()
        assert set(one.attrib) <= {name.rstrip("!") for name in allowed}, one.attrib
        assert {name[:-1] for name in allowed if name.endswith("!")} <= set(one.attrib), one.attrib
        assert one.get("tcFormat", "DF") in ("DF", "NDF")
        for reference in ("ref", "format"):
            assert one.get(reference, ids[0]) in ids
    return root


def seconds(text: str | None) -> Fraction:
    """A time as FCPXML writes it: a 64-bit numerator over a 32-bit denominator."""
    found = re.fullmatch(r"(\d+)(?:/(\d+))?s", text or "")
    assert found, text
    above, below = int(found[1]), int(found[2] or 1)
    assert above < 2**63
    assert below < 2**31
    return Fraction(above, below)


def frames(text: str | None, rate: Fraction) -> int:
    """The same in frames, of which it must be a whole number."""
    number = seconds(text) * rate
    assert number.denominator == 1, (text, rate)
    return int(number)


def first_frame(timecode: str, rate: Fraction) -> int:
    """SMPTE's count: two numbers (four at 60) a minute do not exist where frames drop, but for each tenth minute."""
    base = round(rate)
    hour, minute, second, number = map(int, re.split("[:;]", timecode))
    minutes = 60 * hour + minute
    dropped = base // 15 * (minutes - minutes // 10) if ";" in timecode else 0
    return (60 * minutes + second) * base + number - dropped


def asset_of(root: Element, clip: Element) -> Element:
    [found] = [one for one in root.iter("asset") if one.get("id") == clip.get("ref")]
    return found


def format_named(root: Element, one: Element) -> dict[str, str]:
    [found] = [form for form in root.iter("format") if form.get("id") == one.get("format")]
    return found.attrib


def source_of(asset: Element) -> str:
    source = asset.find("media-rep")
    assert source is not None
    return source.attrib["src"]


def test_it_is_asked_for_by_its_suffix() -> None:
    assert format_of(Path("cut.FCPXML")) is Format.FCPXML


@pytest.mark.parametrize(("rate", "timecode"), CODED, ids=lambda one: str(one).replace("/", ":"))
def test_files_and_frames_are_exact(rate: Fraction, timecode: str) -> None:
    cuts = [
        cut("A001_C001.mov", 4.0, 6.0, media(rate, timecode)),
        cut("B002_C001.mov", 0.0, float(1 / rate), media(rate, tracks=0)),
        cut("A001_C001.mov", 50.5, 60.25, media(rate, timecode)),
    ]
    root = parsed(*cuts)
    [sequence] = root.iter("sequence")
    at, start = 0, first_frame(timecode, rate)
    for clip, one, zero in zip(root.iter("asset-clip"), cuts, (start, 0, start), strict=True):
        first, last = round(one.start * rate), round(one.end * rate)
        assert frames(clip.get("offset"), rate) == at
        assert frames(clip.get("start"), rate) == zero + first
        assert frames(clip.get("duration"), rate) == last - first
        at += last - first
        asset = asset_of(root, clip)
        assert source_of(asset) == Path(one.path).as_uri()
        assert frames(asset.get("start"), rate) == zero
        assert frames(asset.get("duration"), rate) == round(100 * rate)
        assert seconds(format_named(root, asset)["frameDuration"]) == 1 / rate
        assert clip.find("conform-rate") is None
        marker = clip.find("marker")
        assert marker is not None
        assert zero + first <= frames(marker.get("start"), rate) < zero + last
    assert len(list(root.iter("asset"))) == 2, "a file that is used twice is named once"
    assert (seconds(sequence.get("tcStart")), frames(sequence.get("duration"), rate)) == (0, at)
    assert seconds(format_named(root, sequence)["frameDuration"]) == 1 / rate
    drop = "DF" if ";" in timecode else "NDF"
    assert [clip.get("tcFormat") for clip in root.iter("asset-clip")] == [drop, "NDF", drop]
    assert sequence.get("tcFormat") == drop


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate.denominator == 1], ids=str)
def test_opentimelineio_reads_it_back(rate: Fraction) -> None:
    """At whole rates only: it counts 29.97 frames a second as 29, and looks for files where FCPXML 1.8 had them."""
    cuts = [cut("a.mov", 4.0, 6.0, media(rate, "10:00:00:00")), cut("b.mov", 1.0, 3.0, media(rate))]
    read: Any = otio.adapters.read_from_string(render(cuts, Format.FCPXML, "cut").text, "fcpx_xml")
    [timeline] = read
    [track] = timeline.tracks
    hours = 36000 * int(rate)
    assert [
        (clip.name, clip.source_range.start_time.value, clip.source_range.duration.value) for clip in track
    ] == [("a.mov", hours + 4 * rate, 2 * rate), ("b.mov", rate, 2 * rate)]
    assert [clip.range_in_parent().start_time.value for clip in track] == [0, 2 * rate]
    assert [clip.markers[0].name for clip in track] == ["0.500", "0.500"]


def test_the_adapter_is_still_wrong_at_broken_rates() -> None:
    """The reason why the file is written here; when this fails, the adapter may have become good enough."""
    text = render([cut("a.mov", 10.0, 20.0, media(NTSC))], Format.FCPXML, "cut").text
    [timeline] = otio.adapters.read_from_string(text, "fcpx_xml")
    [clip] = timeline.tracks[0]
    assert round(Fraction(20) * NTSC) - round(Fraction(10) * NTSC) == 299
    assert clip.source_range.duration.rate == 29


def test_clips_of_other_rates_play_in_real_time() -> None:
    cuts = [
        cut("a.mov", 1.0, 2.0, media(FILM)),
        cut("b.mov", 2.0, 5.0, media(Fraction(25), "00:00:10:00")),
        cut("c.mov", 0.0, 1.0, media(NTSC60)),
        cut("d.mov", 1.0, 2.0, media(FILM)),
    ]
    root = parsed(*cuts)
    [spine] = root.iter("spine")
    found = list(spine)
    conform = [clip.find("conform-rate") for clip in found]
    assert [None if one is None else one.attrib for one in conform] == [
        None,
        {"scaleEnabled": "0", "srcFrameRate": "25"},
        {"scaleEnabled": "0", "srcFrameRate": "59.94"},
        None,
    ]
    # In frames of the timeline, one after the other, never longer than what was cut out.
    lengths = [frames(clip.get("duration"), FILM) for clip in found]
    assert lengths == [24, 71, 24, 24]
    assert [frames(clip.get("offset"), FILM) for clip in found] == [0, 24, 95, 119]
    # In frames of the file.
    assert frames(found[1].get("start"), Fraction(25)) == 250 + 50
    assert frames(asset_of(root, found[2]).get("duration"), NTSC60) == 5994
    assert seconds(format_named(root, asset_of(root, found[2]))["frameDuration"]) == 1 / NTSC60


def test_sound_and_stills() -> None:
    cuts = [
        cut("still.jpg", 0.0, 5.0, media(None, tracks=0, kind="still", size=(4000, 3000))),
        cut("wild.wav", 2.0, 4.0, media(kind="audio")),
        cut("a.mov", 1.0, 2.0, media(Fraction(24), tracks=3)),
    ]
    root = parsed(*cuts)
    [spine] = root.iter("spine")
    assert [one.tag for one in spine] == ["video", "gap", "asset-clip"]
    rate = Fraction(24)
    assert [frames(one.get("offset"), rate) for one in spine] == [0, 120, 168]
    assert [frames(one.get("duration"), rate) for one in spine] == [120, 48, 24]
    still = asset_of(root, spine[0])
    assert (still.get("duration"), still.get("hasAudio")) == ("0s", None)
    form = format_named(root, still)
    assert (form["name"], form["width"], form["height"]) == ("FFVideoFormatRateUndefined", "4000", "3000")
    assert "frameDuration" not in form
    [wild] = spine[1]
    assert (wild.tag, wild.get("lane"), wild.get("offset")) == ("asset-clip", "-1", "0s")
    assert frames(wild.get("start"), rate) == 48
    sound = asset_of(root, wild)
    assert (sound.get("hasVideo"), sound.get("hasAudio"), sound.get("format")) == (None, "1", None)
    clip = asset_of(root, spine[2])
    attributes = [clip.get(name) for name in ("hasVideo", "audioSources", "audioChannels", "audioRate")]
    assert attributes == ["1", "3", "6", "48000"]
    [sequence] = root.iter("sequence")
    assert format_named(root, sequence)["width"] == "1920", "of what moves, not of the still"


@pytest.mark.parametrize(
    "name", ["a b.mov", "100% #1?&<'\">.mov", "🎬.mov", "naïve;x.mov", "bell\x07.mov", "\udcff.mov"]
)
def test_every_name_is_found_again(name: str) -> None:
    root = parsed(cut(name, 0.0, 1.0, media()), title=name)
    [asset] = root.iter("asset")
    link = urlsplit(source_of(asset))
    assert (link.scheme, link.netloc, link.query, link.fragment) == ("file", "", "", "")
    assert os.fsdecode(unquote(link.path, errors="surrogateescape")) == f"/mnt/foo tage/é/{name}"
    assert asset.get("name") == name.replace("\x07", "\ufffd").replace("\udcff", "\ufffd")


def test_little_is_known_or_nothing_found() -> None:
    root = parsed(cut("new.mov", 1.0, 3.0, None), cut("odd.mp4", 2.0, 4.0, media(Fraction(25, 2))))
    first, second = root.iter("asset-clip")
    assert frames(asset_of(root, first).get("duration"), Fraction(25)) == 75, "as long as its cut needs"
    assert (seconds(second.get("start")), seconds(second.get("duration"))) == (2, 2)
    [sequence] = parsed().iter("sequence")
    assert sequence.get("duration") == "0s"
    assert format_named(parsed(), sequence)["frameDuration"] == "1/25s"
