"""XMP: the recording time and start time code in packets that are embedded in a file, or in a sidecar beside it."""

import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from dampipe.media.probe.recording_time import Candidate

MAX_BYTES = 4 << 20
"""Longer packets are not read."""
_NAMES = {
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
}
_DATES = ("exif:DateTimeOriginal", "xmpDM:shotDate", "xmp:CreateDate", "photoshop:DateCreated")
_CODES = ("xmpDM:altTimecode", "xmpDM:startTimecode")
_FORMAT = re.compile(r"(\d+?)(976|97|98|94)?(Drop|NonDrop)?Timecode")


class Xmp(NamedTuple):
    """What the probe uses of a packet."""

    dates: tuple[Candidate, ...] = ()
    """The best first."""
    timecode: str | None = None
    """With a semicolon where its format is drop-frame."""
    timecode_base: int | None = None


NOTHING = Xmp()


def parse(packet: bytes) -> Xmp:
    """Read a packet. A damaged one, and one that declares entities, contains nothing."""
    if len(packet) > MAX_BYTES or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return NOTHING
    start, end = packet.find(b"<"), packet.rfind(b">")
    try:
        root = ElementTree.fromstring(packet[max(start, 0) : end + 1])
    except (ElementTree.ParseError, ValueError, LookupError):
        return NOTHING
    found: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    for element in root.iter():
        name = _name(element.tag)
        values = {_name(key): value for key, value in element.attrib.items()}
        if element.text and element.text.strip():
            values[name] = element.text.strip()
        for key, value in values.items():
            found.setdefault(key, value)
        if name in _CODES:
            parts = [(_name(key), value) for one in element.iter() for key, value in one.attrib.items()]
            parts += [(_name(one.tag), (one.text or "").strip()) for one in element.iter()]
            codes[name] = dict(parts)
    dates = tuple(Candidate(name, found[name]) for name in _DATES if name in found)
    for name in _CODES:
        if text := codes.get(name, {}).get("xmpDM:timeValue"):
            return Xmp(dates, *_timecode(text, codes[name].get("xmpDM:timeFormat", "")))
    return Xmp(dates)


def sidecar(path: str) -> Xmp:
    """The packet of the sidecar of a file, NAME.xmp or NAME.SUFFIX.xmp beside it; nothing if there is none."""
    file = Path(path)
    names = [file.with_suffix(".xmp"), file.with_suffix(".XMP"), file.with_name(f"{file.name}.xmp")]
    for name in names:
        try:
            with name.open("rb") as stream:
                return parse(stream.read(MAX_BYTES + 1))
        except (OSError, ValueError):
            continue
    return NOTHING


def _timecode(text: str, form: str) -> tuple[str, int | None]:
    """The code with the separator of its format, and its base: "2997DropTimecode" counts 30 and drops."""
    match = _FORMAT.fullmatch(form)
    if match is None:
        return text, None
    dropped = match[3] == "Drop"
    base = int(match[1]) + 1 if match[2] else int(match[1])
    head, separator, frames = text.replace(";", ":").rpartition(":")
    return f"{head}{';' if dropped else separator}{frames}", base


def _name(tag: str) -> str:
    """ "exif:DateTimeOriginal" for a name in one of the namespaces above; "" for other names."""
    space, _, local = tag.removeprefix("{").partition("}")
    return f"{_NAMES[space]}:{local}" if space in _NAMES else ""
