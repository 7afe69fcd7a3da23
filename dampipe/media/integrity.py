"""Integrity checks: warnings for truncated and for damaged footage."""

import re

ALLOWED_DIFFERENCE = 1.0
ALLOWED_SHARE = 0.02
"""A duration is wrong if it is off by more than a second and by more than two per cent."""
INTACT_SHARE = 0.98
"""If a smaller share of the pictures was decoded, the warning says how large it is."""
_DAMAGE = re.compile(
    r"error while decoding|[Ee]rror submitting packet to decoder|[Dd]ecoding error|[Ii]nvalid NAL|[Cc]orrupt"
    r"|concealing|[Hh]eader missing|cabac decode|decode_slice|is not allocated|ac-tex damaged|[Tt]runcated"
    r"|exceeds containing master"
)
_CUT_SHORT = re.compile(
    r"partial file|ended prematurely|[Tt]runcated|exceeds containing master|[Pp]acket corrupt|[Ii]nvalid data"
)


def length_warning(stderr: str, header: float | None, found: float) -> str | None:
    """The warning for a header that gives another duration than the file has, or None; both in seconds.

    stderr: messages of ffmpeg. Only if they show that the file was cut short is footage missing.

    >>> length_warning("", 363600.0, 12.0)
    'its header says that it is 101:00:00 long; it is 0:12 long'
    >>> length_warning("[in#0/matroska,webm @ 0x1] File ended prematurely", 30.0, 12.34)
    'only the first 12.3 s of 30.0 s could be decoded'
    """
    if header is None:
        return None
    if found < header and (_CUT_SHORT.search(stderr) or _DAMAGE.search(stderr)):
        return truncation_warning(found, header)
    return f"its header says that it is {_clock(header)} long; it is {_clock(found)} long"


def _clock(seconds: float) -> str:
    minutes, whole = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}" if hours else f"{minutes}:{whole:02d}"


def truncation_warning(reached: float, duration: float | None, slack: float = 0.0) -> str | None:
    """The warning for truncated footage, of which only the beginning could be decoded, or None; all in seconds.

    >>> truncation_warning(12.34, 30.0)
    'only the first 12.3 s of 30.0 s could be decoded'
    >>> truncation_warning(29.5, 30.0)
    """
    if duration is None or duration - reached <= max(ALLOWED_DIFFERENCE, ALLOWED_SHARE * duration) + slack:
        return None
    return f"only the first {reached:.1f} s of {duration:.1f} s could be decoded"


def damage_warning(stderr: str, frames: int, expected: float | None) -> str | None:
    """The warning for footage that was decoded to its end, but with errors, or None.

    stderr: messages of ffmpeg. frames, expected: number of pictures decoded, and in the file.

    >>> damage_warning("[h264 @ 0x1] error while decoding MB 14 10, bytestream 245", 90, 100)
    'damaged: only 90 % of its pictures could be decoded'
    >>> damage_warning("[h264 @ 0x1] error while decoding MB 14 10, bytestream 245", 100, 100)
    'damaged in places: some pictures or sounds may be corrupt'
    """
    if not _DAMAGE.search(stderr):
        return None
    if expected and frames < INTACT_SHARE * expected:
        return f"damaged: only {100 * frames / expected:.0f} % of its pictures could be decoded"
    return "damaged in places: some pictures or sounds may be corrupt"
