"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), with its extensions creation and termination."""

import base64
import binascii
from dataclasses import dataclass

from dampipe.features.uploads.errors import HEADER_INVALID, PATH_INVALID
from dampipe.features.uploads.model import LARGEST_FILE
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.storable import is_storable

VERSION = "1.0.0"
MEDIA_TYPE = "application/offset+octet-stream"
LONGEST_PATH = 1000
"""Characters."""
_LONGEST_NAME = 255
"""Bytes; more than that no file system takes."""
_LATEST = 253402300799.0
"""The last second of the year 9999."""


@dataclass(frozen=True)
class NewFile:
    """A file that is announced."""

    path: str
    size: int
    """Bytes."""
    modified: float
    """Seconds since 1970; 0: the client did not say."""


def new_file(version: str, length: str, metadata: str) -> NewFile:
    """A file as a client announces it: the headers Tus-Resumable, Upload-Length and Upload-Metadata.

    The metadata are `path` or `filename`, and `modified`, milliseconds since 1970. Raises InvalidInput.
    """
    check_version(version)
    said = _metadata(metadata)
    path = said.get("path") or said.get("filename") or ""
    check_path(path)
    modified = said.get("modified", "0") or "0"
    if not (modified.isascii() and modified.isdecimal() and len(modified) < 16):
        raise InvalidInput(HEADER_INVALID, name="Upload-Metadata", value=ascii(modified[:100]))
    return NewFile(path, number("Upload-Length", length), min(int(modified) / 1000, _LATEST))


def check_version(version: str) -> None:
    """Raise InvalidInput for another version of the protocol."""
    if version != VERSION:
        raise InvalidInput(HEADER_INVALID, name="Tus-Resumable", value=ascii(version[:100]))


def number(name: str, text: str) -> int:
    """A count of bytes in a header.

    >>> number("Upload-Offset", "17")
    17
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) <= LARGEST_FILE):
        raise InvalidInput(HEADER_INVALID, name=name, value=ascii(text[:100]))
    return int(text)


def check_path(path: str) -> None:
    """Raise InvalidInput unless a path leads to a file below the upload's folder on every machine.

    >>> check_path("card/CLIP 1.mov")
    """
    names = path.split("/")
    is_good = (
        0 < len(path) <= LONGEST_PATH
        and is_storable(path)
        and all(name not in ("", ".", "..") and "\\" not in name for name in names)
        and all(len(name.encode()) <= _LONGEST_NAME for name in names)
        and all(ord(character) >= 32 and ord(character) != 127 for character in path)
    )
    if not is_good:
        raise InvalidInput(PATH_INVALID, path=ascii(path[:200]))


def _metadata(text: str) -> dict[str, str]:
    """The pairs of Upload-Metadata: a key and a value in Base64 each, between commas."""
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError):  # of which UnicodeDecodeError is one
            raise InvalidInput(HEADER_INVALID, name="Upload-Metadata", value=ascii(pair[:100])) from None
    return found
