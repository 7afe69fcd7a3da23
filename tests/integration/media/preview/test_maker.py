"""Previews of every format of the matrix, and of the ways a sparse pass can go wrong."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dampipe.app.demo.clips import make_clip
from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import DerivativeKind
from dampipe.media.preview.maker import FrameSelector, MadePreview, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, SpriteRecipe

COLORS = {"red": (220, 30, 30), "green": (30, 180, 60), "blue": (40, 60, 220), "white": (240, 240, 240)}


def plain(color: str, size: tuple[int, int] = (320, 180)) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), COLORS[color], np.uint8)


def frames_of(made: MadePreview) -> NDArray[np.uint8]:
    path = next(file.path for file in made.files if file.kind is DerivativeKind.FRAMES)
    loaded: NDArray[np.uint8] = np.load(path, allow_pickle=False)
    return loaded


def color_of(frame: NDArray[np.uint8]) -> str:
    """The nearest of our colours to a frame's mean."""
    mean = frame.reshape(-1, 3).mean(axis=0)
    return min(COLORS, key=lambda name: float(np.abs(mean - COLORS[name]).sum()))


def times_of(made: MadePreview) -> list[float]:
    return [frame.time for frame in made.frames]


@pytest.fixture
def maker(ffmpeg: Ffmpeg, choose: FrameSelector) -> PreviewMaker:
    return PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose)


WAYS = {
    "h264.mp4": "references",
    "hevc10.mp4": "references",
    "vp9.webm": "references",
    "av1.mp4": "references",
    "prores.mov": "packets",
    "dnxhr.mov": "packets",
    "mjpeg.avi": "packets",
    "mpeg2.ts": "keys",
    "h264-422.mkv": "references",
    "odd-size.mkv": "keys",
    "anamorphic.mp4": "references",
    "interlaced.mpg": "references",
    "vfr.mkv": "references",
    "hlg.mp4": "references",
    "moving.gif": "references",
    "rotated.mov": "references",
}
"""These clips last 2 s, so they are sampled every half second, and few have key frames as dense."""


