"""What ffmpeg says of the packets that it copies: the lines of its muxer `framecrc`."""

from fractions import Fraction
from typing import NamedTuple

MUXER = "framecrc"


class CopiedPacket(NamedTuple):
    """A packet."""

    stream: int
    decoded_at: Fraction | None
    """Seconds; None: the file does not say it."""
    shown_at: Fraction | None
    size: int
    """Bytes."""

    @property
    def time(self) -> Fraction | None:
        """When it is shown or, where the file does not say that, decoded."""
        return self.shown_at if self.shown_at is not None else self.decoded_at


def parse_packets(text: str) -> list[CopiedPacket]:
    """The packets that the muxer lists. Lines that are cut off are left out.

    >>> parse_packets("#tb 0: 1/24000\\n0,     100100,     100100,     1001,    51547, 0x7c215cb8\\n")[0].shown_at
    Fraction(1001, 240)
    """
    bases: dict[int, Fraction] = {}
    found = []
    for line in text.splitlines():
        if line.startswith("#tb "):
            number, _, base = line.removeprefix("#tb ").partition(":")
            bases[int(number)] = Fraction(base.strip())
        elif line and not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            if len(fields) >= 6:
                stream = int(fields[0])
                times = [_time(one, bases[stream]) for one in fields[1:3]]
                found.append(CopiedPacket(stream, times[0], times[1], int(fields[4])))
    return found


def _time(text: str, base: Fraction) -> Fraction | None:
    return None if text == "NOPTS" else int(text) * base
