"""From properties to fields and back: which texts a sidecar has for a field, and how values are written. No I/O."""

from collections.abc import Iterable, Mapping, Sequence

from dampipe.features.metadata.registry import fields_of_properties
from dampipe.features.sidecars.edit import Wanted
from dampipe.features.sidecars.packet import Packet
from dampipe.features.sidecars.properties import (
    COLOUR_NAMES,
    COLOURS,
    DATE,
    DATES,
    HIERARCHIES,
    LABEL,
    PEOPLE,
    PICK,
    PICK_NAMES,
    RATING,
    REGION_NAME,
    REGION_TYPE,
    REGIONS,
    REJECTED,
    SUBJECT,
    Form,
    Name,
    form_of,
    is_mapped,
    name_of,
)
from dampipe.kernel.field import MetadataField

_FALLBACKS: Mapping[Name, tuple[Name, ...]] = {
    SUBJECT: tuple(HIERARCHIES),
    PEOPLE: (REGIONS,),
    LABEL: (COLOURS,),
    DATE: DATES,
    PICK: (RATING,),
}


def mapped(fields: Iterable[MetadataField]) -> dict[str, MetadataField]:
    """The fields of which sidecars hold values, by key."""
    return {one.key: one for one in fields_of_properties(fields).values() if is_mapped(one)}


def wanted_names(fields: Iterable[MetadataField]) -> set[Name]:
    """All properties that are read for some fields."""
    found: set[Name] = set()
    for one in fields:
        name = name_of(one.xmp)
        if name is not None:
            found |= {name, *_FALLBACKS.get(name, ())}
    return found


def texts_by_field(packet: Packet, fields: Iterable[MetadataField]) -> dict[str, tuple[str, ...]]:
    """What a sidecar has for each field, each text once; fields without any are left out."""
    found = {}
    for one in fields:
        name = name_of(one.xmp)
        texts = () if name is None else _texts(packet, name)
        texts = tuple(dict.fromkeys(text.strip() for text in texts))
        if texts:
            found[one.key] = texts
    return found


def _texts(packet: Packet, name: Name) -> Sequence[str]:
    own = packet.texts(name)
    if name == SUBJECT:
        return _keywords(packet, own)
    if name == PICK:
        return _picks(packet, own)
    if name == RATING:
        return [text for text in own if not _is_rejection(text)]
    if own:
        return own
    if name == PEOPLE:
        return _faces(packet)
    if name == LABEL:
        numbers = [text.strip() for text in packet.texts(COLOURS)]
        return [COLOUR_NAMES[int(one)] for one in numbers if one in ("0", "1", "2", "3", "4")][:1]
    if name == DATE:
        found = next((texts for other in DATES if (texts := packet.texts(other))), ())
        return [_iso_date(text) for text in found]
    return own


def _picks(packet: Packet, own: Sequence[str]) -> list[str]:
    """Whether it is picked or rejected: as digiKam says it, else a rating of -1."""
    if own:
        return [PICK_NAMES.get(text.strip(), text) for text in own if text.strip() not in ("0", "2")]
    return ["Rejected"] if any(map(_is_rejection, packet.texts(RATING))) else []


def _is_rejection(text: str) -> bool:
    try:
        return float(text) == float(REJECTED)
    except ValueError:
        return False


def _paths(packet: Packet) -> list[list[str]]:
    """Keywords as paths."""
    return [
        parts
        for name, separator in HIERARCHIES.items()
        for text in packet.texts(name)
        if (parts := [part.strip() for part in text.split(separator) if part.strip()])
    ]


def _keywords(packet: Packet, flat: Sequence[str]) -> list[str]:
    """The last part of each path, and flat keywords that are no part of one: programs write those above as well."""
    paths = _paths(packet)
    above = {part for parts in paths for part in parts[:-1]}
    last = [parts[-1] for parts in paths]
    return [
        one
        for one in dict.fromkeys([*(text.strip() for text in flat), *last])
        if one in last or one not in above
    ]


def _faces(packet: Packet) -> list[str]:
    """The names of faces whose regions are marked."""
    found = []
    known = packet.properties.get(REGIONS)
    for element in known.elements if known else ():
        for node in element.descendants():
            facts = {one.name: one.value for one in node.attributes}
            facts |= {child.name: child.value for child in node.children}
            if facts.get(REGION_TYPE, "").strip() == "Face" and facts.get(REGION_NAME, "").strip():
                found.append(facts[REGION_NAME])
    return found


def _iso_date(text: str) -> str:
    """A date of EXIF, `2024:05:17 10:30:00`, in ISO 8601."""
    text = text.strip()
    return text[:10].replace(":", "-") + text[10:] if text[4:5] == ":" else text


def changes(
    packet: Packet, fields: Mapping[str, MetadataField], values: Mapping[str, Sequence[str]]
) -> dict[Name, Wanted]:
    """What is to become of properties so that a sidecar has these texts, by field.

    Keywords that are taken away are taken away as paths, too; those above a path that stays are kept.
    """
    found: dict[Name, Wanted] = {}
    for key, texts in values.items():
        given = fields[key]
        name = name_of(given.xmp)
        if name is None:
            continue
        texts = tuple(dict.fromkeys(texts))
        if name == SUBJECT:
            found |= _hierarchies(packet, set(texts))
            kept = {part for parts in _paths(packet) if parts[-1] in texts for part in parts[:-1]}
            stay = [text for text in packet.texts(SUBJECT) if text.strip() in kept or text.strip() in texts]
            texts = tuple(dict.fromkeys([*stay, *texts]))
        if name == PICK:
            numbers = {word: number for number, word in PICK_NAMES.items()}
            texts = tuple(numbers.get(text, text) for text in texts)
        found[name] = Wanted(texts, form_of(given))
    return found


def _hierarchies(packet: Packet, keywords: set[str]) -> dict[Name, Wanted]:
    found = {}
    for name, separator in HIERARCHIES.items():
        texts = packet.texts(name)
        kept = tuple(text for text in texts if text.split(separator)[-1].strip() in keywords)
        if kept != texts:
            found[name] = Wanted(kept, Form.BAG)
    return found
