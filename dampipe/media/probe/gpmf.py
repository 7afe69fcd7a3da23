"""GPMF, the telemetry of GoPro cameras: sensitivity, exposure, position and time of the satellites.

A payload is a tree of entries: four letters, a type, the size of one value and the number of values, then the values,
filled up to four bytes. Entries of type 0 hold entries. Each is read up to MAX_ENTRIES and MAX_DEPTH.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

MAX_ENTRIES = 5_000
"""Of one payload; a second of a camera has a few hundred."""
MAX_DEPTH = 8
_FORMATS = {
    "b": "b",
    "B": "B",
    "s": "h",
    "S": "H",
    "l": "i",
    "L": "I",
    "f": "f",
    "d": "d",
    "j": "q",
    "J": "Q",
}
_MOST_VALUES = 4_096


class Entry(NamedTuple):
    """One entry that holds values."""

    key: str
    type: str
    size: int
    repeat: int
    content: bytes


class Gpmf(NamedTuple):
    """What the probe uses of payloads; None: they do not say so."""

    iso: float | None = None
    exposure_time: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    time: str | None = None
    """Of the satellites, UTC: "2024-05-06 07:08:09.250"."""
    model: str | None = None
    serial: str | None = None


def parse(payload: bytes) -> Gpmf:
    """Read one payload: the first value of each kind; a position only with a fix. Damaged parts are left out."""
    found: dict[str, float | str | None] = {}
    for stream in _streams(payload):
        _read_stream(stream, found)
    return Gpmf(**found)  # type: ignore[arg-type]


def _read_stream(stream: dict[str, Entry], found: dict[str, float | str | None]) -> None:
    for key, name in (("ISOE", "iso"), ("SHUT", "exposure_time")):  # ISOG is a gain, and no sensitivity
        if key in stream and (values := _numbers(stream[key])):
            found.setdefault(name, values[0])
    for key, name in (("MINF", "model"), ("CASN", "serial")):
        if key in stream and (text := _text(stream[key])):
            found.setdefault(name, text)
    if "GPS9" in stream:
        _read_gps9(stream, found)
    elif "GPS5" in stream:
        _read_gps5(stream, found)


def _read_gps5(stream: dict[str, Entry], found: dict[str, float | str | None]) -> None:
    """Latitude, longitude, altitude and two speeds; fix and time stand beside them."""
    fix = _numbers(stream["GPSF"]) if "GPSF" in stream else []
    if not fix or fix[0] not in (2, 3):
        return
    scales = _numbers(stream["SCAL"]) if "SCAL" in stream else []
    values = _numbers(stream["GPS5"])
    if len(values) >= 3 and len(scales) >= 3 and all(scales[:3]):
        _place(
            found, [value / scale for value, scale in zip(values[:3], scales[:3], strict=True)], fix[0] == 3
        )
    digits = _text(stream["GPSU"]) if "GPSU" in stream else ""
    if len(digits) >= 12 and digits[:12].isdecimal() and digits.isascii():
        date, clock = digits[:6], digits[6:12]
        fraction = digits[12:] if digits[12:13] == "." and digits[13:].isdecimal() else ""
        text = f"20{date[:2]}-{date[2:4]}-{date[4:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}{fraction}"
        found.setdefault("time", text)


def _read_gps9(stream: dict[str, Entry], found: dict[str, float | str | None]) -> None:
    """Latitude, longitude, altitude, two speeds, days since 2000, seconds, precision and fix, each scaled."""
    from datetime import datetime, timedelta

    content, scales = stream["GPS9"].content, _numbers(stream["SCAL"]) if "SCAL" in stream else []
    if len(content) < 32 or len(scales) < 9 or not all(scales[:9]):
        return
    values = [
        value / scale for value, scale in zip(struct.unpack(">7i2H", content[:32]), scales, strict=False)
    ]
    if values[8] not in (2, 3):
        return
    _place(found, values[:3], values[8] == 3)
    if 0 <= values[5] < 100_000 and 0 <= values[6] < 86_400:
        time = datetime(2000, 1, 1) + timedelta(days=int(values[5]), seconds=values[6])
        found.setdefault("time", time.isoformat(" ", "milliseconds"))


def _place(found: dict[str, float | str | None], values: list[float], has_altitude: bool) -> None:
    if "latitude" not in found:
        found["latitude"], found["longitude"] = values[0], values[1]
        found["altitude"] = values[2] if has_altitude else None


def _streams(payload: bytes) -> Iterator[dict[str, Entry]]:
    """The entries of each level that has any, by key; of one key the first."""
    left = MAX_ENTRIES
    waiting = [(payload, 0)]
    while waiting:
        content, depth = waiting.pop(0)
        here: dict[str, Entry] = {}
        at = 0
        while at + 8 <= len(content) and left > 0:
            left -= 1
            letters, kind, size, count = struct.unpack_from(">4scBH", content, at)
            length, at = size * count, at + 8
            if not letters.isalnum() and not letters.strip().isalnum():
                break  # padding
            part = content[at : at + length]
            if len(part) < length:
                break
            if kind == b"\0" and depth < MAX_DEPTH:
                waiting.append((part, depth + 1))
            else:
                key = letters.decode("ascii", "replace")
                here.setdefault(key, Entry(key, kind.decode("latin-1"), size, count, part))
            at += length + -length % 4
        if here:
            yield here


def _numbers(entry: Entry) -> list[float]:
    letter = _FORMATS.get(entry.type)
    if letter is None:
        return []
    width = struct.calcsize(f">{letter}")
    count = min(len(entry.content) // width, _MOST_VALUES)
    return [float(value) for value in struct.unpack_from(f">{count}{letter}", entry.content)]


def _text(entry: Entry) -> str:
    return entry.content.split(b"\0")[0].decode("ascii", "replace").strip() if entry.type in "cUF" else ""
