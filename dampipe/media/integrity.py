"""What a pass leaves in its folder."""

import re

SHORT_BY = 1.0


SHORT_SHARE = 0.02
"""What ends before its time by more than a second and two per cent was cut short."""


def cut_short(reached: float, duration: float | None, slack: float = 0.0) -> str | None:
    """The sentence for footage of which only the beginning could be decoded, or None; all in seconds.

    >>> cut_short(12.34, 30.0)
    'only the first 12.3 s of 30.0 s could be decoded'
    >>> cut_short(29.5, 30.0)
    """
    if duration is None or duration - reached <= max(SHORT_BY, SHORT_SHARE * duration) + slack:
        return None
    return f"only the first {reached:.1f} s of {duration:.1f} s could be decoded"


_DAMAGE = re.compile(
    r"error while decoding|[Ee]rror submitting packet to decoder|[Dd]ecoding error|[Ii]nvalid NAL|[Cc]orrupt"
    r"|concealing|[Hh]eader missing|cabac decode|decode_slice|is not allocated|ac-tex damaged|[Tt]runcated"
    r"|exceeds containing master"
)


WHOLE_SHARE = 0.98
"""Of the pictures: with fewer of them the warning says how many there are."""


def damage(complaints: str, frames: int, expected: float | None) -> str | None:
    """The sentence for footage that could be decoded to its end, but not all of it, or None.

    complaints: what ffmpeg said. frames, expected: pictures that came, and that should have come.

    >>> damage("[h264 @ 0x1] error while decoding MB 14 10, bytestream 245", 90, 100)
    'damaged: only 90 % of its pictures could be decoded'
    >>> damage("[h264 @ 0x1] error while decoding MB 14 10, bytestream 245", 100, 100)
    'damaged in places: some pictures or sounds may be spoilt'
    """
    if not _DAMAGE.search(complaints):
        return None
    if expected and frames < WHOLE_SHARE * expected:
        return f"damaged: only {100 * frames / expected:.0f} % of its pictures could be decoded"
    return "damaged in places: some pictures or sounds may be spoilt"
