"""The filters that every picture goes through: upright, square pixels, even sizes, SDR, video range."""

from fractions import Fraction
from typing import Any

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.info import VideoStream

_LONGEST_SIDE = 3
"""A panorama's longer side is at most this many times the height asked for."""
_MATRICES = {
    "bt2020nc": "2020_ncl",
    "bt2020c": "2020_cl",
    "bt709": "709",
    "smpte170m": "170m",
    "bt470bg": "470bg",
}
_PRIMARIES = {"bt2020": "2020", "bt709": "709"}
_HD = 720
_ROUNDING = Fraction(1, 100_000)
"""Share by which a rate may be off: a hundredth of what lies between 60 and 59.94."""
NO_TONE_MAPPING = "this ffmpeg has no zscale filter: HDR pictures look pale"


def broadcast_rate(rate: Fraction | None) -> Fraction | None:
    """The rate of broadcast (n × 1000/1001) that a container with rounded times means, or None for others.

    >>> broadcast_rate(Fraction(19001, 317)), broadcast_rate(Fraction(25))
    (Fraction(60000, 1001), None)
    """
    if rate is None:
        return None
    meant = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    return meant if abs(rate - meant) < meant * _ROUNDING else None


def fitted(video: VideoStream, height: int) -> tuple[int, int]:
    """(width, height) of the upright picture in square pixels with its shorter side at most `height`; even.

    >>> video = VideoStream(index=0, codec="h264", width=3840, height=2160, pixel_format="yuv420p")
    >>> fitted(video, 720)
    (1280, 720)
    >>> fitted(video.model_copy(update={"rotation": 90, "width": 639, "height": 361}), 720)
    (360, 638)
    """
    width, tall = video.display_size
    scale = min(1.0, height / min(width, tall), _LONGEST_SIDE * height / max(width, tall))
    # Rounding down where nothing is scaled: not a pixel is invented.
    return (_even(width * scale), _even(tall * scale))


def _even(pixels: float) -> int:
    return max(2, int(pixels / 2 + (0.0 if pixels == int(pixels) else 0.5)) * 2)


def upright(
    stream: Any,
    video: VideoStream,
    size: tuple[int, int],
    ffmpeg: Ffmpeg,
    *,
    moving: bool,
    deep: bool = False,
) -> Any:
    """Scale to `size` and make an ordinary yuv420p, video-range, BT.709 or SD picture of it.

    moving: neighbouring frames follow each other in time, so that interlaced ones can be woven apart;
    otherwise one field is taken. deep: 10 bit 4:2:2 in the colours of the original, HDR included, for
    those who grade it themselves. Rotation is ffmpeg's own doing, before the first filter.
    """
    if video.interlaced:
        stream = stream.filter("bwdif", mode=0, deint=1) if moving else stream.filter("field", type="top")
    width, height = size
    options: dict[str, Any] = {"flags": "bicubic"}
    stream = tagged(stream, video)
    if video.hdr and not deep and ffmpeg.has_filter("zscale"):
        stream = stream.filter("scale", width, height, **options).filter("setsar", 1)
        stream = tone_mapped(stream, video)
    else:
        stream = stream.filter("scale", width, height, out_range="tv", **options).filter("setsar", 1)
    return stream.filter("format", "yuv422p10le" if deep else "yuv420p")


def tagged(stream: Any, video: VideoStream) -> Any:
    """Say of an untagged HD picture that it is BT.709: that is so everywhere but in swscale."""
    if video.color_space is None and min(video.width, video.height) >= _HD:
        return stream.filter("setparams", colorspace="bt709")
    return stream


def tone_mapped(stream: Any, video: VideoStream) -> Any:
    """PQ or HLG to BT.709 SDR. After scaling, where it costs a fraction."""
    tags = {"tin": video.color_transfer, "rin": "full" if video.color_range == "pc" else "limited"}
    tags["min"] = _MATRICES.get(video.color_space or "bt2020nc", "2020_ncl")
    tags["pin"] = _PRIMARIES.get(video.color_primaries or "bt2020", "2020")
    stream = stream.filter("zscale", t="linear", npl=100, **tags).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    return stream.filter("zscale", t="bt709", m="bt709", p="bt709", r="limited")
