"""The filters that normalise every picture: upright, square pixels, even sizes, SDR, video range."""

from fractions import Fraction
from typing import Any

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.color_tags import colors_of
from dampipe.media.info import VideoStream

_MAX_ASPECT = 3
"""The longer side of a panorama is at most this many times the requested height."""
HD_HEIGHT = 720
"""Pixels of the shorter side from which a picture without colour tags is BT.709."""
_BACKGROUND = 1.0
"""Of transparent pictures: 1 is white."""
_RATE_TOLERANCE = Fraction(1, 100_000)
"""Relative; a hundredth of the difference between 60 and 59.94."""


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
    colors = colors_of(video, ffmpeg.has_filter("zscale"))
    if video.crop_top:
        stream = stream.filter("crop", "iw", f"ih-{video.crop_top}", 0, video.crop_top)
    stream = colors.tagged(stream)
    if video.interlaced:
        stream = stream.filter("bwdif", mode=0, deint=1) if moving else stream.filter("field", type="top")
    width, height = size
    options: dict[str, Any] = {"flags": "bicubic"}
    stream = tag_bt709(stream, video)
    if video.hdr and not keep_depth and ffmpeg.has_filter("zscale"):
        stream = stream.filter("scale", width, height, **options).filter("setsar", 1)
        stream = colors.tone_mapped(stream)
    else:
        stream = stream.filter("scale", width, height, out_range="tv", **options).filter("setsar", 1)
        stream = colors.converted(stream)
        if video.alpha and not keep_depth:
            stream = _on_background(stream, video)
    return stream.filter("format", "yuv422p10le" if keep_depth else "yuv420p")


def _on_background(stream: Any, video: VideoStream) -> Any:
    """Put a picture with transparent parts on a white background, as stills are."""
    matrix = video.color_space
    if matrix not in ("bt709", "bt470bg", "smpte170m", "bt2020nc"):
        matrix = "bt709" if min(video.width, video.height) >= HD_HEIGHT else "smpte170m"
    stream = stream.filter("format", "gbrap").filter("premultiply", inplace=1)
    # What the picture lets through is added: alpha becomes its complement, and this the light of the background.
    stream = stream.filter("lutrgb", a="negval")
    stream = stream.filter("colorchannelmixer", ra=_BACKGROUND, ga=_BACKGROUND, ba=_BACKGROUND)
    stream = stream.filter("format", "gbrp").filter("scale", out_color_matrix=matrix, out_range="tv")
    return stream.filter("format", "yuv420p").filter("setparams", colorspace=matrix)


def tag_bt709(stream: Any, video: VideoStream) -> Any:
    """Tag an untagged HD picture as BT.709, which every player but swscale assumes."""
    if video.color_space is None and not video.hdr and min(video.width, video.height) >= HD_HEIGHT:
        return stream.filter("setparams", colorspace="bt709")
    return stream
