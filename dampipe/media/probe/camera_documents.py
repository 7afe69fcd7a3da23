"""Documents of cameras in XML: Sony's NonRealTimeMeta, clip files of Panasonic; in a file or beside it.

    C0001.MP4             C0001M01.XML beside it, and often the same document inside (Sony)
    VIDEO/0001AB.MXF      CLIP/0001AB.XML (Panasonic P2)
    A001C001.MXF          A001C001.XML beside it (others that use the elements of Panasonic)

They are not longer than MAX_BYTES; what has another root is another program's and is not read.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from dampipe.media.probe.findings import Findings, number_of
from dampipe.media.probe.recording_time import Candidate, DateSource
from dampipe.media.probe.xmp import parse_xml

MAX_BYTES = 1 << 20
_EDGE = 1 << 20
"""Bytes at the beginning and at the end of an MXF that are searched for Sony's document."""
_SONY, _START, _END = "NonRealTimeMeta", b"<NonRealTimeMeta", b"</NonRealTimeMeta>"
_CLIPS = ("P2Main", "ClipMain", "ClipContent", "Clip", "ClipInfo")
_CURVES = {
    "s-log": "S-Log",
    "s-log2": "S-Log2",
    "s-log3": "S-Log3",
    "s-log3-cine": "S-Log3",
    "v-log": "V-Log",
    "v-log l": "V-Log L",
    "canon log": "Canon Log",
    "canon log 2": "Canon Log 2",
    "canon log 3": "Canon Log 3",
    "canonlog": "Canon Log",
    "canonlog2": "Canon Log 2",
    "canonlog3": "Canon Log 3",
}
_GAMUTS = {
    "s-gamut": "S-Gamut",
    "s-gamut3": "S-Gamut3",
    "s-gamut3-cine": "S-Gamut3.Cine",
    "v-gamut": "V-Gamut",
    "cinema gamut": "Cinema Gamut",
    "cinemagamut": "Cinema Gamut",
}
"""The names of curves and colour spaces as their makers write them; standard ones are read from the picture."""


def read_document(content: bytes, found: Findings) -> bool:
    """Read a document; returns whether it is one of a camera. A damaged one says nothing."""
    root = parse_xml(content, MAX_BYTES)
    if root is None:
        return False
    kind = _local(root)
    if kind == _SONY:
        _read_sony(root, found)
    elif kind in _CLIPS:
        _read_clip(root, found)
    else:
        return False
    return True


def beside(path: str) -> Iterator[bytes]:
    """The documents of a file that lie beside it, at most MAX_BYTES and one more of each."""
    file, stem = Path(path), Path(path).stem
    names = [file.with_name(f"{stem}M01.XML"), file.with_name(f"{stem}M01.xml")]
    names += [file.with_name(f"{stem}.XML"), file.with_name(f"{stem}.xml")]
    if file.parent.name.lower() == "video":
        clips = [file.parent.parent / folder / f"{stem}.XML" for folder in ("CLIP", "Clip", "clip")]
        names += [*clips, *(clip.with_suffix(".xml") for clip in clips)]
    seen: set[tuple[int, int]] = set()
    for name in names:
        try:
            with name.open("rb") as stream:
                state = name.stat()
                if (state.st_dev, state.st_ino) not in seen:  # names do not differ by case everywhere
                    seen.add((state.st_dev, state.st_ino))
                    yield stream.read(MAX_BYTES + 1)
        except (OSError, ValueError):
            continue


def in_mxf(path: str) -> bytes | None:
    """Sony's document inside an MXF, which stands near its beginning or its end."""
    with Path(path).open("rb") as stream:
        head = stream.read(_EDGE)
        size = stream.seek(0, 2)
        stream.seek(max(len(head), size - _EDGE))
        for part in (head, stream.read(_EDGE)):
            start = part.find(_START)
            end = part.find(_END, start)
            if start >= 0 and end > start:
                return part[start : end + len(_END)]
    return None


def curve_name(text: str | None) -> str | None:
    """The name of a log curve; None for curves that are not log."""
    return _CURVES.get((text or "").strip().casefold())


def gamut_name(text: str | None) -> str | None:
    """The name of a camera's colour space; None for standard ones."""
    return _GAMUTS.get((text or "").strip().casefold())


