"""Of several video streams the footage is used, in the probe, the preview and the proxy alike."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import MediaKind
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe
from tests.support.cases import case

SMALL, LARGE = "color=red:size=320x180:rate=25", "color=blue:size=480x270:rate=25"
H264 = ("-c:v", "libx264", "-preset", "ultrafast")
Mux = Callable[..., Path]


@pytest.fixture
def mux(ffmpeg: Ffmpeg, tmp_path: Path) -> Mux:
    def write(name: str, sources: list[str], *options: str) -> Path:
        path = tmp_path / name
        arguments = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
        arguments += [word for n in range(len(sources)) for word in ("-map", str(n))]
        result = run_ffmpeg(ffmpeg, [*arguments, *options, f"file:{path}"], Limits())
        assert result.ok, result.stderr
        return path

    return write


def lasting(source: str, seconds: float) -> str:
    return f"{source}:duration={seconds}"


POSTER = "color=red:size=900x900:rate=25:duration=0.04"
SOUND = "sine=400:duration=2"


@pytest.mark.parametrize(
    ("name", "sources", "options", "index", "warns"),
    [
        (
            "flagged.mkv",
            [SMALL, LARGE],
            (*H264, "-disposition:v:0", "default", "-disposition:v:1", "0"),
            0,
            True,
        ),
        (
            "second.mkv",
            [LARGE, SMALL],
            (*H264, "-disposition:v:0", "0", "-disposition:v:1", "default"),
            1,
            True,
        ),
        (
            "both.mkv",
            [SMALL, LARGE],
            (*H264, "-disposition:v:0", "default", "-disposition:v:1", "default"),
            1,
            True,
        ),
        ("unflagged.ts", [SMALL, LARGE], ("-c:v", "mpeg2video"), 1, True),
        ("alike.ts", [SMALL, SMALL], ("-c:v", "mpeg2video"), 0, True),
        ("poster.mp4", [POSTER, LARGE, SOUND], ("-c:v:0", "png", "-c:v:1", "mpeg4"), 1, False),
        ("poster.mkv", [POSTER, LARGE], ("-c:v:0", "mjpeg", "-c:v:1", "mpeg4"), 1, False),
        (
            "cover.mp4",
            [POSTER, LARGE],
            ("-c:v:0", "mjpeg", "-c:v:1", "mpeg4", "-disposition:v:0", "attached_pic"),
            None,
            False,
        ),
    ],
)
def test_which_stream_is_the_footage(
    mux: Mux, prober: Prober, name: str, sources: list[str], options: tuple[str, ...], index: int, warns: bool
) -> None:
    media = prober.probe(
        str(mux(name, [lasting(s, 2) if s in (SMALL, LARGE) else s for s in sources], *options))
    )
    assert media.video is not None
    if index is None:  # the muxer puts attached pictures last
        assert media.video.codec == "mpeg4"
    else:
        assert media.video.index == index
    assert bool(media.warnings) == warns
    if warns:
        video = media.video
        assert media.warnings == (
            f"has 2 video streams; number {index} ({video.width}×{video.height}) is used",
        )


def test_a_longer_stream_wins_among_equals(mux: Mux, prober: Prober) -> None:
    both = ("-disposition:v:0", "default", "-disposition:v:1", "default")
    path = mux("longer.mp4", [lasting(SMALL, 1), lasting(SMALL, 3)], *H264, *both)
    media = prober.probe(str(path))
    assert media.video is not None
    assert media.video.index == 1


def test_every_derivative_shows_the_same_stream(
    mux: Mux, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    """The small stream is red, the large one blue."""
    import av
    import numpy as np

    path = mux("two.ts", [lasting(SMALL, 2), lasting(LARGE, 2)], "-c:v", "mpeg2video", "-b:v", "2M")
    media = prober.probe(str(path))
    folder = tmp_path / "made"
    folder.mkdir()
    PreviewMaker(ffmpeg, PreviewRecipe(), choose).make(str(path), media, folder)
    ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")]).make(
        str(path), media, folder
    )
    pictures = [np.load(folder / "frames.npy")[0]]
    for name in ("poster.jpg", "sprite.jpg", "proxy.mp4"):
        with av.open(str(folder / name)) as container:
            pictures.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    for picture in pictures:
        red, _, blue = picture[: picture.shape[0] // 4, : picture.shape[1] // 20].mean((0, 1))
        assert blue > 200 > 50 > red


def test_the_sound_is_that_of_the_same_program(mux: Mux, prober: Prober) -> None:
    programs = ("-program", "program_num=1:st=0:st=1", "-program", "program_num=2:st=2:st=3")
    sources = [lasting(SMALL, 2), "sine=400:duration=2", lasting(LARGE, 2), "sine=900:duration=2"]
    media = prober.probe(str(mux("two.ts", sources, "-c:v", "mpeg2video", "-c:a", "mp2", *programs)))
    assert media.video is not None
    assert (media.video.index, [track.index for track in media.audio]) == (2, [3, 1])


@pytest.mark.parametrize("name", ["cover.mka", "cover.m4a"])
def test_a_single_picture_beside_sound_is_its_cover(mux: Mux, prober: Prober, name: str) -> None:
    path = mux(name, [POSTER, SOUND], "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-f", "matroska")
    media = prober.probe(str(path))
    assert (media.kind, media.video, media.warnings) == (MediaKind.AUDIO, None, ())


def test_motion_jpeg_with_sound_is_footage(matrix: dict[str, Path], prober: Prober) -> None:
    media = prober.probe(str(matrix["mjpeg.avi"]))
    assert media.video is not None
    assert (media.video.codec, media.warnings) == ("mjpeg", ())


def test_reported_file(prober: Prober) -> None:
    media = prober.probe(str(case("c22_poster_first.mkv")))
    assert media.video is not None
    assert (media.video.codec, media.video.index, media.warnings) == ("h264", 1, ())
