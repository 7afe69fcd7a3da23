"""Timelines are read: those that dampipe writes, those of other programs, and files of strangers."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.media.info import AudioStream, MediaInfo, MediaKind, VideoStream
from dampipe.timeline import Format, format_of, render
from dampipe.timeline.clip import Clip
from dampipe.timeline.reading import SourceClip, limits, read_timeline

NTSC = Fraction(30000, 1001)


def media(
    rate: Fraction = Fraction(25), timecode: str | None = "10:00:00:00", kind: str = "video"
) -> MediaInfo:
    video = VideoStream(index=0, codec="h264", width=1920, height=1080, pixel_format="yuv420p", rate=rate)
    return MediaInfo(
        kind=MediaKind(kind),
        container="mov",
        duration=100.0,
        video=None if kind == "audio" else video,
        audio=(AudioStream(index=1, codec="aac", sample_rate=48000, channels=2),),
        timecode=timecode,
    )


def cut(name: str, sha1: str, start: float, info: MediaInfo) -> Clip:
    path = f"/mnt/foo tage/\xe9\udcff/{name}"
    return Clip(
        asset=sha1 * 40, path=path, name=name, media=info, moment=start, start=start, end=start + 2, score=0.5
    )


def summary(clips: tuple[SourceClip, ...]) -> list[tuple[Any, ...]]:
    return [(one.name, one.paths, one.sha1, one.timecode_in, one.timecode_out) for one in clips]


@pytest.mark.parametrize("form", list(Format))
def test_what_dampipe_writes_is_read_back(form: Format) -> None:
    """Names, paths with bytes that are not UTF-8, contents, and time codes in their mode."""
    cuts = [
        cut("A001_C001.mov", "a", 4.0, media(NTSC, "10:00:00;00")),
        cut("B&<b>.mov", "b", 0.0, media(NTSC)),
        cut("A001_C001.mov", "a", 40.04, media(NTSC, "10:00:00;00")),
    ]
    found = read_timeline(render(cuts, form, "cut").text.encode(), form)
    assert [one.sha1 for one in found] == [one.asset for one in cuts]
    assert [one.number for one in found] == [1, 2, 3]
    assert [one.name for one in found] == [one.name for one in cuts]
    assert [one.timecode_in for one in found] == ["10:00:04;00", "10:00:00:00", "10:00:40;00"]
    assert [one.timecode_out for one in found] == ["10:00:06;00", "10:00:02:00", "10:00:42;00"]
    if form is not Format.CSV:  # which cannot hold such bytes
        assert [one.paths for one in found] == [(one.path,) for one in cuts]


EDL = """TITLE: of a stranger
FCM: DROP FRAME
FCM: NON-DROP FRAME

