"""In which container an excerpt is written: that of its file."""

from pathlib import PurePath

from dampipe.kernel.errors import InvalidInput
from dampipe.media.errors import NO_EXCERPT
from dampipe.media.info import MediaInfo, MediaKind

_MUXERS = {
    "aac": "adts",
    "aiff": "aiff",
    "asf": "asf",
    "avi": "avi",
    "caf": "caf",
    "dv": "dv",
    "flv": "flv",
    "gxf": "gxf",
    "matroska,webm": "matroska",
    "mov,mp4,m4a,3gp,3g2,mj2": "mov",
    "mp3": "mp3",
    "mpeg": "vob",
    "mpegts": "mpegts",
    "mxf": "mxf",
    "nut": "nut",
    "ogg": "ogg",
    "w64": "w64",
    "wav": "wav",
}
"""Names of ffmpeg's muxers by those of its demuxers.

Not that of FLAC: it copies a header that states how much sound the whole file has.
"""
_BY_SUFFIX = {
    ".3g2": "3g2",
    ".3gp": "3gp",
    ".m4a": "ipod",
    ".m4v": "mp4",
    ".mp4": "mp4",
    ".opus": "opus",
    ".webm": "webm",
}
"""Muxers of files whose demuxer reads several containers."""
MOV = ("mov", "mp4", "ipod", "3gp", "3g2")
"""Muxers whose files have an index that states where every packet is."""


def muxer_of(media: MediaInfo, name: str) -> str:
    """The muxer that writes an excerpt of a file. Raises InvalidInput where there is none: for stills, for example."""
    found = _MUXERS.get(media.container)
    if media.kind is MediaKind.STILL or found is None:
        what = "a still" if media.kind is MediaKind.STILL else f"a file of the format {media.container}"
        raise InvalidInput(NO_EXCERPT, name=name, kind=what)
    own = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    return own if own is not None and found in ("mov", "matroska", "ogg") else found
