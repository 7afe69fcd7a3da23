"""What hardware decoders are asked for: one table of coded pictures, told by codec, depth and chroma."""

from dataclasses import dataclass

from dampipe.media.info import VideoStream

SMALLEST = 256
"""Pixels: a picture with a shorter side is done in no time by the processor, and refused by some hardware."""
LARGEST_ENCODED = 4096
"""Pixels of the longer side that every hardware H.264 encoder takes."""

_X264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "12")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=12")
_VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
_AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=2")


@dataclass(frozen=True)
class StreamKind:
    """Coded pictures that a decoder either takes or does not."""

    codec: str
    formats: tuple[str, ...]
    """Pixel formats as probed; the first is that of the sample."""
    largest: int
    """Pixels of the longer side that hardware commonly takes."""
    sample: tuple[str, ...]
    """How ffmpeg makes a sample of it to try decoders with."""
    downloads: str
    """The format of its frames in memory where a scaler does not convert."""


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
"""Whether this machine's hardware takes a kind is for the trial to say; what has none is software's work."""


def kind_of(video: VideoStream) -> str | None:
    """The kind to ask hardware for, or None where a picture is software's work on any machine.

    Interlaced pictures are: fields are woven apart in software, and look the same whoever did the rest.

    >>> video = VideoStream(index=0, codec="hevc", width=3840, height=2160, pixel_format="yuv420p10le")
    >>> kind_of(video), kind_of(video.model_copy(update={"interlaced": True}))
    ('hevc-10', None)
    """
    if video.interlaced or min(video.width, video.height) < SMALLEST:
        return None
    for name, kind in KINDS.items():
        fits = max(video.width, video.height) <= kind.largest
        if video.codec == kind.codec and video.pixel_format in kind.formats and fits:
            return name
    return None
