"""Allow-lists for ffmpeg and the probe. Has few imports, since every probe helper starts with it."""

from pathlib import Path

MAX_PIXELS = 16384 * 16384
"""Larger pictures are refused: decoding them takes gigabytes of memory."""
PROTOCOLS = "file"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,ogg,dv,gif,wav,w64,aiff,mp3,flac,aac"
)
"""Allowed demuxers. None of them opens other files, as those for playlists and image sequences do."""


def file_url(path: str) -> str:
    """The URL with which ffmpeg opens exactly `path`, whatever characters it contains."""
    return f"file:{Path(path).absolute()}"
