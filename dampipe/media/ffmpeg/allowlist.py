"""What may be opened at all, by ffmpeg and by the probe alike. Imports next to nothing: the helper starts with it."""

from pathlib import Path

MAX_PIXELS = 16384 * 16384
"""Larger pictures are refused: they cost gigabytes to decode."""
PROTOCOLS = "file"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,ogg,dv,gif,wav,w64,aiff,mp3,flac,aac"
)
"""Demuxers that may run. None of them opens other files (playlists and image sequences do)."""


def file_url(path: str) -> str:
    """`path` as ffmpeg opens exactly that file, whatever characters it holds."""
    return f"file:{Path(path).absolute()}"
