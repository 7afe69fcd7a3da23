"""Allow-lists for ffmpeg and the probe. Has few imports, since every probe helper starts with it."""

from pathlib import Path

from dampipe.media.filetypes import ELEMENTARY_SUFFIXES, MOTION_JPEG_SUFFIXES

MAX_PIXELS = 16384 * 16384
"""Larger pictures are refused: decoding them takes gigabytes of memory."""
PROTOCOLS = "file"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,ogg,dv,gif,wav,w64,aiff,mp3,flac,aac,"
    "amr,apng,ape,au,caf,cine,dhav,dsf,gxf,iamf,ivf,mpc,mpc8,nut,oma,pva,qcp,rm,shn,tak,tta,voc,wtv,wv,yuv4mpegpipe"
)
"""Allowed demuxers. None of them opens other files, as those for playlists and image sequences do."""
ELEMENTARY_FORMATS = (
    "ac3,apv,dirac,dts,dtshd,eac3,gsm,h261,h263,h264,hevc,loas,mjpeg,mlp,mpegvideo,obu,truehd,vc1,vvc"
)
"""Allowed for files of the suffixes of elementary streams only: with no header, they claim many damaged files."""


MOTION_JPEG = "mjpeg"
"""The demuxer of one JPEG after the other, which libavformat takes for a single JPEG."""


def formats_of(path: str) -> str:
    """The demuxers that are allowed for a file."""
    is_elementary = Path(path).suffix.lower() in ELEMENTARY_SUFFIXES
    return f"{FORMATS},{ELEMENTARY_FORMATS}" if is_elementary else FORMATS


def formats_of_container(container: str) -> str:
    """The demuxers that are allowed for a file whose container the probe has read."""
    is_elementary = container in ELEMENTARY_FORMATS.split(",")
    return f"{FORMATS},{container}" if is_elementary else FORMATS


def demuxer_of(path: str) -> str | None:
    """The demuxer of a file that libavformat would take for something else; None: it finds the demuxer itself."""
    return MOTION_JPEG if Path(path).suffix.lower() in MOTION_JPEG_SUFFIXES else None


def file_url(path: str) -> str:
    """The URL with which ffmpeg opens exactly `path`, whatever characters it contains."""
    return f"file:{Path(path).absolute()}"
