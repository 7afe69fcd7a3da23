"""XMP: recording time, start time code and properties in packets that are embedded in a file, or in a sidecar."""

import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from dampipe.media.probe.recording_time import Candidate, DateSource

MAX_BYTES = 4 << 20
"""Longer packets are not read."""
_NAMES = {
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MOST_PROPERTIES, MOST_ITEMS = 500, 1000
"""Of one packet, and of one property; more are not read."""
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
    root = parse_xml(packet)
    if root is None:
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
    dates = tuple(Candidate(name, found[name], source=DateSource.XMP) for name in _DATES if name in found)
    for name in _CODES:
        if text := codes.get(name, {}).get("xmpDM:timeValue"):
            return Xmp(dates, *_timecode(text, codes[name].get("xmpDM:timeFormat", "")))
    return Xmp(dates)


def properties(packet: bytes) -> dict[str, tuple[str, ...]]:
    """The values of properties of known namespaces by name, such as `dc:subject`; of one in several languages that of
    `x-default`, else the first. Names of faces in regions stand as `mwg-rs:Name`. {}: as for `parse`.
    """
    root = parse_xml(packet)
    if root is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for described in root.iter(f"{_RDF}Description"):
        pairs: list[tuple[str, tuple[str, ...]]]
        pairs = [(_name(key), (value.strip(),)) for key, value in described.attrib.items()]
        pairs += [(_name(child.tag), _items(child)) for child in described]
        for name, values in pairs:
            if name and any(values) and len(found) < MOST_PROPERTIES:
                found.setdefault(name, tuple(filter(None, values)))
    if faces := _faces(root):
        found["mwg-rs:Name"] = faces
    return found


def _items(element: ElementTree.Element) -> tuple[str, ...]:
    items = list(element.iter(f"{_RDF}li"))[:MOST_ITEMS]
    if not items:
        return ((element.text or "").strip(),)
    if element.find(f"{_RDF}Alt") is not None:
        default = next((one for one in items if one.get(_LANGUAGE) == "x-default"), items[0])
        return ((default.text or "").strip(),)
    return tuple((one.text or "").strip() for one in items)


def _faces(root: ElementTree.Element) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for element in root.iter():
        values = {_name(key): value for key, value in element.attrib.items()}
        values |= {_name(child.tag): child.text or "" for child in element}
        if values.get("mwg-rs:Type") == "Face" and values.get("mwg-rs:Name", "").strip():
            names[values["mwg-rs:Name"].strip()] = None
    return tuple(names)[:MOST_ITEMS]


def parse_xml(content: bytes, longest: int = MAX_BYTES) -> ElementTree.Element | None:
    """The root of an XML document with something around it; None if it is damaged, longer, or declares entities."""
    if len(content) > longest or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return None
    start, end = content.find(b"<"), content.rfind(b">")
    try:
        return ElementTree.fromstring(content[max(start, 0) : end + 1])
    except (ElementTree.ParseError, ValueError, LookupError):
        return None


def sidecar(path: str) -> Xmp:
    """The packet of the sidecar of a file, NAME.SUFFIX.xmp or NAME.xmp beside it; nothing if there is none.

    In this order: the first is about this file alone.
    """
    file = Path(path)
    stems = (file, file.with_suffix(""))
    for name in (stem.with_name(stem.name + suffix) for stem in stems for suffix in (".xmp", ".XMP")):
        try:
            with name.open("rb") as stream:
                read = parse(stream.read(MAX_BYTES + 1))
                dates = tuple(date._replace(source=DateSource.SIDECAR) for date in read.dates)
                return read._replace(dates=dates)
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
