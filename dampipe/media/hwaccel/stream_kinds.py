"""The kinds of streams that hardware decoders support: by codec, bit depth and chroma subsampling."""

from dataclasses import dataclass

from dampipe.media.info import VideoStream

MIN_SIDE = 256
"""Minimum of the shorter side in pixels; smaller pictures are fast in software and rejected by some hardware."""
MAX_ENCODED_SIDE = 4096
"""Maximum of the longer side in pixels that every hardware H.264 encoder supports."""

_X264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "12")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=12")
_VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
_AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=2")


@dataclass(frozen=True)
class StreamKind:
    """A kind of stream that a decoder supports or not."""

    codec: str
    formats: tuple[str, ...]
    """Pixel formats as probed; the first is used for the sample."""
    max_side: int
    """Maximum of the longer side in pixels that hardware commonly supports."""
    sample: tuple[str, ...]
    """ffmpeg options that encode a sample for the self-test."""
    downloads: str
    """Pixel format of downloaded frames if the scaler does not convert them."""


_420 = ("yuv420p", "yuvj420p", "nv12")
_420_10 = ("yuv420p10le", "p010le")
_422_10 = ("yuv422p10le", "p210le")

KINDS: dict[str, StreamKind] = {
    "h264": StreamKind("h264", _420, 4096, _X264, "nv12"),
    "h264-10": StreamKind("h264", _420_10, 4096, _X264, "p010le"),
    "h264-422-10": StreamKind("h264", _422_10, 4096, _X264, "p210le"),
    "hevc": StreamKind("hevc", _420, 8192, _X265, "nv12"),
    "hevc-10": StreamKind("hevc", _420_10, 8192, _X265, "p010le"),
    "hevc-422-10": StreamKind("hevc", _422_10, 8192, _X265, "p210le"),
    "vp9": StreamKind("vp9", _420, 8192, _VP9, "nv12"),
    "vp9-10": StreamKind("vp9", _420_10, 8192, (*_VP9, "-profile:v", "2"), "p010le"),
    "av1": StreamKind("av1", _420, 8192, _AV1, "nv12"),
    "av1-10": StreamKind("av1", _420_10, 8192, _AV1, "p010le"),
    "mpeg2": StreamKind("mpeg2video", _420, 1920, ("-c:v", "mpeg2video", "-q:v", "4"), "nv12"),
    "mjpeg": StreamKind("mjpeg", ("yuvj420p", "yuv420p"), 8192, ("-c:v", "mjpeg", "-q:v", "4"), "nv12"),
    "prores": StreamKind("prores", _422_10, 8192, ("-c:v", "prores_aw", "-profile:v", "0"), "p210le"),
}
"""The self-test determines which kinds the hardware of this machine decodes; other streams are decoded in software."""


def kind_of(video: VideoStream) -> str | None:
    """The kind of a stream, or None if it is decoded in software on every machine.

    Interlaced streams are always decoded in software, which also deinterlaces them, so that the result is the
    same on every machine. So are those with transparent parts, which hardware ignores, and with lines to crop.

    >>> video = VideoStream(index=0, codec="hevc", width=3840, height=2160, pixel_format="yuv420p10le")
    >>> kind_of(video), kind_of(video.model_copy(update={"interlaced": True}))
    ('hevc-10', None)
    """
    if video.interlaced or video.alpha or video.crop_top or min(video.width, video.height) < MIN_SIDE:
        return None
    for name, kind in KINDS.items():
        fits = max(video.width, video.height) <= kind.max_side
        if video.codec == kind.codec and video.pixel_format in kind.formats and fits:
            return name
    return None
