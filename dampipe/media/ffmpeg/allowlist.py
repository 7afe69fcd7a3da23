"""Allow-lists for ffmpeg and the probe. Has few imports, since every probe helper starts with it."""

from pathlib import Path

from dampipe.media.filetypes import ELEMENTARY_SUFFIXES

MAX_PIXELS = 16384 * 16384
"""Larger pictures are refused: decoding them takes gigabytes of memory."""
PROTOCOLS = "file"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,ogg,dv,gif,wav,w64,aiff,mp3,flac,aac,"
    "amr,ape,au,caf,dhav,dsf,gxf,ivf,nut,rm,tta,wv,yuv4mpegpipe"
)
"""Allowed demuxers. None of them opens other files, as those for playlists and image sequences do."""
ELEMENTARY_FORMATS = "ac3,dts,dtshd,eac3,h264,hevc,mlp,mpegvideo,truehd"
"""Allowed for files of the suffixes of elementary streams only: with no header, they claim many damaged files."""


def formats_of(path: str) -> str:
    """The demuxers that are allowed for a file."""
    is_elementary = Path(path).suffix.lower() in ELEMENTARY_SUFFIXES
    return f"{FORMATS},{ELEMENTARY_FORMATS}" if is_elementary else FORMATS


def formats_of_container(container: str) -> str:
    """The demuxers that are allowed for a file whose container the probe has read."""
    is_elementary = container in ELEMENTARY_FORMATS.split(",")
    return f"{FORMATS},{container}" if is_elementary else FORMATS


def file_url(path: str) -> str:
    """The URL with which ffmpeg opens exactly `path`, whatever characters it contains."""
    return f"file:{Path(path).absolute()}"
