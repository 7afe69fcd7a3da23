"""Every kind of footage becomes a proxy, which is decoded to check it: time, size, colours, time code, sync."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import MediaKind
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe
from tests.support.matrix import FLASH, MATRIX, SECONDS

MOVING = {
    name: sample.size for name, sample in MATRIX.items() if "v" in sample.inputs and "still" not in name
}
MOVING["rotated.mov"] = (180, 320)
FRAME = 1 / 25
COARSE = {"moving.gif": 0.1, "interlaced.mpg": 0.08, "vfr.mkv": 0.12}
"""Seconds of a frame where it is longer than in the others."""
TIME_CODES = {"dnxhr-444.mxf": "00:00:00:00", "dnxhr.mov": "10:20:30:12", "mpeg2-mono.mxf": "23:59:59:10"}


@pytest.fixture
def maker(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])


def brightness(path: Path) -> list[tuple[float, float]]:
    """(time in seconds, mean of the upright picture's luma) of every frame."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        return [
            (float(frame.pts * stream.time_base), float(frame.to_ndarray(format="gray").mean()))
            for frame in container.decode(stream)
        ]


def loudness(path: Path) -> tuple[int, list[tuple[float, float]]]:
    """Channels, and (time in seconds, greatest sample of the loudest channel) of every 5 ms."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = stream.codec_context.sample_rate
        parts, start = [], None
        for frame in container.decode(stream):
            start = frame.time if start is None else start
            parts.append(np.abs(frame.to_ndarray()).max(axis=0))
        sound = np.concatenate(parts)
        step = rate // 200
        spans = sound[: len(sound) // step * step].reshape(-1, step).max(axis=1)
        assert start is not None
        return stream.codec_context.channels, [(start + n / 200, float(top)) for n, top in enumerate(spans)]


@pytest.mark.parametrize("name", MOVING)
def test_every_kind_of_footage(
    name: str, matrix: dict[str, Path], prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    source = prober.probe(str(matrix[name]))
    made = maker.make(str(matrix[name]), source, tmp_path)
    assert (made.plan, made.warnings) == ("software", ())
    assert made.file is not None
    proxy = prober.probe(str(made.file.path))
    assert proxy.video is not None and source.video is not None
    shown = proxy.video
    assert (shown.codec, shown.pixel_format, shown.width, shown.height) == ("h264", "yuv420p", *MOVING[name])
    assert (shown.rotation, shown.sample_aspect, shown.interlaced) == (0, Fraction(1), False)
    assert shown.color_range in (None, "tv")
    assert not shown.hdr
    if source.video.hdr:
        assert (shown.color_transfer, shown.color_primaries, shown.color_space) == ("bt709",) * 3
    assert source.duration == pytest.approx(FRAME if name == "one-frame.mp4" else SECONDS, abs=0.21)
    assert proxy.timecode == source.timecode == TIME_CODES.get(name)
    frame = COARSE.get(name, FRAME)
    frames = brightness(made.file.path)
    assert 0 <= frames[0][0] <= FRAME
    if name == "one-frame.mp4":
        assert len(frames) == 1
        return
    assert frames[-1][0] + frame == pytest.approx(source.duration, abs=frame + 0.005)
    flash = next(time for time, light in frames if light > 200)
    shown_at = FLASH
    if name == "moving.gif":  # made at another rate than the card
        shown_at = next(time for time, light in brightness(matrix[name]) if light > 200)
    assert flash == pytest.approx(shown_at, abs=frame + 0.005)
    assert [light > 200 for time, light in frames if time < FLASH - frame - 0.005] == [False] * sum(
        time < FLASH - frame - 0.005 for time, _ in frames
    )
    assert bool(proxy.audio) == bool(source.audio)
    assert (made.waveform is not None) == bool(source.audio)
    if "a" in MATRIX.get(name, MATRIX["h264.mp4"]).inputs:
        channels, sound = loudness(made.file.path)
        assert channels == 2
        beep = next(time for time, top in sound if top > 0.1)
        assert beep == pytest.approx(flash, abs=frame + 0.005)


@pytest.mark.parametrize("name", MATRIX)
def test_every_kind_has_a_poster_and_frames(
    name: str, matrix: dict[str, Path], prober: Prober, ffmpeg: Ffmpeg, choose: FrameSelector, tmp_path: Path
) -> None:
    media = prober.probe(str(matrix[name]))
    maker = PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)
    made = maker.make(str(matrix[name]), media, tmp_path)
    assert made.warnings == ()
    kinds = [file.kind.value for file in made.files]
    expected = {
        MediaKind.VIDEO: ["poster", "sprite", "sprite_vtt", "frames"],
        MediaKind.STILL: ["poster", "frames"],
        MediaKind.AUDIO: ["poster"],
    }
    assert kinds == expected[media.kind]


def test_the_whole_matrix_could_be_made(matrix: dict[str, Path]) -> None:
    """The bundled ffmpeg encodes every format; what is missing here was not tested."""
    assert set(MATRIX) - set(matrix) == set()


def test_left_and_right_in_tracks_of_their_own_become_stereo(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    """Eight mono tracks, as a broadcast camera writes them: the first is heard left, the second right."""
    source = tmp_path / "camera.mxf"
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"]
    for n in range(8):
        inputs += ["-f", "lavfi", "-i", f"sine=frequency={400 * (n + 1)}:sample_rate=48000:duration=1"]
    maps = [word for n in range(9) for word in ("-map", str(n))]
    options = ["-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "pcm_s16le"]
    assert run_ffmpeg(ffmpeg, [*inputs, *maps, *options, f"file:{source}"], Limits()).ok
    media = prober.probe(str(source))
    assert [track.channels for track in media.audio] == [1] * 8
    made = maker.make(str(source), media, tmp_path)
    assert made.warnings == ()
    assert made.file is not None and made.waveform is not None
    with av.open(str(made.file.path)) as container:
        stream = container.streams.audio[0]
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
    middle = sound[:, 12_000:36_000]
    tones = np.abs(np.fft.rfft(middle, axis=1)).argmax(axis=1) * 48_000 / middle.shape[1]
    assert tones == pytest.approx([400, 800], abs=5)


def test_twelve_hours_cost_no_more_memory_or_frames_than_one(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, choose: FrameSelector, tmp_path: Path
) -> None:
    source = tmp_path / "night.mkv"
    hours = ["-f", "lavfi", "-i", "color=gray:size=64x36:rate=1/5:duration=43200"]
    options = ["-c:v", "mpeg4", "-g", "12"]
    assert run_ffmpeg(ffmpeg, [*hours, *options, f"file:{source}"], Limits()).ok
    media = prober.probe(str(source))
    assert media.duration == pytest.approx(43_200, abs=10)
    recipe = PreviewRecipe(frames=FramesRecipe(size=64))
    preview = PreviewMaker(ffmpeg, recipe, choose).make(str(source), media, tmp_path)
    assert preview.warnings == ()
    assert 200 <= len(preview.frames) <= recipe.frames.limit
    assert preview.frames[-1].time > 42_900
    made = maker.make(str(source), media, tmp_path)
    assert made.warnings == ()
    assert made.duration == pytest.approx(43_200, abs=10)
