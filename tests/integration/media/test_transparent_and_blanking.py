"""Pictures with transparent parts are shown on white, and IMX without the lines above its picture."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.hwaccel.stream_kinds import kind_of
from dampipe.media.info import MediaInfo, VideoStream
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe


@pytest.fixture
def shown(ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path) -> "type[Shown]":
    Shown.tools = (ffmpeg, prober, choose, tmp_path)
    return Shown


class Shown:
    """The first picture of each derivative, RGB."""

    tools: tuple[Ffmpeg, Prober, FrameSelector, Path]

    def __init__(self, path: Path) -> None:
        ffmpeg, prober, choose, folder = self.tools
        self.media: MediaInfo = prober.probe(str(path))
        preview = PreviewMaker(ffmpeg, PreviewRecipe(), choose).make(str(path), self.media, folder)
        maker = ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])
        proxy = maker.make(str(path), self.media, folder)
        assert preview.warnings == proxy.warnings == ()
        self.pictures: dict[str, NDArray[np.uint8]] = {"frames": np.load(folder / "frames.npy")[0]}
        for name in ("poster.jpg", "proxy.mp4"):
            with av.open(str(folder / name)) as container:
                self.pictures[name] = next(container.decode(video=0)).to_ndarray(format="rgb24")

    @property
    def video(self) -> VideoStream:
        assert self.media.video is not None
        return self.media.video


ALPHA = (
    "color=red:size=320x180:rate=25:duration=0.4,format=yuva420p,"
    "geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='if(lt(X,160),255,if(lt(X,240),128,0))'"
)
CODECS = {
    "vp9.webm": ("libvpx-vp9", "yuva420p", "-cpu-used", "8"),
    "vp8.webm": ("libvpx", "yuva420p", "-auto-alt-ref", "0"),
    "prores.mov": ("prores_ks", "yuva444p10le", "-profile:v", "4444"),
    "qtrle.mov": ("qtrle", "argb"),
    "png.mov": ("png", "rgba"),
    "ffv1.mkv": ("ffv1", "yuva420p"),
}


@pytest.mark.parametrize("name", CODECS)
def test_transparent_pictures_are_shown_on_white(
    name: str, ffmpeg: Ffmpeg, shown: type[Shown], tmp_path: Path
) -> None:
    """The left half is opaque red, a quarter is half transparent, the last quarter is transparent."""
    codec, pixel_format, *options = CODECS[name]
    path = tmp_path / name
    arguments = ["-f", "lavfi", "-i", ALPHA, "-c:v", codec, "-pix_fmt", pixel_format, *options]
    result = run_ffmpeg(ffmpeg, [*arguments, f"file:{path}"], Limits())
    assert result.ok, result.stderr
    made = shown(path)
    assert made.video.alpha
    for name, picture in made.pictures.items():
        line = picture[picture.shape[0] // 2].astype(int)
        # The frames for search show the middle square.
        places = (0.1, 0.7, 0.97) if name == "frames" else (0.25, 0.625, 0.9)
        red, pink, white = (line[int(place * len(line))] for place in places)
        assert np.abs(red - (254, 0, 0)).max() < 12, name
        assert np.abs(pink - (254, 127, 127)).max() < 12, name
        if name != "frames":
            assert np.abs(white - 255).max() < 6, name


def test_hardware_decodes_no_transparency() -> None:
    video = VideoStream(index=0, codec="vp9", width=1920, height=1080, pixel_format="yuv420p")
    assert kind_of(video) == "vp9"
    assert kind_of(video.model_copy(update={"alpha": True})) is None


IMX = {
    "pal.mxf": ("720x576", "25", 608, "4/3", (768, 576)),
    "pal-wide.mxf": ("720x576", "25", 608, "16/9", (1024, 576)),
    "ntsc.mov": ("720x480", "30000/1001", 512, "4/3", (640, 480)),
}


@pytest.mark.parametrize("name", IMX)
@pytest.mark.parametrize("codec", ["h264", "prores"])
def test_imx_is_shown_without_the_blanking_interval(
    name: str, codec: str, ffmpeg: Ffmpeg, shown: type[Shown], prober: Prober, tmp_path: Path
) -> None:
    size, rate, coded, aspect, expected = IMX[name]
    picture = f"color=blue:size={size}:rate={rate}:duration=1,pad=720:{coded}:0:32:color=white"
    options = ["-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-g", "1", "-bf", "0", "-b:v", "50M"]
    path = tmp_path / name
    arguments = ["-f", "lavfi", "-i", f"{picture},setfield=tff,setdar={aspect}", *options]
    arguments += ["-flags", "+ildct", f"file:{path}"]
    assert run_ffmpeg(ffmpeg, arguments, Limits()).ok
    if codec == "prores":
        recipe = ProxyRecipe(codec="prores")
        maker = ProxyMaker(ffmpeg, recipe, [Acceleration(SOFTWARE, True, "for the test")])
        made = maker.make(str(path), prober.probe(str(path)), tmp_path)
        assert made.file is not None
        proxy = prober.probe(str(made.file.path)).video
        assert proxy is not None
        assert proxy.display_size == expected
        return
    result = shown(path)
    assert (result.video.crop_top, result.video.height, result.video.display_size) == (
        32,
        coded - 32,
        expected,
    )
    for name in ("poster.jpg", "proxy.mp4"):
        pixels = result.pictures[name]
        assert pixels.shape[1::-1] == expected
        assert pixels[0, :, 0].max() < 60, "no white line"


def test_ordinary_mpeg2_is_not_cropped(matrix: dict[str, Path], prober: Prober) -> None:
    video = prober.probe(str(matrix["mpeg2.ts"])).video
    assert video is not None
    assert (video.crop_top, video.alpha) == (0, False)
