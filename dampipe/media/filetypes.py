"""Recognition of media files by name."""

_VIDEO = """3g2 3gp asf avi dv f4v flv gif insv m2t m2ts m4v mkv mod mov mp4 mpeg mpg mts mxf ogm ogv
qt tod ts vob webm wmv"""
_AUDIO = "aac aif aiff flac m4a mka mp3 oga ogg opus wav w64 wma"
_STILLS = "avif bmp heic heif hif jpe jpeg jpg png tif tiff webp"
_RAW = "arw cr2 cr3 dng nef nrw orf pef raf rw2 srw"

MEDIA_SUFFIXES: frozenset[str] = frozenset(
    f".{word}" for word in f"{_VIDEO} {_AUDIO} {_STILLS} {_RAW}".split()
)
"""Lower case, with the dot."""
RAW_SUFFIXES: frozenset[str] = frozenset(f".{word}" for word in _RAW.split())
"""The suffixes of camera raw files."""
_PARTIAL = {".part", ".partial", ".tmp", ".crdownload", ".download"}


def is_media(name: str) -> bool:
    """Return whether the name is that of a media file: a known suffix, not hidden, not a partial download.

    Partial downloads and copies (`clip.mp4.part`, `clip.mp4.crdownload`, `.clip.mp4.x7Gk`) have their own
    suffix or a leading dot, as have the AppleDouble files of macOS (`._clip.mp4`).

    >>> is_media("A001.MOV"), is_media("._A001.MOV"), is_media("a.mp4.part")
    (True, False, False)
    """
    # Called for every file in every scan, so it is kept fast.
    dot = name.rfind(".")
    if dot < 1 or name[dot:].lower() not in MEDIA_SUFFIXES or name[0] in ".~":
        return False
    inner = name.rfind(".", 0, dot)
    return inner < 0 or name[inner:dot].lower() not in _PARTIAL