@pytest.mark.parametrize("name", WAYS)
def test_every_format(
    name: str, matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    if name not in matrix:
        pytest.skip("this ffmpeg cannot encode it")
    media = prober.probe(str(matrix[name]))
    made = maker.make(str(matrix[name]), media, tmp_path)
    assert made.way == WAYS[name]
    assert [file.kind.value for file in made.files] == ["poster", "sprite", "sprite_vtt", "frames"]
    assert made.warnings == ()
    frames, times = frames_of(made), times_of(made)
    assert frames.shape == (len(times), 64, 64, 3)
    assert 0 <= times[0] < 1 / 25, "the sound may start before the picture"
    assert media.duration is not None
    assert all(0 < b - a <= 0.56 for a, b in itertools.pairwise([*times, media.duration]))
    assert media.video is not None
    with Image.open(tmp_path / "poster.jpg") as poster:
        width, height = media.video.display_size
        assert poster.size == (width // 2 * 2, height // 2 * 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "frames.npy",
        "poster.jpg",
        "sprite.jpg",
        "sprite.vtt",
    ]


def scenes_clip(ffmpeg: Ffmpeg, path: Path, seconds: float, *extra: str) -> Path:
    return make_clip(ffmpeg, path, [(plain(color), seconds) for color in COLORS], extra_args=extra)


def expected(time: float, seconds: float) -> str:
    return list(COLORS)[int(time / seconds + 1e-6)]


@pytest.mark.parametrize(
    ("extra", "way"),
    [
        (("-g", "25"), "keys"),
        (("-g", "999", "-sc_threshold", "0"), "references"),
        (("-c:v", "mjpeg", "-pix_fmt", "yuvj420p"), "packets"),
    ],
)
def test_times_are_correct(
    extra: tuple[str, ...],
    way: str,
    ffmpeg: Ffmpeg,
    prober: Prober,
    maker: PreviewMaker,
    tmp_path: Path,
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 5.0, *extra)
    (tmp_path / "out").mkdir()
    made = maker.make(str(clip), prober.probe(str(clip)), tmp_path / "out")
    assert made.way == way
    times = times_of(made)
    assert 10 <= len(times) <= 12
    assert max(b - a for a, b in itertools.pairwise(times)) <= 2.0 + 1e-3
    for time, frame in zip(times, frames_of(made), strict=True):
        assert color_of(frame) == expected(time, 5.0), time
    # The strip shows the same: 10 tiles of 2 s.
    strip = np.asarray(Image.open(tmp_path / "out" / "sprite.jpg"))
    assert strip.shape == (90, 1600, 3)
    for n in range(10):
        shown = color_of(strip[:, n * 160 : (n + 1) * 160])
        assert shown in {expected(2.0 * n, 5.0), expected(2.0 * n + 1.96, 5.0)}


def test_a_probe_that_is_wrong_about_key_frames_does_not_cost_frames(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 5.0, "-g", "999", "-sc_threshold", "0")
    media = prober.probe(str(clip))
    assert media.video is not None
    wrong = media.model_copy(update={"video": media.video.model_copy(update={"keyframe_interval": 0.5})})
    (tmp_path / "out").mkdir()
    made = maker.make(str(clip), wrong, tmp_path / "out")
    assert made.way == "references"
    assert len(made.frames) >= 10


def test_frames_and_strip_may_have_their_own_intervals(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 4.0)
    media = prober.probe(str(clip))
    recipe = PreviewRecipe(
        frames=FramesRecipe(size=64, interval=4), sprite=SpriteRecipe(interval=1, columns=4)
    )
    made = PreviewMaker(ffmpeg, recipe, choose).make(str(clip), media, tmp_path)
    assert times_of(made) == pytest.approx([0.0, 4.0, 8.0, 12.0], abs=0.05)
    with Image.open(tmp_path / "sprite.jpg") as strip:
        assert strip.size == (640, 360)


def test_the_tiles_left_over_are_black(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 6.5)
    maker.make(str(clip), prober.probe(str(clip)), tmp_path)
    strip = np.asarray(Image.open(tmp_path / "sprite.jpg"))
    assert strip.shape == (180, 1600, 3)
    assert color_of(strip[90:, 2 * 160 : 3 * 160]) == "white"
    assert strip[95:, 3 * 160 + 8 :].max() < 10


def test_long_footage_is_sampled_less_often(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 5.0)
    recipe = PreviewRecipe(frames=FramesRecipe(size=64, limit=5), sprite=SpriteRecipe(max_tiles=4))
    made = PreviewMaker(ffmpeg, recipe, choose).make(str(clip), prober.probe(str(clip)), tmp_path)
    times = times_of(made)
    assert (len(times), times[0]) == (5, 0.0)
    # Every 4 s, and where a shot begins at 10 s; of these six five, spread over the whole.
    assert max(after - before for before, after in itertools.pairwise(times)) <= 8.1
    assert times[-1] > 15


@pytest.mark.parametrize(("gop", "late"), [("25", 1.0), ("999", 0.2)])
def test_a_frame_is_selected_where_a_shot_starts(
    gop: str, late: float, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 3.4, "-g", gop)
    recipe = PreviewRecipe(frames=FramesRecipe(size=64))
    times = times_of(PreviewMaker(ffmpeg, recipe, choose).make(str(clip), prober.probe(str(clip)), tmp_path))
    # At the next key frame, or the next that others refer to.
    for begin in (3.4, 6.8, 10.2):
        assert any(0 <= time - begin < late for time in times), times
    assert len(times) <= 14


def test_only_the_chosen_frames_are_kept(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    clip = scenes_clip(ffmpeg, tmp_path / "clip.mov", 4.0)
    recipe = PreviewRecipe(frames=FramesRecipe(size=64))
    maker = PreviewMaker(ffmpeg, recipe, lambda pictures, times: [(1, 0), (5, 2)])
    made = maker.make(str(clip), prober.probe(str(clip)), tmp_path)
    assert [(frame.time, frame.shot) for frame in made.frames] == [(2.0, 0), (10.0, 2)]
    assert [color_of(frame) for frame in frames_of(made)] == ["red", "blue"]


@pytest.mark.parametrize(("fit", "edge"), [("crop", "green"), ("squash", "red")])
def test_fits(
    fit: str, edge: str, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    wide = plain("green")
    wide[:, :60] = COLORS["red"]
    clip = make_clip(ffmpeg, tmp_path / "clip.mp4", [(wide, 1.0)])
    recipe = PreviewRecipe(frames=FramesRecipe.model_validate({"size": 64, "fit": fit}))
    made = PreviewMaker(ffmpeg, recipe, choose).make(str(clip), prober.probe(str(clip)), tmp_path)
    assert color_of(frames_of(made)[0][:, 1:4]) == edge


def test_upright(
    matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """A clip whose top is red, turned by its display matrix, shows red at its right."""
    scene = plain("blue")
    scene[:60] = COLORS["red"]
    flat = make_clip(ffmpeg, tmp_path / "flat.mp4", [(scene, 1.0)], audio=False)
    turned = tmp_path / "turned.mp4"
    inputs = ["-display_rotation:v:0", "-90", "-i", f"file:{flat}"]
    assert run_ffmpeg(ffmpeg, [*inputs, "-c", "copy", f"file:{turned}"], Limits()).ok
    media = prober.probe(str(turned))
    maker.make(str(turned), media, tmp_path)
    poster = np.asarray(Image.open(tmp_path / "poster.jpg"))
    assert poster.shape == (320, 180, 3)
    assert color_of(poster[:, 140:]) == "red"
    assert color_of(poster[:, :40]) == "blue"


@pytest.mark.parametrize(
    "name", ["one-frame.mp4", "still.png", "still.jpg", "still.webp", "still.tiff", "still.bmp"]
)
def test_one_picture(
    name: str, matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    media = prober.probe(str(matrix[name]))
    made = maker.make(str(matrix[name]), media, tmp_path)
    assert times_of(made) == [0.0]
    kinds = {file.kind for file in made.files}
    assert {DerivativeKind.POSTER, DerivativeKind.FRAMES} <= kinds
    assert (DerivativeKind.SPRITE in kinds) == name.startswith("one")


@pytest.mark.parametrize("name", ["audio-only.m4a", "audio-only.wav"])
def test_sound_gets_its_waveform(
    name: str, matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    made = maker.make(str(matrix[name]), prober.probe(str(matrix[name])), tmp_path)
    assert [file.kind for file in made.files] == [DerivativeKind.POSTER]
    assert (made.frames, made.way) == ((), "sound")
    with Image.open(tmp_path / "poster.jpg") as poster:
        assert poster.size == (1280, 720)
        assert np.asarray(poster).max() > 100


def test_footage_cut_off_in_the_middle_is_partial(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    noisy = [(rng.integers(0, 255, (180, 320, 3), np.uint8), 2.0) for _ in range(6)]
    clip = make_clip(ffmpeg, tmp_path / "clip.mp4", noisy, extra_args=["-movflags", "+faststart"])
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) // 2])
    media = prober.probe(str(clip))
    made = maker.make(str(clip), media, tmp_path)
    assert len(made.warnings) == 1
    assert made.warnings[0].startswith("only the first ")
    assert made.duration is not None and made.duration.seconds < media.duration
    assert made.frames[-1].time < made.duration.seconds
    assert 2 <= len(made.frames) <= 6


def test_a_picture_that_cannot_be_decoded_at_all(
    matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    media = prober.probe(str(matrix["h264.mp4"]))
    content = bytearray(matrix["h264.mp4"].read_bytes())
    start = content.index(b"mdat") + 4
    stop = max(content.rfind(b"moov") - 4, start)
    content[start:stop] = bytes(stop - start)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    with pytest.raises(BadMedia):
        maker.make(str(broken), media, tmp_path)


def test_odd_names_and_odd_folders(
    matrix: dict[str, Path], prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    folder = tmp_path / "caf\udce9 %03d 'q' [x];y"
    folder.mkdir()
    source = folder / "-i \udcff %d.mp4"
    source.write_bytes(matrix["h264.mp4"].read_bytes())
    media: MediaInfo = prober.probe(str(source))
    assert len(maker.make(str(source), media, folder).files) == 4


def test_the_fingerprint_is_the_recipes(maker: PreviewMaker) -> None:
    assert maker.fingerprint == maker.recipe.fingerprint
