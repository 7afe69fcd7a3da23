"""Identifiers by which files belong together: Live Photos, bursts, and the film inside a motion photo.

Only the head and the tail of a still are read. What cannot be understood is left out: it never fails a file.
"""

import os
import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

_CONTENT = "com.apple.quicktime.content.identifier"
_APPLE = b"Apple iOS\0"
_APPLE_BURST, _APPLE_CONTENT = 0x000B, 0x0011
_MAKER_NOTE = 0x927C
_EXIF = 0x8769
_ID = re.compile(r"[\x21-\x7e]{8,100}")
_MOTION = re.compile(rb"""(?:MotionPhoto|MicroVideo)\s*(?:=\s*["']|>)\s*1\b""")
_OFFSET = re.compile(rb"""MicroVideoOffset\s*(?:=\s*["']|>)\s*(\d{1,18})""")
_BURST = re.compile(rb"""GCamera:BurstID\s*(?:=\s*["']|>)\s*([\x21\x23-\x3b\x3d-\x7e]{8,100}?)["'<]""")
_ITEM = re.compile(rb"<[\w-]*:?(?:Item|li)\b[^>]*Semantic[^>]*>")
_SAMSUNG_FILM = 0x0A30


def content_id(tag_sets: Iterable[Mapping[str, str]]) -> str | None:
    """The identifier that a film shares with its photograph."""
    for tags in tag_sets:
        for key, value in tags.items():
            if key.lower() == _CONTENT and _ID.fullmatch(value.strip()):
                return value.strip()
    return None


def still_identifiers(path: str, container: str) -> dict[str, Any]:
    """The fields of MediaInfo that a JPEG or HEIC file has: content_id, burst_id, embedded_film."""
    try:
        notes, xmp = _metadata(path, container)
    except Exception:  # whatever the libraries raise for inconsistent metadata
        return {}
    found: dict[str, Any] = {
        "content_id": notes.get(_APPLE_CONTENT),
        "burst_id": notes.get(_APPLE_BURST) or _burst(xmp),
    }
    with Path(path).open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        film = _film_by_xmp(stream, size, xmp) or _film_of_samsung(stream, size)
    if film is not None:
        found["embedded_film"] = {"offset": film[0], "length": film[1]}
    return {key: value for key, value in found.items() if value is not None}


def _metadata(path: str, container: str) -> tuple[dict[int, str], bytes]:
    """The texts of Apple's maker note by tag, and the XMP packet. The picture is not decoded."""
    from PIL import Image

    if container == "heif":
        from pi_heif import register_heif_opener

        register_heif_opener()
    with Image.open(path, formats=[container.upper()]) as picture:
        note = picture.getexif().get_ifd(_EXIF).get(_MAKER_NOTE, b"")
        xmp = picture.info.get("xmp", b"")
    return apple_texts(note if isinstance(note, bytes) else b""), xmp if isinstance(xmp, bytes) else b""


def apple_texts(note: bytes) -> dict[int, str]:
    """The texts in a maker note of Apple by tag; {} for any other note.

    The note is an IFD, big-endian, after a header of 14 bytes; its offsets count from the beginning of the note.
    """
    if not note.startswith(_APPLE) or note[12:14] != b"MM" or len(note) < 16:
        return {}
    found: dict[int, str] = {}
    (count,) = struct.unpack_from(">H", note, 14)
    for number in range(count):
        start = 16 + 12 * number
        if start + 12 > len(note):
            break
        tag, kind, length = struct.unpack_from(">HHI", note, start)
        if kind != 2:
            continue
        offset = struct.unpack_from(">I", note, start + 8)[0] if length > 4 else start + 8
        text = note[offset : offset + min(length, 100)].split(b"\0")[0].decode("ascii", "replace")
        if _ID.fullmatch(text):
            found[tag] = text
    return found


def _burst(xmp: bytes) -> str | None:
    match = _BURST.search(xmp)
    return match[1].decode("ascii") if match else None


def _film_by_xmp(stream: BinaryIO, size: int, xmp: bytes) -> tuple[int, int] | None:
    """Offset and length by the XMP of Google's cameras: the film is the last item behind the picture, or nearly."""
    if not _MOTION.search(xmp):
        return None
    if match := _OFFSET.search(xmp):
        length = int(match[1])
        return _checked(stream, size, size - length, length)
    end = size
    for item in reversed(_ITEM.findall(xmp)):
        length = _number(item, b"Length")
        if b"MotionPhoto" in item:
            return _checked(stream, size, end - length, length)
        end -= length + _number(item, b"Padding")
    return None


def _number(item: bytes, name: bytes) -> int:
    match = re.search(name + rb"""\s*=\s*["'](\d{1,18})""", item)
    return int(match[1]) if match else 0


def _film_of_samsung(stream: BinaryIO, size: int) -> tuple[int, int] | None:
    """Offset and length by the trailer of Samsung's cameras, a directory of blocks behind the picture."""
    tail = _at(stream, size - 8, 8)
    if tail[4:] != b"SEFT":
        return None
    length = int.from_bytes(tail[:4], "little")
    start = size - 8 - length
    directory = _at(stream, start, min(length, 1 << 16))
    if directory[:4] != b"SEFH" or len(directory) < 12:
        return None
    count = int.from_bytes(directory[8:12], "little")
    for number in range(min(count, (len(directory) - 12) // 12)):
        _, kind, back, block = struct.unpack_from("<HHII", directory, 12 + 12 * number)
        if kind == _SAMSUNG_FILM:
            name = int.from_bytes(_at(stream, start - back + 4, 4), "little")
            return _checked(stream, size, start - back + 8 + name, block - 8 - name)
    return None


def _checked(stream: BinaryIO, size: int, offset: int, length: int) -> tuple[int, int] | None:
    """Offset and length if an MP4 begins there."""
    if offset <= 0 or length < 16 or offset + length > size:
        return None
    return (offset, length) if _at(stream, offset + 4, 4) == b"ftyp" else None


def _at(stream: BinaryIO, offset: int, length: int) -> bytes:
    if offset < 0:
        return b""
    stream.seek(offset)
    return stream.read(length)
