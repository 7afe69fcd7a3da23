"""Proxies: sizes, colours, sound, timecodes, truncated files and fallbacks."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dampipe.app.demo.clips import make_clip
from dampipe.kernel.errors import BadMedia, Unavailable
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import ProxyRecipe

SOFT = Acceleration(SOFTWARE, True, "for the test")


@pytest.fixture
def maker(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [SOFT])


def test_starts_playing_before_it_is_loaded(
    matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    made = maker.make(str(matrix["h264.mp4"]), prober.probe(str(matrix["h264.mp4"])), tmp_path)
    assert made.file is not None
    content = made.file.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_large_pictures_become_720p_and_seek_well(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    source = tmp_path / "big.mov"
    options = ["-timecode", "10:00:00:00", "-metadata", "creation_time=2024-05-06T07:08:09Z"]
    options += [
        "-metadata",
        "location=+40.68-074.50/",
        "-g",
        "999",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
    ]
    lavfi = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=100:duration=5"]
    assert run_ffmpeg(ffmpeg, [*lavfi, *options, f"file:{source}"], Limits()).ok
    seen: list[Progress] = []
    made = maker.make(str(source), prober.probe(str(source)), tmp_path, seen.append)
    assert made.file is not None
    proxy = prober.probe(str(made.file.path))
    assert proxy.video is not None
    assert (proxy.video.width, proxy.video.height) == (1280, 720)
    rate = float(proxy.video.average_rate or 0)
    assert rate == pytest.approx(60, rel=0.005), "60 of 100, each at its own time"
    assert proxy.video.variable_rate
    assert proxy.video.keyframe_interval == pytest.approx(2.0, abs=0.05)
    assert proxy.created_at is not None
    assert proxy.created_at.isoformat() == "2024-05-06T07:08:09+00:00"
    assert b"+40.68" not in made.file.path.read_bytes()
    assert seen
    assert made.speed is not None


def test_the_proxy_of_a_strongly_compressed_original_keeps_its_picture(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    """It is not limited to the bit rate of the original, and may become larger."""
    source = tmp_path / "small.mp4"
    lavfi = ["-f", "lavfi", "-i", "mandelbrot=size=640x360:rate=25", "-t", "4"]
    options = ["-c:v", "libx264", "-preset", "veryslow", "-g", "999", "-b:v", "150k", "-pix_fmt", "yuv420p"]
    assert run_ffmpeg(ffmpeg, [*lavfi, *options, f"file:{source}"], Limits()).ok
    made = maker.make(str(source), prober.probe(str(source)), tmp_path)
    assert made.file is not None
    assert made.file.path.stat().st_size > source.stat().st_size
    difference = np.abs(last_frame(source) - last_frame(made.file.path)).mean()
    assert difference < 2.5, "of 255"


def last_frame(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as container:
        *_, frame = container.decode(container.streams.video[0])
        return np.asarray(frame.to_ndarray(format="rgb24"), float)


def test_the_timecode_is_kept(ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    source = tmp_path / "tc.mov"
    lavfi = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1", "-timecode", "10:20:30:12"]
    assert run_ffmpeg(ffmpeg, [*lavfi, "-c:v", "mjpeg", f"file:{source}"], Limits()).ok
    made = maker.make(str(source), prober.probe(str(source)), tmp_path)
    assert made.file is not None
    assert prober.probe(str(made.file.path)).timecode == "10:20:30:12"


def test_hdr_is_toned_down(ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    """Greys of PQ are tone-mapped plausibly: white is bright, nothing is clipped, the order is kept."""
    source = tmp_path / "pq.mkv"
    # 10 bit codes of 1, 20, 203 (reference white) and 1000 cd/m²
    steps = "if(lt(X,80),195,if(lt(X,160),391,if(lt(X,240),573,723)))"
    graph = f"color=gray:size=320x180:rate=25:duration=0.4,format=yuv420p10le,geq=lum='{steps}':cb=512:cr=512"
    tags = "setparams=colorspace=bt2020nc:color_trc=smpte2084:color_primaries=bt2020:range=tv"
    options = ["-f", "lavfi", "-i", f"{graph},{tags}", "-c:v", "libx265", "-x265-params", "log-level=none"]
    assert run_ffmpeg(ffmpeg, [*options, f"file:{source}"], Limits()).ok
    media = prober.probe(str(source))
    assert media.video is not None
    assert media.video.hdr
    made = maker.make(str(source), media, tmp_path)
    assert made.file is not None
    video = prober.probe(str(made.file.path)).video
    assert video is not None
    assert (video.color_transfer, video.color_space) == ("bt709", "bt709")
    arguments = ["-i", f"file:{made.file.path}", "-frames:v", "1", "-update", "1", "p.png"]
    assert run_ffmpeg(ffmpeg, arguments, Limits(), folder=tmp_path).ok
    grey = np.asarray(Image.open(tmp_path / "p.png").convert("L"))[90, 40::80].astype(int)
    print(grey)
    assert grey[0] < 40 < grey[1] < grey[2] < grey[3] <= 255
    assert grey[2] > 130


def test_sound_alone(matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    made = maker.make(str(matrix["audio-only.wav"]), prober.probe(str(matrix["audio-only.wav"])), tmp_path)
    assert made.file is not None
    assert (made.plan, made.file.media_type) == ("sound", "audio/mp4")
    assert prober.probe(str(made.file.path)).audio[0].codec == "aac"
    assert made.waveform is not None
    assert made.waveform.path.stat().st_size == pytest.approx(24 + 2 * 2 * 20, abs=4)
    assert made.shots == ()


def test_stills_need_none(matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    made = maker.make(str(matrix["still.png"]), prober.probe(str(matrix["still.png"])), tmp_path)
    assert made == MadeProxy()
    assert list(tmp_path.iterdir()) == []


def test_half_a_file_becomes_half_a_proxy_with_a_warning(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    noisy = [(rng.integers(0, 255, (180, 320, 3), np.uint8), 2.0) for _ in range(6)]
    clip = make_clip(ffmpeg, tmp_path / "clip.mp4", noisy, extra_args=["-movflags", "+faststart"])
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) // 2])
    made = maker.make(str(clip), prober.probe(str(clip)), tmp_path)
    assert made.duration is not None
    assert 2 < made.duration < 10
    assert made.warnings == (f"only the first {made.duration:.1f} s of 12.0 s could be decoded",)


def test_nothing_to_decode(
    matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    with pytest.raises(BadMedia):
        maker.make(str(text), prober.probe(str(matrix["h264.mp4"])), tmp_path)


def test_without_any_encoder(ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, tmp_path: Path) -> None:
    maker = ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, False, "for the test")])
    with pytest.raises(Unavailable):
        maker.make(str(matrix["h264.mp4"]), prober.probe(str(matrix["h264.mp4"])), tmp_path)


def test_pictures_keep_their_colours(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    """Through the clip, the proxy and back: a few levels of error, none of a range or matrix mixed up."""
    bars = np.zeros((180, 320, 3), np.uint8)
    colors = [(235, 235, 235), (200, 40, 40), (40, 160, 60), (40, 60, 190)]
    for n, color in enumerate(colors):
        bars[:, n * 80 : (n + 1) * 80] = color
    clip = make_clip(ffmpeg, tmp_path / "clip.mp4", [(bars, 1.0)], audio=False)
    made = maker.make(str(clip), prober.probe(str(clip)), tmp_path)
    assert made.file is not None
    arguments = [
        "-i",
        f"file:{made.file.path}",
        "-frames:v",
        "1",
        "-update",
        "1",
        f"file:{tmp_path / 'p.png'}",
    ]
    assert run_ffmpeg(ffmpeg, arguments, Limits()).ok
    shown = np.asarray(Image.open(tmp_path / "p.png").convert("RGB")).astype(int)
    for n, color in enumerate(colors):
        assert np.abs(shown[90, n * 80 + 40] - color).max() <= 8


def test_shots_are_exact_and_the_waveform_follows_the_sound(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    """Three scenes that move within themselves; a tone that starts with the second, in the same pass."""
    rng = np.random.default_rng(3)
    still = [rng.integers(0, 255, (18, 32, 3), np.uint8).repeat(20, 0).repeat(20, 1) for _ in range(3)]
    scenes = [
        (np.roll(still[n], 2 * step, axis=1), 1 / 25)
        for n, frames in enumerate((30, 40, 33))
        for step in range(frames)
    ]
    clip = tmp_path / "clip.mp4"
    silent = _from_pictures(ffmpeg, clip.with_name("silent.mp4"), [picture for picture, _ in scenes])
    tone = "sine=frequency=440:sample_rate=48000:duration=2.92,adelay=1200,volume=6"
    arguments = ["-i", f"file:{silent}", "-f", "lavfi", "-i", tone, "-c:v", "copy", "-c:a", "aac"]
    assert run_ffmpeg(ffmpeg, [*arguments, f"file:{clip}"], Limits()).ok
    made = maker.make(str(clip), prober.probe(str(clip)), tmp_path)
    assert made.shots == (0.0, 1.2, 2.8)
    assert made.waveform is not None
    assert [one.kind.value for one in made.files] == ["proxy", "waveform", "signatures"]
    head = struct.unpack("<iIiiIi", made.waveform.path.read_bytes()[:24])
    assert head[:4] == (2, 1, 8000, 400)
    pixels = np.frombuffer(made.waveform.path.read_bytes()[24:], np.int8).reshape(-1, 2)
    assert len(pixels) == head[4] == pytest.approx(4.12 * 20, abs=3)
    assert np.abs(pixels[:22]).max() <= 1
    assert pixels[26:80, 1].min() > 50
    assert pixels[26:80, 0].max() < -50
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "clip.mp4",
        "proxy.mp4",
        "signatures.bin",
        "silent.mp4",
        "waveform.dat",
    ]


def _from_pictures(ffmpeg: Ffmpeg, path: Path, pictures: list[np.ndarray]) -> Path:
    height, width, _ = pictures[0].shape
    raw = path.with_suffix(".rgb")
    raw.write_bytes(b"".join(picture.tobytes() for picture in pictures))
    source = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{width}x{height}",
        "-r",
        "25",
        "-i",
        f"file:{raw}",
    ]
    assert run_ffmpeg(
        ffmpeg, [*source, "-c:v", "libx264", "-pix_fmt", "yuv420p", f"file:{path}"], Limits()
    ).ok
    raw.unlink()
    return path


def test_one_shot_has_one_start_and_mute_footage_no_waveform(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    source = tmp_path / "mute.mkv"
    lavfi = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30000/1001:duration=2"]
    assert run_ffmpeg(ffmpeg, [*lavfi, "-c:v", "libx264", f"file:{source}"], Limits()).ok
    made = maker.make(str(source), prober.probe(str(source)), tmp_path)
    assert (made.shots, made.waveform) == ((0.0,), None)


def test_a_sound_track_without_sound_spoils_nothing(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    source = tmp_path / "empty.mkv"
    drop = ["-i", f"file:{matrix['h264.mp4']}", "-c", "copy", "-bsf:a", "noise=drop=1"]
    assert run_ffmpeg(ffmpeg, [*drop, f"file:{source}"], Limits()).ok
    media = prober.probe(str(source))
    assert len(media.audio) == 1
    made = maker.make(str(source), media, tmp_path)
    assert made.duration == pytest.approx(2.0, abs=0.1)
    assert (made.waveform, made.warnings) == (None, ("its sound could not be decoded",))
