"""What icloudpd writes beside a photo: its title, description, keywords, and whether it is a favourite."""

from pathlib import Path

from dampipe.features.imports.notes.model import FileNotes
from dampipe.features.sidecars.packet import MAX_BYTES, UnreadablePacket, read_packet
from dampipe.features.sidecars.properties import name_of

_FIELDS = {"title": "dc:title", "description": "dc:description", "tags": "dc:subject"}
_FAVOURITE = "5"
"""The rating by which icloudpd says that a photo is a favourite."""


def notes_of(path: Path) -> FileNotes | None:
    """The notes of a photo; None: there are none, or they cannot be read."""
    names = {key: name_of(text) for key, text in _FIELDS.items()}
    rating = name_of("xmp:Rating")
    try:
        with path.open("rb") as stream:
            packet = read_packet(stream.read(MAX_BYTES), [name for name in (*names.values(), rating) if name])
    except (OSError, UnreadablePacket):
        return None
    values = {key: packet.texts(name) for key, name in names.items() if name is not None}
    found: dict[str, tuple[str | int | float | bool, ...]] = {
        key: tuple(text for text in texts if text.strip()) for key, texts in values.items()
    }
    if rating is not None and packet.texts(rating) == (_FAVOURITE,):
        found["favourite"] = (True,)
    found = {key: some for key, some in found.items() if some}
    return FileNotes(values=found) if found else None
