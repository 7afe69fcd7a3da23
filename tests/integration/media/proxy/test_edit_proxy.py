"""Presets of proxies: what an editor relinks to is frame for frame the original; web is small."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import pytest

from dampipe.kernel.errors import Unavailable
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PRESETS

SOFT = [Acceleration(SOFTWARE, True, "for the test")]
DROP_FRAME = ["-timecode", "01:02:03;04"]


@pytest.fixture
def editor(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, PRESETS["edit"].proxy, SOFT)


def record(ffmpeg: Ffmpeg, path: Path, video: str, *options: str) -> Path:
    """A camera's file with two sound tracks: stereo at 48 kHz and mono at 44.1 kHz."""
    stereo = "sine=frequency=300:sample_rate=48000:duration=2,aformat=channel_layouts=stereo"
    mono = "sine=frequency=800:sample_rate=44100:duration=2"
    inputs = [word for source in (video, stereo, mono) for word in ("-f", "lavfi", "-i", source)]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-c:a", "aac", "-g", "40", "-bf", "2"]
    assert run_ffmpeg(ffmpeg, [*inputs, *maps, *options, f"file:{path}"], Limits()).ok
    return path


def frame_times(path: Path) -> list[float]:
    """Presentation times of all frames from the first on, in seconds, as decoded."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times = [float(frame.pts * stream.time_base) for frame in container.decode(stream)]
    return [time - times[0] for time in times]


@pytest.mark.parametrize(
    ("name", "rate", "options"),
    [
        ("a.mov", "24000/1001", ["-timecode", "23:59:59:10"]),
        ("b.mov", "30000/1001", DROP_FRAME),
        ("c.mkv", "60000/1001", []),
        ("d.mp4", "120", []),
    ],
)
def test_an_editor_can_relink(
    name: str,
    rate: str,
    options: list[str],
    ffmpeg: Ffmpeg,
    prober: Prober,
    editor: ProxyMaker,
    tmp_path: Path,
) -> None:
    video = f"testsrc2=size=640x360:rate={rate}:duration=2"
    source = record(ffmpeg, tmp_path / name, video, "-c:v", "libx264", *options)
    media = prober.probe(str(source))
    made = editor.make(str(source), media, tmp_path)
    assert made.file is not None
    assert (made.file.path.name, made.file.media_type, made.plan) == (
        "proxy.mov",
        "video/quicktime",
        "software",
    )
    assert made.warnings == ()
    proxy = prober.probe(str(made.file.path))
    assert proxy.video is not None
    assert media.video is not None
    assert (proxy.video.codec, proxy.video.profile) == ("prores", "Proxy")
    assert (proxy.video.pixel_format, proxy.video.width, proxy.video.height) == ("yuv422p10le", 640, 360)
    assert str(proxy.video.rate) == rate
    assert float(media.video.rate or 0) == pytest.approx(float(Fraction(rate)), rel=1e-6)
    assert proxy.timecode == media.timecode == (options[1] if options else None)
    assert frame_times(made.file.path) == pytest.approx(frame_times(source), abs=0.0011)
    tracks = [(one.codec, one.sample_rate, one.channels) for one in proxy.audio]
    assert tracks == [("pcm_s16le", 48000, 2), ("pcm_s16le", 44100, 1)]
    assert made.shots == (0.0,)
    assert made.waveform is not None


def test_a_variable_rate_stays_variable(
    ffmpeg: Ffmpeg, prober: Prober, editor: ProxyMaker, tmp_path: Path
) -> None:
    video = "testsrc2=size=320x180:rate=30:duration=2,select='not(mod(n,3))+lt(n,20)'"
    source = record(ffmpeg, tmp_path / "vfr.mkv", video, "-fps_mode", "vfr", "-c:v", "libx264")
    made = editor.make(str(source), prober.probe(str(source)), tmp_path)
    assert made.file is not None
    times = frame_times(source)
    assert len({round(b - a, 2) for a, b in itertools.pairwise(times)}) > 1
    assert frame_times(made.file.path) == pytest.approx(times, abs=0.0011)


def test_colours_are_left_to_the_editor(
    matrix: dict[str, Path], prober: Prober, editor: ProxyMaker, tmp_path: Path
) -> None:
    """HDR is kept, while the proxy for the browser is tone-mapped."""
    if "hlg.mp4" not in matrix:
        pytest.skip("this ffmpeg cannot encode it")
    made = editor.make(str(matrix["hlg.mp4"]), prober.probe(str(matrix["hlg.mp4"])), tmp_path)
    assert made.file is not None
    video = prober.probe(str(made.file.path)).video
    assert video is not None
    assert (video.color_transfer, video.color_primaries) == ("arib-std-b67", "bt2020")


def test_sound_alone_plays_everywhere_whatever_the_preset(
    matrix: dict[str, Path], prober: Prober, editor: ProxyMaker, tmp_path: Path
) -> None:
    made = editor.make(str(matrix["audio-only.wav"]), prober.probe(str(matrix["audio-only.wav"])), tmp_path)
    assert made.file is not None
    assert (made.file.path.name, made.file.media_type) == ("proxy.mp4", "audio/mp4")


def test_it_needs_no_h264_encoder_but_its_own(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, tmp_path: Path
) -> None:
    media = prober.probe(str(matrix["h264.mp4"]))
    made = ProxyMaker(ffmpeg, PRESETS["edit"].proxy, []).make(str(matrix["h264.mp4"]), media, tmp_path)
    assert made.plan == "software"
    with pytest.raises(Unavailable, match=r"no H.264 encoder"):
        ProxyMaker(ffmpeg, PRESETS["web"].proxy, []).make(str(matrix["h264.mp4"]), media, tmp_path)


def test_web_is_480p_and_smaller_than_review(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    source = tmp_path / "big.mp4"
    video = "testsrc2=size=1280x720:rate=25:duration=2,noise=alls=8:allf=t"
    lavfi = ["-f", "lavfi", "-i", video, "-c:v", "libx264", "-preset", "ultrafast"]
    assert run_ffmpeg(ffmpeg, [*lavfi, f"file:{source}"], Limits()).ok
    sizes = {}
    for name in ("web", "review"):
        folder = tmp_path / name
        folder.mkdir()
        made = ProxyMaker(ffmpeg, PRESETS[name].proxy, SOFT).make(
            str(source), prober.probe(str(source)), folder
        )
        assert made.file is not None
        proxy = prober.probe(str(made.file.path)).video
        assert proxy is not None
        sizes[name] = (min(proxy.width, proxy.height), made.file.path.stat().st_size)
    assert (sizes["web"][0], sizes["review"][0]) == (480, 720)
    assert sizes["web"][1] < 0.5 * sizes["review"][1]
