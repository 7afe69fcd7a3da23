"""The filters that normalise every picture: upright, square pixels, even sizes, SDR, video range."""

from fractions import Fraction
from typing import Any

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.info import VideoStream

_MAX_ASPECT = 3
"""The longer side of a panorama is at most this many times the requested height."""
_MATRICES = {
    "bt2020nc": "2020_ncl",
    "bt2020c": "2020_cl",
    "bt709": "709",
    "smpte170m": "170m",
    "bt470bg": "470bg",
}
_PRIMARIES = {"bt2020": "2020", "bt709": "709"}
_HD_HEIGHT = 720
_RATE_TOLERANCE = Fraction(1, 100_000)
"""Relative; a hundredth of the difference between 60 and 59.94."""
NO_TONE_MAPPING = "this ffmpeg has no zscale filter: HDR pictures look pale"


def broadcast_rate(rate: Fraction | None) -> Fraction | None:
    """The broadcast rate (n × 1000/1001) that a container rounded, or None for other rates.

    >>> broadcast_rate(Fraction(19001, 317)), broadcast_rate(Fraction(25))
    (Fraction(60000, 1001), None)
    """
    if rate is None:
        return None
    exact = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    return exact if abs(rate - exact) < exact * _RATE_TOLERANCE else None


def fitted_size(video: VideoStream, height: int) -> tuple[int, int]:
    """(width, height), even, of the upright picture in square pixels with its shorter side at most `height`.

    >>> video = VideoStream(index=0, codec="h264", width=3840, height=2160, pixel_format="yuv420p")
    >>> fitted_size(video, 720)
    (1280, 720)
    >>> fitted_size(video.model_copy(update={"rotation": 90, "width": 639, "height": 361}), 720)
    (360, 638)
    """
    full_width, full_height = video.display_size
    shorter, longer = sorted((full_width, full_height))
    scale = min(1.0, height / shorter, _MAX_ASPECT * height / longer)
    # An unscaled odd side is rounded down, so that no pixel is made up.
    return (_even(full_width * scale), _even(full_height * scale))


def _even(pixels: float) -> int:
    return max(2, int(pixels / 2 + (0.0 if pixels == int(pixels) else 0.5)) * 2)


def normalized(
    stream: Any,
    video: VideoStream,
    size: tuple[int, int],
    ffmpeg: Ffmpeg,
    *,
    moving: bool,
    keep_depth: bool = False,
) -> Any:
    """Scale to `size` and convert to yuv420p, video range, SDR.

    moving: consecutive frames are adjacent in time, so that interlaced ones can be deinterlaced; otherwise
    one field is used. keep_depth: convert to 10 bit 4:2:2 in the colours of the original, HDR included, for
    grading. ffmpeg itself applies the rotation before the first filter.
    """
    if video.interlaced:
        stream = stream.filter("bwdif", mode=0, deint=1) if moving else stream.filter("field", type="top")
    width, height = size
    options: dict[str, Any] = {"flags": "bicubic"}
    stream = tag_bt709(stream, video)
    if video.hdr and not keep_depth and ffmpeg.has_filter("zscale"):
        stream = stream.filter("scale", width, height, **options).filter("setsar", 1)
        stream = tone_mapped(stream, video)
    else:
        stream = stream.filter("scale", width, height, out_range="tv", **options).filter("setsar", 1)
    return stream.filter("format", "yuv422p10le" if keep_depth else "yuv420p")


def tag_bt709(stream: Any, video: VideoStream) -> Any:
    """Tag an untagged HD picture as BT.709, which every player but swscale assumes."""
    if video.color_space is None and min(video.width, video.height) >= _HD_HEIGHT:
        return stream.filter("setparams", colorspace="bt709")
    return stream


def tone_mapped(stream: Any, video: VideoStream) -> Any:
    """Convert PQ or HLG to BT.709 SDR. Applied after scaling, which makes it much cheaper."""
    tags = {"tin": video.color_transfer, "rin": "full" if video.color_range == "pc" else "limited"}
    tags["min"] = _MATRICES.get(video.color_space or "bt2020nc", "2020_ncl")
    tags["pin"] = _PRIMARIES.get(video.color_primaries or "bt2020", "2020")
    stream = stream.filter("zscale", t="linear", npl=100, **tags).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    return stream.filter("zscale", t="bt709", m="bt709", p="bt709", r="limited")