def _read_sony(root: ElementTree.Element, found: Findings) -> None:
    """Everything stands in attributes; what the camera had set for the picture, in items of groups."""
    items: dict[str, str] = {}
    for element in root.iter():
        name, values = _local(element), element.attrib
        if name == "Device":
            found.name("make", values.get("manufacturer"))
            found.name("model", values.get("modelName"))
            found.name("serial", values.get("serialNo"))
        elif name == "Lens":
            found.name("lens", values.get("modelName"))
        elif name == "CreationDate" and values.get("value"):
            date = Candidate("CreationDate", values["value"], source=DateSource.CAMERA)
            found.dates.append(date)
        elif name == "Title":
            found.say("dc:title", values.get("usAscii"), values.get("value"), element.text)
        elif name == "Description":
            found.say("dc:description", values.get("value"), element.text)
        elif name == "Item" and "name" in values:
            items.setdefault(values["name"], values.get("value", ""))
    found.name("log_profile", curve_name(items.get("CaptureGammaEquation")))
    found.name("gamut", gamut_name(items.get("CaptureColorPrimaries")))
    found.number("iso", number_of(items.get("ISOSensitivity")))
    latitude = _sexagesimal(items.get("Latitude", ""), items.get("LatitudeRef", ""))
    longitude = _sexagesimal(items.get("Longitude", ""), items.get("LongitudeRef", ""))
    found.place(latitude, longitude, number_of(items.get("Altitude")))


def _read_clip(root: ElementTree.Element, found: Findings) -> None:
    """The names of elements are the same in all versions; their places and namespaces are not."""
    first: dict[str, str] = {}
    for element in root.iter():
        for name, text in ((_local(element), element.text), *element.attrib.items()):
            if text and text.strip():
                first.setdefault(name.rpartition("}")[2].rstrip(".").casefold(), text.strip())
    for key, names in (
        ("make", ("manufacturer",)),
        ("model", ("modelname", "model")),
        ("serial", ("serialno", "serialnumber")),
        ("lens", ("lensmodelname", "lensmodel", "lensname")),
    ):
        found.name(key, next((first[name] for name in names if name in first), None))
    found.number(
        "iso", number_of(first.get("isosensitivity") or first.get("iso") or first.get("exposureindex"))
    )
    found.name(
        "log_profile", curve_name(first.get("capturegamma") or first.get("gamma") or first.get("gammacurve"))
    )
    found.name(
        "gamut", gamut_name(first.get("capturegamut") or first.get("colorspace") or first.get("gamut"))
    )
    for name, key in (
        ("dc:creator", "shooter"),
        ("xmpDM:projectName", "programname"),
        ("xmpDM:scene", "sceneno"),
        ("xmpDM:takeNumber", "takeno"),
        ("xmpDM:tapeName", "reelname"),
        ("Iptc4xmpCore:Location", "placename"),
        ("dc:title", "userclipname"),
    ):
        found.say(name, first.get(key))
    if date := first.get("startdate") or first.get("creationdate"):
        found.dates.append(Candidate("StartDate", date, source=DateSource.CAMERA))
    latitude, longitude = (
        _lettered(first.get("latitude", ""), "NS"),
        _lettered(first.get("longitude", ""), "EW"),
    )
    found.place(latitude, longitude, number_of(first.get("altitude")))


def _sexagesimal(text: str, reference: str) -> float | None:
    """Of "48:51:29.6" and a direction."""
    match = re.fullmatch(r"(\d{1,3}):(\d{1,2}(?:\.\d{1,9})?)(?::(\d{1,2}(?:\.\d{1,9})?))?", text.strip())
    if match is None:
        return None
    degrees = float(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return -degrees if reference.strip().upper() in ("S", "W") else degrees


def _lettered(text: str, letters: str) -> float | None:
    """Of "N35.3412" or "35.3412S"."""
    match = re.fullmatch(
        rf"([{letters}]?)\s*([+-]?\d{{1,3}}(?:\.\d{{1,12}})?)\s*([{letters}]?)", text.strip().upper()
    )
    if match is None:
        return None
    degrees = float(match[2])
    return -degrees if letters[1] in (match[1], match[3]) else degrees


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
