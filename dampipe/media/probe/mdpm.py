"""MDPM: the metadata that AVCHD camcorders write into the pictures of H.264, as user data without a registration.

After an identifier and the letters "MDPM" follow the number of entries and the entries, each a tag and four bytes. Most
values are decimal digits in half bytes, as in the auxiliary data of DV.
"""

from typing import NamedTuple

UUID = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")
_MAKES = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}
_TIMECODE, _DATE, _TIME, _MAKE = 0x13, 0x18, 0x19, 0x70
_MODEL = (0xE4, 0xE5, 0xE6)
"""Twelve letters; by Sony."""


class Mdpm(NamedTuple):
    """What a camcorder wrote about itself and the time."""

    recorded: str | None = None
    """ISO 8601, with a time zone if the camcorder has one."""
    timecode: str | None = None
    """With a semicolon where the drop-frame flag is set."""
    make: str | None = None
    model: str | None = None


def parse(payload: bytes) -> Mdpm | None:
    """Read user data of a picture; None if it is anything else."""
    if not payload.startswith(UUID + b"MDPM") or len(payload) < 21:
        return None
    body = payload[21:]
    entries: dict[int, bytes] = {}
    for number in range(payload[20]):
        entry = body[5 * number : 5 * number + 5]
        if len(entry) == 5:
            entries.setdefault(entry[0], entry[1:])
    make = _MAKES.get(int.from_bytes(entries[_MAKE][:2])) if _MAKE in entries else None
    letters = b"".join(entries.get(tag, b"") for tag in _MODEL).split(b"\0")[0]
    model = letters.decode("ascii", "ignore").strip() or None
    return Mdpm(_recorded(entries), _timecode(entries.get(_TIMECODE)), make, model)


def _recorded(entries: dict[int, bytes]) -> str | None:
    if _DATE not in entries or _TIME not in entries:
        return None
    zone, century, year, month = entries[_DATE]
    digits = [_digits(value) for value in (century, year, month, *entries[_TIME])]
    if None in digits:
        return None
    text = "{}{}-{}-{}T{}:{}:{}".format(*digits)
    hours = (zone >> 1) & 0x0F
    if zone & 0x80 or hours > 14:
        return text  # the camcorder has no time zone
    return f"{text}{'-' if zone & 0x20 else '+'}{hours:02d}:{'30' if zone & 1 else '00'}"


def _timecode(value: bytes | None) -> str | None:
    if value is None:
        return None
    dropped = bool(value[0] & 0x40)
    parts = (value[3] & 0x3F, value[2] & 0x7F, value[1] & 0x7F, value[0] & 0x3F)
    digits = [_digits(part) for part in parts]
    if None in digits or value == b"\xff" * 4:
        return None
    hours, minutes, seconds, frames = digits
    return f"{hours}:{minutes}:{seconds}{';' if dropped else ':'}{frames}"


def _digits(value: int) -> str | None:
    """Two decimal digits in half bytes."""
    return f"{value:02x}" if value & 0x0F < 10 and value >> 4 < 10 else None
