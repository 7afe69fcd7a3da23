"""Frame rates, time codes and recording times of files as ffmpeg and Pillow write them, read through the helper."""

import struct
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.info import MediaInfo
from dampipe.media.probe.mdpm import UUID
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import ProxyRecipe
from dampipe.timeline import Format, render
from dampipe.timeline.clip import Clip
from tests.unit.media.probe.test_ixml import packet as recorder_packet
from tests.unit.media.probe.test_ixml import speed, track
from tests.unit.media.probe.test_mdpm import payload
from tests.unit.media.probe.test_xmp import packet

CASES = Path(__file__).resolve().parents[5] / "shared" / "cases"
NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
_X264 = "-c:v libx264 -preset ultrafast"
_CLOCK = "-vf settb=1/1000 -fps_mode passthrough -enc_time_base 1/1000"

Make = Callable[..., Path]


@pytest.fixture
def make(ffmpeg: Ffmpeg, tmp_path: Path) -> Make:
    """Write a file with a test picture, or with `inputs`, by options of ffmpeg."""

    def write(
        name: str, options: str, rate: str = "30000/1001", seconds: float = 4, inputs: str = "", **tags: str
    ) -> Path:
        source = inputs or f"-f lavfi -i testsrc2=size=160x90:rate={rate}:duration={seconds}"
        metadata = [part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")]
        path = tmp_path / name
        done = run_ffmpeg(ffmpeg, [*source.split(), *options.split(), *metadata, f"file:{path}"], Limits())
        assert done.ok, done
        return path

    return write


def rates(media: MediaInfo) -> tuple[Fraction | None, Fraction | None, bool]:
    assert media.video is not None
    return media.video.rate, media.video.average_rate, media.video.variable_rate


@pytest.mark.parametrize("rate", ["30000/1001", "30", "25", "24000/1001"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mkv", f"{_CLOCK} {_X264}"),
        ("a.webm", f"{_CLOCK} -c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
        ("a.flv", f"{_CLOCK} {_X264}"),
        ("a.mp4", _X264),
        ("a.ts", _X264),
        ("a.mpg", "-c:v mpeg2video"),
        ("a.avi", "-c:v mjpeg"),
        ("a.mxf", "-c:v mpeg2video"),
        ("frag.mp4", f"{_X264} -movflags frag_keyframe+empty_moov"),
    ],
)
def test_the_nominal_rate_is_exact(name: str, options: str, rate: str, make: Make, prober: Prober) -> None:
    nominal, average, variable = rates(prober.probe(str(make(name, options, rate))))
    assert (nominal, variable) == (Fraction(rate), False)
    assert average is not None and float(average) == pytest.approx(float(Fraction(rate)), rel=0.002)


def test_phones_jitter_around_their_nominal_rate(make: Make, prober: Prober) -> None:
    jitter = "-vf settb=1/600,setpts='PTS+floor(random(1)*5)' -fps_mode passthrough -enc_time_base 1/600"
    path = make("phone.mov", f"{jitter} {_X264} -bf 0 -video_track_timescale 600")
    nominal, average, variable = rates(prober.probe(str(path)))
    assert (nominal, variable) == (NTSC, True)
    assert average is not None and average != NTSC and 29.9 < average < 30.05


def test_dropped_frames(make: Make, prober: Prober) -> None:
    options = f"-vf select='mod(n,30)' -fps_mode passthrough {_X264} -movflags frag_keyframe+empty_moov"
    nominal, average, variable = rates(prober.probe(str(make("obs.mp4", options, "30"))))
    assert (nominal, variable) == (30, True)
    assert average is not None and 28.9 < average < 29.3


@pytest.mark.parametrize(
    ("name", "options", "rate", "code", "base"),
    [
        ("a.mov", "-c:v prores", "24000/1001", "01:00:00:23", 24),
        ("a.mov", "-c:v prores", "30000/1001", "01:00:00;02", 30),
        ("a.mov", _X264, "30000/1001", "01:00:00:02", 30),
        ("a.mp4", _X264, "60000/1001", "01:00:00;58", 60),
        ("a.mxf", "-c:v mpeg2video", "30000/1001", "01:00:00;02", None),
        ("a.mxf", "-c:v mpeg2video", "25", "10:11:12:13", None),
    ],
)
def test_time_codes_keep_mode_and_base(
    name: str, options: str, rate: str, code: str, base: int | None, make: Make, prober: Prober
) -> None:
    media = prober.probe(str(make(name, f"{options} -timecode {code}", rate, seconds=1)))
    assert (media.timecode, media.timecode_base, media.warnings) == (code, base, ())


def test_time_codes_of_matroska(make: Make, prober: Prober) -> None:
    first = make("a.mov", f"{_X264} -timecode 10:11:12:13", "25", 1)
    second = make("b.mkv", "-c copy -map 0:v", inputs=f"-i file:{first}")
    assert prober.probe(str(second)).timecode == "10:11:12:13"


def test_sound_of_a_recorder_has_date_time_and_time_reference(make: Make, prober: Prober) -> None:
    tags = {"time_reference": "172968000", "origination_date": "2017-01-16", "origination_time": "18:13:42"}
    path = make("a.wav", "-write_bext 1", inputs="-f lavfi -i sine=duration=1:sample_rate=48000", **tags)
    media = prober.probe(str(path))
    assert (media.created_at, media.start_of_day) == (datetime(2017, 1, 16, 18, 13, 42), 3603.5)


RECORDER = recorder_packet(
    "<SCENE>12A</SCENE><TAKE>3</TAKE><TAPE>R7</TAPE>",
    speed("30000/1001", "NDF"),
    "<TRACK_LIST>",
    track("Boom", 1),
    track("Anna", 2),
    "</TRACK_LIST>",
)


@pytest.mark.parametrize("place", ["before the samples", "after the samples", "after the samples of RF64"])
def test_scene_take_and_track_names_of_a_field_recorder(place: str, make: Make, prober: Prober) -> None:
    """The code is that of the recorder, 01:00:00:00 non-drop-frame, 3603.6 s after midnight by the clock."""
    form = "-rf64 always" if "RF64" in place else "-rf64 never"
    path = make(
        "a.wav", f"-write_bext 1 -ac 2 {form}", inputs="-f lavfi -i sine=duration=1:sample_rate=48000",
        time_reference=str(int(3603.6 * 48000)),
    )  # fmt: skip
    content = path.read_bytes()
    chunk = b"iXML" + struct.pack("<I", len(RECORDER)) + RECORDER + bytes(len(RECORDER) % 2)
    at = content.index(b"data") if "before" in place else len(content)
    path.write_bytes(content[:at] + chunk + content[at:])
    media = prober.probe(str(path))
    assert (media.scene, media.take, media.reel) == ("12A", "3", "R7")
    assert media.audio[0].channel_names == ("Boom", "Anna")
    assert (media.timecode, media.timecode_base, media.start_of_day) == ("01:00:00:00", 30, 3603.6)
    assert media.words == ("scene 12A", "take 3", "reel R7", "Boom", "Anna")
    clip = Clip(asset="a", path=str(path), name="a.wav", media=media, moment=0, start=0, end=1, score=1)
    assert "FCM: NON-DROP FRAME" in render([clip], Format.EDL, "cut").text


def test_the_reel_of_a_time_code_track(make: Make, prober: Prober) -> None:
    path = make("a.mov", f"{_X264} -timecode 01:00:00:00 -metadata:s:v reel_name=A001", "25", 1)
    assert prober.probe(str(path)).reel == "A001"


def test_a_date_with_its_zone_comes_before_one_in_utc(make: Make, prober: Prober) -> None:
    tags = {"creation_time": "2024-01-24T14:50:14Z"}
    plain = prober.probe(str(make("a.mp4", _X264, seconds=1, **tags)))
    zoned = prober.probe(str(make("b.mp4", _X264, seconds=1, **tags, date="2024-01-24T15:50:14+01:00")))
    assert plain.created_at == datetime.fromisoformat("2024-01-24T14:50:14+00:00")
    assert zoned.created_at is not None and zoned.created_at.isoformat() == "2024-01-24T15:50:14+01:00"


def test_gopro_has_local_time(make: Make, prober: Prober) -> None:
    path = make(
        "a.mp4", f"{_X264} -metadata:s:v handler_name=GoPro", seconds=1, creation_time="2024-01-24T14:50:14Z"
    )
    media = prober.probe(str(path))
    assert media.camera == "GoPro"
    assert media.created_at == datetime(2024, 1, 24, 14, 50, 14)


def avchd(stream: bytes, data: bytes) -> bytes:
    """An H.264 stream with user data before its first picture, with start codes and bytes against false ones."""
    message = b"\x05" + bytes([len(data)]) + data + b"\x80"
    escaped = bytearray()
    zeros = 0
    for value in message:
        if zeros == 2 and value <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(value)
        zeros = zeros + 1 if value == 0 else 0
    at = stream.index(b"\0\0\1\x65")
    at -= stream[at - 1] == 0
    return stream[:at] + b"\0\0\0\1\x06" + bytes(escaped) + stream[at:]


@pytest.mark.parametrize("suffix", ["mts", "mp4"])
def test_camcorders_write_date_time_code_and_model_into_pictures(
    suffix: str, make: Make, prober: Prober, tmp_path: Path
) -> None:
    raw = make("a.h264", _X264, "25", 1)
    entries = {0x13: "12301510", 0x18: "04201305", 0x19: "06070809", 0x70: "01080000", 0xE4: "4844522d43583132"[:8],
               0xE5: "43583132", 0xE6: "00000000"}  # fmt: skip
    (tmp_path / "b.h264").write_bytes(avchd(raw.read_bytes(), payload(entries)))
    media = prober.probe(str(make(f"c.{suffix}", "-c copy", inputs=f"-f h264 -i file:{tmp_path / 'b.h264'}")))
    assert media.created_at is not None and media.created_at.isoformat() == "2013-05-06T07:08:09+02:00"
    assert (media.timecode, media.camera) == ("10:15:30:12", "Sony HDR-CX12")
    assert UUID in (tmp_path / f"c.{suffix}").read_bytes()


XMP = packet(
    'xmp:CreateDate="2024-05-06T08:00:00"',
    '<xmpDM:startTimecode xmpDM:timeFormat="25Timecode" xmpDM:timeValue="01:02:03:04"/>',
)


@pytest.mark.parametrize("how", ["uuid", "riff", "sidecar"])
def test_xmp_beside_and_inside(how: str, make: Make, prober: Prober) -> None:
    if how == "riff":
        path = make("a.wav", "", inputs="-f lavfi -i sine=duration=1:sample_rate=48000")
        path.write_bytes(path.read_bytes() + b"_PMX" + struct.pack("<I", len(XMP)) + XMP)
    else:
        path = make("a.mp4", _X264, "25", 1)
        if how == "sidecar":
            path.with_suffix(".xmp").write_bytes(XMP)
        else:
            uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
            atom = struct.pack(">I4s", 24 + len(XMP), b"uuid") + uuid + XMP
            path.write_bytes(path.read_bytes() + atom)
    media = prober.probe(str(path))
    assert (media.timecode, media.timecode_base) == ("01:02:03:04", 25)
    assert media.created_at == datetime(2024, 5, 6, 8)


def iptc(date: bytes, time: bytes) -> bytes:
    """An APP13 segment with a date and time of creation."""
    records = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
        for number, value in ((55, date), (60, time))
        if value
    )
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records
    block += b"\0" * (len(records) % 2)
    return b"\xff\xed" + struct.pack(">H", len(block) + 2) + block


def jpeg(path: Path, dates: dict[int, Any], main: dict[int, Any] | None = None, **options: Any) -> Path:
    """A JPEG with tags in the EXIF IFD, and `main` in the first."""
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(0x8769).update(dates)
    Image.new("RGB", (64, 32)).save(path, "JPEG", exif=exif, **options)
    return path


ORIGINAL, DIGITIZED, CHANGED = 36867, 36868, 306
SUBSECONDS, OFFSET = 37521, 36881


@pytest.mark.parametrize(
    ("dates", "main", "expected", "warned"),
    [
        ({ORIGINAL: "2024:05:06 07:08:09"}, {}, "2024-05-06T07:08:09", False),
        ({ORIGINAL: "2024:05:06 07:08:09", SUBSECONDS: "25"}, {}, "2024-05-06T07:08:09.250000", False),
        ({ORIGINAL: "2024:05:06 07:08:09", OFFSET: "-03:30"}, {}, "2024-05-06T07:08:09-03:30", False),
        ({ORIGINAL: "2024:05:06 07:08:09", OFFSET: "+99:99"}, {}, "2024-05-06T07:08:09", True),
        ({ORIGINAL: "2024:05:06 07:08:09", OFFSET: "+24:00"}, {}, "2024-05-06T07:08:09", True),
        ({DIGITIZED: "2024:05:06 07:08:09"}, {CHANGED: "2024:05:07 01:00:00"}, "2024-05-06T07:08:09", False),
        ({DIGITIZED: "2024:05:06 07:08:09", 37522: "5", 36882: "+02:00"}, {}, "2024-05-06T07:08:09.500000+02:00", False),
        ({}, {CHANGED: "2024:05:07 01:00:00"}, "2024-05-07T01:00:00", False),
        ({37520: "7", 36880: "Z"}, {CHANGED: "2024:05:07 01:00:00"}, "2024-05-07T01:00:00.700000+00:00", False),
        ({ORIGINAL: "0000:00:00 00:00:00"}, {CHANGED: "2015:06:07 08:09:10"}, "2015-06-07T08:09:10", True),
        ({ORIGINAL: "    :  :     :  :  "}, {CHANGED: "2015:06:07 08:09:10"}, "2015-06-07T08:09:10", False),
        ({ORIGINAL: "0001:01:01 00:00:00"}, {}, None, True),
        ({ORIGINAL: "2024:05:06 24:24:27"}, {CHANGED: "2015:06:07 08:09:10"}, "2015-06-07T08:09:10", True),
        ({ORIGINAL: "2063:04:05 00:00:00"}, {CHANGED: "2015:06:07 08:09:10"}, "2015-06-07T08:09:10", True),
        ({ORIGINAL: "-100:01:01 00:00:00"}, {}, None, True),
        ({ORIGINAL: "x" * 300}, {}, None, True),
        ({ORIGINAL: ""}, {}, None, False),
    ],
)  # fmt: skip
def test_dates_of_stills(
    dates: dict[int, Any],
    main: dict[int, Any],
    expected: str | None,
    warned: bool,
    prober: Prober,
    tmp_path: Path,
) -> None:
    media = prober.probe(str(jpeg(tmp_path / "a.jpg", dates, main)))
    assert (media.created_at.isoformat() if media.created_at else None) == expected
    assert bool(media.warnings) == warned


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_xmp_dates_of_stills(name: str, prober: Prober, tmp_path: Path) -> None:
    path, options = tmp_path / "still", dict[str, Any]()
    xmp = packet('photoshop:DateCreated="2024-05-06T07:08:09.5+02:00"')
    if name == "PNG":
        from PIL.PngImagePlugin import PngInfo

        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif name == "TIFF":
        options["tiffinfo"] = {700: xmp}
    else:
        options["xmp"] = xmp
    try:
        Image.new("RGB", (64, 32)).save(path, name, **options)
    except (KeyError, OSError):
        pytest.skip("this Pillow does not write it")
    media = prober.probe(str(path))
    assert media.created_at is not None and media.created_at.isoformat() == "2024-05-06T07:08:09.500000+02:00"


def test_iptc_dates_and_what_comes_before_them(prober: Prober, tmp_path: Path) -> None:
    path = jpeg(tmp_path / "a.jpg", {}, {CHANGED: "2025:01:01 00:00:00"})
    data = path.read_bytes()
    for date, time, expected in [
        (b"20240506", b"070809+0200", "2024-05-06T07:08:09+02:00"),
        (b"20240506", b"070809", "2024-05-06T07:08:09"),
        (b"20240506", b"", "2024-05-06T00:00:00"),
        (b"00000000", b"000000", "2025-01-01T00:00:00"),
        (b"2024", b"0", "2025-01-01T00:00:00"),
    ]:
        path.write_bytes(data[:2] + iptc(date, time) + data[2:])
        media = prober.probe(str(path))
        assert media.created_at is not None and media.created_at.isoformat() == expected


def test_a_sidecar_dates_a_still_that_has_no_date(prober: Prober, tmp_path: Path) -> None:
    Image.new("RGB", (64, 32)).save(tmp_path / "a.png")
    (tmp_path / "a.xmp").write_bytes(packet('exif:DateTimeOriginal="2024-05-06T07:08:09"'))
    assert prober.probe(str(tmp_path / "a.png")).created_at == datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize("code", ["00:48:00:28", "01:00:03;18"])
@pytest.mark.parametrize("codec", ["h264", "prores"])
def test_proxies_have_the_time_code_that_exports_count(
    code: str, codec: Any, make: Make, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    path = make("a.mov", f"{_X264} -an", "24", 1)
    base = 30 if code.endswith("28") else 24
    media = prober.probe(str(path)).model_copy(update={"timecode": code, "timecode_base": base})
    maker = ProxyMaker(ffmpeg, ProxyRecipe(codec=codec), [Acceleration(SOFTWARE, True, "for the test")])
    (tmp_path / "proxy").mkdir()
    made = maker.make(str(path), media, tmp_path / "proxy")
    assert made.file is not None
    proxy = prober.probe(str(made.file.path))
    clip = Clip(asset="a", path=str(path), name="a.mov", media=media, moment=0, start=0, end=1, score=1)
    rendered = render([clip], Format.CSV, "cut")
    assert proxy.timecode is not None and f",{proxy.timecode}," in rendered.text
    assert len(rendered.warnings) == 1


def test_a_proxy_keeps_a_time_without_a_zone(
    make: Make, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ffmpeg takes a creation_time without a zone for a time in the zone of the machine."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    path = make("a.mov", f"{_X264} -an", "25", 1)
    recorded = datetime(2024, 5, 6, 7, 8, 9)
    media = prober.probe(str(path)).model_copy(update={"created_at": recorded})
    maker = ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])
    (tmp_path / "proxy").mkdir()
    made = maker.make(str(path), media, tmp_path / "proxy")
    assert made.file is not None
    assert prober.probe(str(made.file.path)).created_at == recorded


EXPECTED = {
    "IMG_1001.MOV": (NTSC, None, None),
    "BMCam_tc.mov": (NTSC, "10:00:00;00", "10:00:00;00"),
    "df_flag_30.mov": (Fraction(30), "01:00:03;18", "01:00:03:18"),
    "code30_on_24.mov": (FILM, "00:48:00:28", "00:48:00:22"),
    "ok_2997_ndf.mov": (NTSC, "01:00:00:00", "01:00:00:00"),
    "remuxed_plain.mkv": (Fraction(25), "10:00:00:00", "10:00:00:00"),
}


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside this checkout")
@pytest.mark.parametrize("name", EXPECTED)
def test_cases(name: str, prober: Prober) -> None:
    rate, code, start = EXPECTED[name]
    media = prober.probe(str(CASES / name))
    assert (rates(media)[0], media.timecode) == (rate, code)
    clip = Clip(asset="a", path=str(CASES / name), name=name, media=media, moment=0, start=0, end=1, score=1)
    for form in Format:
        rendered = render([clip], form, "cut")
        assert name in rendered.text
        assert len(rendered.warnings) == (1 if name in ("df_flag_30.mov", "code30_on_24.mov") else 0)
    edl = render([clip], Format.EDL, "cut").text
    assert f" C        {start or '00:00:00:00'} " in edl
    assert ("FCM: DROP FRAME" in edl) == (name == "BMCam_tc.mov")


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside this checkout")
def test_cases_of_dates(prober: Prober) -> None:
    zero = prober.probe(str(CASES / "p02_zero_original.jpg"))
    first = prober.probe(str(CASES / "p04_year1.jpg"))
    assert zero.created_at == datetime(2015, 6, 7, 8, 9, 10)
    assert first.created_at is None and len(first.warnings) == 1
