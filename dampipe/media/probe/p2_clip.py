"""Clip files of P2 cards: to which recording a file belongs, where the camera has split it.

A card has its pictures in CONTENTS/VIDEO/NAME.MXF, and beside them CONTENTS/CLIP/NAME.XML, which names the recording
(GlobalShotID, the same in all its files, on all cards) and where in it the file begins (OffsetInShot).
"""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

_MAX_BYTES = 1 << 20
_LONGEST = 100


class Recording(NamedTuple):
    """A recording and a place in it."""

    id: str | None = None
    offset: int = 0
    """Frames from the start of the recording to the start of the file."""


NOTHING = Recording()


def read(path: str) -> Recording:
    """The recording of an MXF on a P2 card; nothing for other files, and without a clip file that can be read."""
    file = Path(path)
    if file.suffix.lower() != ".mxf" or file.parent.name.lower() != "video":
        return NOTHING
    above = file.parent.parent
    for folder, suffix in (("CLIP", ".XML"), ("CLIP", ".xml"), ("Clip", ".xml"), ("clip", ".xml")):
        try:
            with (above / folder / f"{file.stem}{suffix}").open("rb") as stream:
                return parse(stream.read(_MAX_BYTES + 1))
        except (OSError, ValueError):
            continue
    return NOTHING


def parse(content: bytes) -> Recording:
    """Read a clip file. A damaged one, and one that declares entities, names nothing."""
    if len(content) > _MAX_BYTES or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return NOTHING
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return NOTHING
    # The namespace has changed from version to version.
    found = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root.iter()}
    shot, offset = found.get("GlobalShotID", ""), found.get("OffsetInShot", "0")
    if not 8 <= len(shot) <= _LONGEST or not shot.isalnum() or not shot.strip("0"):
        return NOTHING
    return Recording(shot, int(offset) if offset.isdecimal() and len(offset) < 12 else 0)