001  A001C003 V     C        01:00:04:00 01:00:06:00 00:00:00:00 00:00:02:00
* FROM CLIP NAME:  A001_C003.MXF
* FROM CLIP: \\\\nas\\footage\\A001_C003.MXF
002  A001C003 V     C        01:00:10:00 01:00:10:00 00:00:02:00 00:00:02:00
002  TAPE 2   V     D    025 02:00:00:00 02:00:05:00 00:00:02:00 00:00:07:00
* FROM CLIP NAME:  A001_C003.MXF
* TO CLIP NAME:  B002.mov
003  BL       V     C        00:00:00:00 00:00:01:00 00:00:07:00 00:00:08:00
004  AX       AA/V  C        00:00:00:00 00:00:01:00 00:00:08:00 00:00:09:00
* FROM CLIP NAME: title.png
* SOURCE FILE: title.png
M2   AX       050.0                00:00:00:00
005  AA_LONG  V     W001 010 03:00:00;00 03:00:01;00 00:00:09:00 00:00:10:00
FINAL CUT PRO REEL: A_VERY_LONG_REEL REPLACED BY: AA_LONG
* FINAL CUT PRO REEL: A_VERY_LONG_REEL REPLACED BY: AA_LONG
not an event
"""


def test_an_edl_of_another_program() -> None:
    found = read_timeline(EDL.encode("latin-1"), Format.EDL)
    assert [(one.name, one.reel, one.timecode_in) for one in found] == [
        ("A001_C003.MXF", "A001C003", "01:00:04:00"),
        ("A001_C003.MXF", "A001C003", "01:00:10:00"),
        ("B002.mov", "TAPE 2", "02:00:00:00"),
        ("title.png", "", "00:00:00:00"),
        ("", "A_VERY_LONG_REEL", "03:00:00;00"),
    ]
    assert found[0].paths == ("//nas/footage/A001_C003.MXF",)


FCPXML = """<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="1.11"><resources>
<format id="r1" frameDuration="1001/24000s"/>
<asset id="r2" name="one" src="file:///Volumes/x/one.mov" start="3600s" duration="10s" format="r1"/>
<asset id="r3" name="two" duration="10s" format="r1"><media-rep kind="original-media" src="file://localhost/v/two.mov"/>
<metadata><md key="com.apple.proapps.studio.reel" value="R7"/></metadata></asset>
<asset id="r4" name="unused" src="file:///unused.mov"/>
<media id="r5"><sequence><spine><asset-clip ref="r3" name="two" duration="1s"/><ref-clip ref="r5" duration="1s"/></spine>
</sequence></media>
<media id="r6"><multicam><mc-angle angleID="a"><asset-clip ref="r2" duration="1s"/></mc-angle>
<mc-angle angleID="b"><asset-clip ref="r4" duration="1s"/></mc-angle></multicam></media>
</resources><library><event><asset-clip ref="r4" duration="9s"/><project><sequence><spine>
<asset-clip ref="r2" offset="0s" duration="1001/1000s" start="3603600/1000s" tcFormat="NDF">
<audio ref="r3" lane="-1" offset="0s" duration="1s"/></asset-clip>
<ref-clip ref="r5" duration="1s"/><ref-clip ref="r5" duration="1s"/>
<mc-clip ref="r6" duration="1s"><mc-source angleID="a"/></mc-clip>
<audition><asset-clip ref="r2" duration="2s"/><asset-clip ref="r4" duration="2s"/></audition>
<title ref="r1" duration="1s"/><gap duration="1s"/>
</spine></sequence></project></event></library></fcpxml>"""


def test_fcpxml_with_compound_and_multicam_clips() -> None:
    found = read_timeline(FCPXML.encode(), Format.FCPXML)
    assert {one.paths for one in found} == {("/Volumes/x/one.mov",), ("/v/two.mov",)}, (
        "what is shown, and no more"
    )
    assert found[0].timecode_in == "01:00:00:00" and found[0].timecode_out == "01:00:01:00"
    assert {one.reel for one in found if one.name == "two"} == {"R7"}


XMEML = """<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="4"><bin><children>
<clip><media><video><track><clipitem><file id="f9"><name>no.mov</name></file></clipitem></track></video></media></clip>
<sequence><media><video><track><clipitem><name>x</name><in>25</in><out>50</out><file id="f1"/></clipitem>
<clipitem><name>nested</name><sequence><media><video><track>
<clipitem><name>y</name><in>-1</in><out>-1</out><file id="f2"><name>y.mov</name></file></clipitem>
</track></video></media></sequence></clipitem></track></video>
<audio><track><clipitem><name>x</name><in>25</in><out>50</out><file id="f1"><name>x.mov</name>
<pathurl>file://localhost/C%3a/media/x.mov</pathurl><timecode><rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>
<frame>90000</frame><reel><name>R1</name></reel></timecode></file></clipitem></track></audio></media></sequence>
</children></bin></xmeml>"""


def test_final_cut_pro_7_xml_of_another_program() -> None:
    found = read_timeline(XMEML.encode(), Format.XML)
    [first, second] = found
    assert (first.name, first.paths, first.reel, first.uses) == ("x.mov", ("C:/media/x.mov",), "R1", 2)
    assert (first.timecode_in, first.timecode_out) == ("01:00:01:00", "01:00:02:00")
    assert (second.name, second.timecode_in) == ("y.mov", "")


def test_otio_of_another_program() -> None:
    reference = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "file:///v/a.mov"}
    proxy = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "file:///proxies/a.mp4"}
    times = {
        "start_time": {"value": 86400, "rate": 23.976},
        "duration": {"value": 24, "rate": 23.976},
    }
    clip = {
        "OTIO_SCHEMA": "Clip.2",
        "name": "a",
        "source_range": times,
        "media_references": {"DEFAULT_MEDIA": reference, "proxy": proxy},
        "active_media_reference_key": "proxy",
        "metadata": {"cmx_3600": {"reel": "R1"}},
    }
    gap = {"OTIO_SCHEMA": "Gap.1", "name": "gap"}
    track = {
        "OTIO_SCHEMA": "Track.1",
        "children": [gap, clip, {"OTIO_SCHEMA": "Stack.1", "children": [clip]}, 7],
    }
    whole = {"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [track]}}
    [found] = read_timeline(json.dumps(whole).encode(), Format.OTIO)
    assert (found.paths, found.reel, found.uses) == (("/proxies/a.mp4", "/v/a.mov"), "R1", 2)
    assert (found.timecode_in, found.timecode_out) == ("01:00:00:00", "01:00:01:00")


def test_tables_of_spreadsheets() -> None:
    for mark, code in ((",", "utf-8-sig"), (";", "utf-16"), ("\t", "latin-1")):
        text = (
            mark.join(["Clip Name", "Reel", "Source In"])
            + "\r\n"
            + mark.join(["b\xe9.mov", "R1", "01:00:00:00"])
        )
        [found] = read_timeline(text.encode(code), Format.CSV)
        assert (found.name, found.reel, found.timecode_in) == ("b\xe9.mov", "R1", "01:00:00:00")


def bomb(levels: int = 10) -> bytes:
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(levels))
    return f'<!DOCTYPE xmeml [<!ENTITY a0 "ha">{entities}]><xmeml>&a{levels};</xmeml>'.encode()


HOSTILE = {
    "a billion laughs": (Format.XML, bomb()),
    "a harmless entity": (Format.FCPXML, b'<!DOCTYPE fcpxml [<!ENTITY a "b">]><fcpxml>&a;</fcpxml>'),
    "an external entity": (
        Format.XML,
        b'<!DOCTYPE xmeml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xmeml>&a;</xmeml>',
    ),
    "a parameter entity": (
        Format.XML,
        b'<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><xmeml/>',
    ),
    "deep XML": (Format.XML, b"<xmeml>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</xmeml>"),
    "deep JSON": (
        Format.OTIO,
        b'{"OTIO_SCHEMA":"Stack.1","children":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ),
    "deep compositions": (
        Format.OTIO,
        b'{"OTIO_SCHEMA":"Stack.1","children":[' * 300 + b"]}" * 300,
    ),
    "a large number": (Format.OTIO, b'{"OTIO_SCHEMA":"Clip.1","name":' + b"9" * 10_000 + b"}"),
    "another root": (Format.XML, b"<html/>"),
    "no XML": (Format.FCPXML, b"\x89PNG"),
    "an unknown encoding": (Format.XML, b'<?xml version="1.0" encoding="x-none"?><xmeml/>'),
    "nothing as XML": (Format.XML, b""),
    "nothing as OTIO": (Format.OTIO, b""),
    "a list": (Format.OTIO, b"[]"),
    "nothing as EDL": (Format.EDL, b""),
    "binary as EDL": (Format.EDL, bytes(range(256))),
    "a table without a file": (Format.CSV, b"a,b\n1,2\n"),
    "a table with a large field": (Format.CSV, b"name\n" + b"x" * 200_000 + b"\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_a_timeline_is_one_clear_error(name: str) -> None:
    form, data = HOSTILE[name]
    with pytest.raises(InvalidInput) as caught:
        read_timeline(data, form, "cut")
    assert caught.value.code == "timeline.unreadable" and str(caught.value).startswith("cut cannot be read")


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import dampipe.timeline.reading as reading

    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        read_timeline(b"name\n" * 21, Format.CSV)
    monkeypatch.setattr(reading, "MAX_BYTES", 10_000)
    monkeypatch.setattr(reading, "MAX_CLIPS", 3)
    with pytest.raises(TooLarge, match="3 clips"):
        read_timeline(b"name\na\nb\nc\nd\n", Format.CSV)
    assert limits.MAX_BYTES == 64 << 20


def test_no_path_that_a_timeline_names_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even looked at: a stat of a path on a share of a stranger is a login there."""
    import os

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a path was looked at")

    texts = {form: render([cut("a.mov", "a", 1.0, media())], form, "cut").text.encode() for form in Format}
    for name in ("open", "stat", "lstat", "scandir", "listdir"):
        monkeypatch.setattr(os, name, refuse)
    monkeypatch.setattr("builtins.open", refuse)
    for form, data in texts.items():
        assert read_timeline(data, form)


@settings(max_examples=200)
@given(st.binary(max_size=400), st.sampled_from(list(Format)))
def test_any_bytes_are_read_or_refused(data: bytes, form: Format) -> None:
    try:
        read_timeline(data, form)
    except InvalidInput as error:
        assert error.code == "timeline.unreadable"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["OTIO_SCHEMA", "children", "tracks", "name", "source_range", "start_time", "value", "rate", "metadata",
             "media_reference", "media_references", "target_url", "duration", "dampipe", "asset"]
        ),
        inner | st.sampled_from(["Clip.1", "Stack.1", "ExternalReference.1"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300)
@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    whole = {"OTIO_SCHEMA": "Stack.1", "children": [{"OTIO_SCHEMA": "Clip.2", "source_range": value}, value]}
    for data in (whole, value):
        try:
            read_timeline(json.dumps(data).encode(), Format.OTIO)
        except InvalidInput as error:
            assert error.code == "timeline.unreadable"


def test_a_bundle_of_final_cut_pro_is_read_by_its_suffix() -> None:
    assert format_of(Path("cut.fcpxmld")) is Format.FCPXML
