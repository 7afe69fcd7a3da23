"""Why a file cannot be used: encrypted, of another kind, or damaged. Reads bytes only, and runs in the helper."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from dampipe.media.probe.signatures import still_container

NOT_DECODED = "its first frames cannot be decoded"
"""A warning of the probe."""

_HEAD = 1 << 16
_MAX_MOOV = 16 << 20
_TS_PACKETS = 200
_PROGRAM_STREAM = b"\x00\x00\x01\xba"
_CONTAINERS: tuple[tuple[int, bytes], ...] = (
    *((4, atom) for atom in (b"ftyp", b"moov", b"mdat", b"wide", b"pnot", b"styp")),
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska
    (0, b"RIFF"),
    (0, b"FORM"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (0, b"ID3"),
    (0, b"FLV\x01"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # ASF
    (0, _PROGRAM_STREAM),
    (0, b"\x00\x00\x01\xb3"),
    (0, b"\x06\x0e\x2b\x34"),  # MXF
    (0, b"riff\x2e\x91\xcf\x11"),  # Wave64
    (0, b"RF64"),
    (0, b"caff"),
    (0, b"\x1f\x07\x00"),  # DV
)
_OTHER_KINDS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"wOFF", "a font"),
    (0, b"\x00\x01\x00\x00\x00", "a font"),
    (0, b"bplist00", "a property list"),
    (0, b"\x00\x05\x16\x07", "a resource fork of macOS (AppleDouble)"),
    (0, b"#EXTM3U", "a playlist"),
    (0, b"<!DOCTYPE html", "a web page"),
    (0, b"<html", "a web page"),
    (0, b"<?xml", "an XML document"),
)
_ASF_ENCRYPTION = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
    bytes.fromhex("338505438169e6499b74ad12cb86d58c"),
)
"""The GUIDs of the objects Content Encryption, Extended Content Encryption and Advanced Content Encryption."""
_IMAGE_BRANDS = frozenset(
    (
        *(b"mif1", b"mif2", b"mif3", b"miaf", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"),
        *(b"hevm", b"hevs", b"avif", b"avis", b"avci", b"avcs", b"jpeg", b"jpgs", b"j2ki", b"j2is"),
    )
)


def diagnose(path: str) -> dict[str, Any] | None:
    """The error code, and its parameters, that say why the file cannot be used; None if nothing is known."""
    try:
        if not Path(path).is_file():
            return None
        schemes = encryption(path)
        if schemes:
            return {"code": "media.encrypted", "parameters": {"scheme": next(iter(schemes.values()))}}
        with Path(path).open("rb") as file:
            head = file.read(_HEAD)
        if not _is_utf16(head) and (_is_container(head) or still_container(path) is not None):
            return {"code": "media.damaged", "parameters": {}}
        kind = other_kind(head)
        if kind is not None:
            return {"code": "media.other_kind", "parameters": {"kind": kind}}
    except OSError:
        pass
    return None


def without_encrypted(response: dict[str, Any], path: str) -> dict[str, Any]:
    """The answer for a readable file without its encrypted streams; an error if all of it is encrypted.

    Protected files look intact until they are decoded. Only files whose first frame cannot be decoded
    are looked at, and sound, which the probe does not decode.
    """
    media = response["media"]
    if media["kind"] == "still" or (media["video"] is not None and NOT_DECODED not in media["warnings"]):
        return response
    try:
        schemes = encryption(path)
    except OSError:
        return response
    lost = [kind for kind in ("video", "audio") if kind in schemes and media[kind]]
    if not lost:
        return response
    left = media | {kind: None if kind == "video" else [] for kind in lost}
    if left["video"] is None and not left["audio"]:
        parameters = {"scheme": schemes[lost[0]]}
        return {
            "error": "Invalid data found",
            "diagnosis": {"code": "media.encrypted", "parameters": parameters},
        }
    subject = "picture" if lost == ["video"] else "sound"
    warnings = [warning for warning in media["warnings"] if lost != ["video"] or warning != NOT_DECODED]
    warnings.append(f"its {subject} is encrypted ({schemes[lost[0]]})")
    return {"media": left | {"kind": "video" if left["video"] else "audio", "warnings": warnings}}


def is_picture(head: bytes) -> bool:
    """Whether a file of the MP4 family is a still picture, which has no table of contents of a movie."""
    return head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS


def other_kind(head: bytes) -> str | None:
    """What a file is that is not media, by its first bytes: "a PDF document"; None if that is unknown."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n") if head[:1] in b"\xef \t\r\n<" else head
    for offset, signature, kind in _OTHER_KINDS:
        if start[offset : offset + len(signature)].lower() == signature.lower():
            return kind
    return "a text file" if _is_text(head) else None


