"""iXML: what field recorders write into Broadcast WAVE: scene, take, tape, names of tracks, rate of the time code."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple
from xml.etree import ElementTree

from dampipe.media.probe.xmp import MAX_BYTES
from dampipe.media.timecode import BASES, DROP_RATES, Timecode, base_of, label

_DESCRIPTION = re.compile(r"^[a-z](SCENE|TAKE|TAPE|TRK(\d{1,3}))=(.*)$", re.M)
"""Lines of the description of Broadcast WAVE, as recorders without iXML write them: sSCENE=12A."""
_LONGEST = 200
_MAX_TRACKS = 256


class Ixml(NamedTuple):
    """What the probe uses of it."""

    scene: str | None = None
    take: str | None = None
    reel: str | None = None
    """The tape, or the roll of the day."""
    tracks: tuple[str, ...] = ()
    """Names of the channels, in their order; () if none has a name."""
    rate: Fraction | None = None
    """Frames per second of the time code."""
    dropped: bool = False
    since_midnight: float | None = None
    """Seconds to the first sample."""


NOTHING = Ixml()


def parse(packet: bytes) -> Ixml:
    """Read a chunk. A damaged one, and one that declares entities, contains nothing."""
    if len(packet) > MAX_BYTES or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return NOTHING
    start, end = packet.find(b"<"), packet.rfind(b">")
    try:
        root = ElementTree.fromstring(packet[max(start, 0) : end + 1])
    except (ElementTree.ParseError, ValueError, LookupError):
        return NOTHING
    if root.tag != "BWFXML":
        return NOTHING
    flag = _text(root, "SPEED/TIMECODE_FLAG") or ""
    rate = _rate(_text(root, "SPEED/TIMECODE_RATE") or "")
    return Ixml(
        _text(root, "SCENE"),
        _text(root, "TAKE"),
        _text(root, "TAPE"),
        _tracks(root.findall("TRACK_LIST/TRACK")),
        rate,
        flag.upper() == "DF" and rate in DROP_RATES,
        _since_midnight(root),
    )


def of_description(tag_sets: Iterable[Mapping[str, str]]) -> Ixml:
    """What the lines of the description of Broadcast WAVE say. tag_sets: with names in lower case."""
    found: dict[str, str] = {}
    names: dict[int, str] = {}
    for tags in tag_sets:
        for key, number, value in _DESCRIPTION.findall(tags.get("comment", "").replace("\r", "\n")):
            if not (value := value.strip()[:_LONGEST]):
                continue
            if number:
                names.setdefault(int(number), value)
            else:
                found.setdefault(key, value)
    return Ixml(found.get("SCENE"), found.get("TAKE"), found.get("TAPE"), _in_order(names))


def start_timecode(facts: Ixml, start_of_day: float | None) -> tuple[str, int] | None:
    """The label of the first sample and its base; None without a rate that has time code, or without a start.

    start_of_day: seconds from midnight by the time reference, which counts samples.
    """
    if facts.rate is None or start_of_day is None or base_of(facts.rate) not in BASES:
        return None
    base = base_of(facts.rate)
    number = round(Fraction(start_of_day).limit_denominator(1_000_000) * facts.rate)
    code: Timecode = label(number, base, dropped=facts.dropped)
    return str(code), base


def _text(element: ElementTree.Element, path: str) -> str | None:
    text = " ".join((element.findtext(path) or "").split())
    return text[:_LONGEST] or None


def _rate(text: str) -> Fraction | None:
    """Of "25/1", "30000/1001" or "29.97"."""
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None
    if not 1 < rate < 1000:
        return None
    exact = Fraction(round(rate) * 1000, 1001)
    return exact if abs(rate / exact - 1) < Fraction(1, 10_000) else rate


def _tracks(elements: Iterable[ElementTree.Element]) -> tuple[str, ...]:
    """Channels are numbered by INTERLEAVE_INDEX, from 1; without it, in the order of the list."""
    names: dict[int, str] = {}
    for number, element in enumerate(elements, 1):
        name = _text(element, "NAME")
        index = _text(element, "INTERLEAVE_INDEX") or ""
        if name:
            names[int(index) if index.isdecimal() and len(index) < 4 else number] = name
    return _in_order(names)


def _in_order(names: Mapping[int, str]) -> tuple[str, ...]:
    if not names or min(names) < 1 or max(names) > _MAX_TRACKS:
        return ()
    return tuple(names.get(number, "") for number in range(1, max(names) + 1))


def _since_midnight(root: ElementTree.Element) -> float | None:
    parts = [
        _text(root, f"SPEED/TIMESTAMP_{name}") or ""
        for name in ("SAMPLES_SINCE_MIDNIGHT_HI", "SAMPLES_SINCE_MIDNIGHT_LO", "SAMPLE_RATE")
    ]
    if not all(part.isdecimal() and len(part) <= 10 for part in parts):
        return None
    high, low, rate = map(int, parts)
    seconds = ((high << 32) + low) / rate if rate else 0.0
    return seconds if 0 < seconds < 2 * 86_400 else None