def _is_utf16(head: bytes) -> bool:
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return False
    text = head[: len(head) // 2 * 2].decode("utf-16", "replace")[:1000]
    return all(character.isprintable() or character.isspace() for character in text) and "\ufffd" not in text


def _is_text(head: bytes) -> bool:
    if _is_utf16(head):
        return True
    if not head.strip() or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    try:
        head[:-3].decode("utf-8")  # the end may cut a character
    except UnicodeDecodeError as error:
        if error.start < len(head) - 6:
            # An old encoding: mostly ASCII
            return sum(byte > 127 for byte in head) < 0.2 * len(head)
    return True


def _is_container(head: bytes) -> bool:
    if any(head[offset : offset + len(signature)] == signature for offset, signature in _CONTAINERS):
        return True
    is_mpeg_audio = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return is_mpeg_audio or _ts_packet_size(head) is not None


def encryption(path: str) -> dict[str, str]:
    """How the picture ("video") and the sound ("audio") are encrypted: stream type -> name; {} if they are not."""
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot"):
            return _mp4_encryption(file)
    if head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
        return _both("Windows Media DRM") if any(guid in head for guid in _ASF_ENCRYPTION) else {}
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        # ContentEncodingType 1: encryption
        return _both("Matroska encryption") if b"\x50\x33\x81\x01" in head else {}
    if head.startswith(_PROGRAM_STREAM):
        return _both("CSS or another scrambling") if _has_scrambled_pes(head) else {}
    size = _ts_packet_size(head)
    return _both("conditional access") if size and _has_scrambled_packets(head, size) else {}


def _both(name: str) -> dict[str, str]:
    return {"video": name, "audio": name}


def _mp4_encryption(file: BinaryIO) -> dict[str, str]:
    found: dict[str, str] = {}
    for movie in _movies(file):
        for match in re.finditer(rb"(?=(?P<entry>encv|enca|drmi|drms))", movie):
            entry, rest = match["entry"], movie[match.start() : match.start() + 4096]
            if entry in (b"encv", b"enca") and b"sinf" not in rest:
                continue
            scheme = re.search(rb"schm\x00\x00\x00.(....)", rest, re.DOTALL)
            name = scheme[1].decode("ascii", "replace") if scheme else ""
            kind = "video" if entry in (b"encv", b"drmi") else "audio"
            found.setdefault(
                kind,
                "FairPlay" if entry.startswith(b"drm") or name == "itun" else f"Common Encryption, {name}",
            )
    return found


def _movies(file: BinaryIO) -> Iterator[bytes]:
    """The contents of the box moov, up to 16 MiB."""
    position = 0
    for _ in range(64):
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            return
        size, name = int.from_bytes(header[:4]), header[4:8]
        if size == 1:
            size = int.from_bytes(header[8:16])
        if name == b"moov":
            file.seek(position)
            yield file.read(min(size or _MAX_MOOV, _MAX_MOOV))
        if size < 8:
            return
        position += size


def _ts_packet_size(head: bytes) -> int | None:
    """188, 192 (with a time stamp before each packet) or 204; None if it is not a transport stream."""
    for size, offset in ((188, 0), (192, 4), (204, 0)):
        marks = head[offset : offset + 8 * size : size]
        if len(marks) == 8 and set(marks) == {0x47}:
            return size
    return None


def _has_scrambled_packets(head: bytes, size: int) -> bool:
    offset = 4 if size == 192 else 0
    flags = [head[n + 3] for n in range(offset, min(len(head), _TS_PACKETS * size) - 4, size)]
    scrambled = sum(flag & 0xC0 != 0 for flag in flags)
    return scrambled > len(flags) / 4


def _has_scrambled_pes(head: bytes) -> bool:
    starts = [
        match.start() for match in itertools.islice(re.finditer(rb"\x00\x00\x01[\xbd\xc0-\xef]", head), 50)
    ]
    flags = [head[start + 6] for start in starts if start + 6 < len(head) and head[start + 6] & 0xC0 == 0x80]
    return bool(flags) and sum(flag & 0x30 != 0 for flag in flags) > len(flags) / 4
