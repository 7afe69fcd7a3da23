r"""Names and facts of files as SMB servers state them.

SMB has names of UTF-16, which may hold lone surrogates. In a key such a surrogate is what it is in WTF-8, three bytes
that are not UTF-8, so that every name has exactly one key and every key at most one name.
"""

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from dampipe.kernel.paths import kept_time
from dampipe.storage.files.walk import Listed

_FORBIDDEN = frozenset('\\:*?"<>|') | {chr(code) for code in range(32)}
r"""`\` would separate names, `:` would open an alternate stream of a file, and the others are wild cards."""

_FOLDER = 0x10
_DEVICE = 0x40
_REPARSE_POINT = 0x400
_NAME_SURROGATE = 0x20000000
"""The bit of a reparse tag that says: this stands for another file or folder."""
_SPECIAL = frozenset({0x80000014, 0x80000023, 0x80000024, 0x80000025, 0x80000026})
"""Tags of NFS's links and devices, and of sockets, pipes and devices of Linux in Windows."""
_FIXED = struct.Struct("<qqqqIIIIQ")
"""From the time of the last write on: change time, end of file, allocation, attributes, length of the name, size of the
extended attributes or reparse tag, reserved, file id."""
_EPOCH = 116_444_736_000_000_000
"""1970 in units of 100 ns since 1601."""


class Wide(str):
    """A name that is encoded with its lone surrogates, where smbprotocol encodes it."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "surrogatepass") -> bytes:
        return str.encode(self, encoding, "surrogatepass")


def path_of_key(key: str) -> str | None:
    """The path in a share for a key; None where SMB can have no such file."""
    try:
        path = os.fsencode(key).decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
    if key and (_FORBIDDEN & set(path) or any(name in ("", ".", "..") for name in path.split("/"))):
        return None
    return path.replace("/", "\\")


def name_of_wire(name: bytes) -> str:
    """The name in a key for one in UTF-16."""
    return os.fsdecode(name.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass"))


def nanoseconds(time: int) -> int:
    """A time of Windows in nanoseconds since 1970."""
    return kept_time((time - _EPOCH) * 100)


class Facts(NamedTuple):
    """What FileIdFullDirectoryInformation ([MS-FSCC] 2.4.22) states of a file."""

    listed: Listed
    followed: bool
    """Whether it is a file or folder, not a link, a device or a pipe."""


def parse_directory(buffer: bytes, *, ids: bool) -> Iterator[Facts]:
    """The entries of an answer to QUERY_DIRECTORY, also ".". ids: whether the file ids of the volume are stable."""
    at = 0
    while at + 80 <= len(buffer):
        following, written, size, attributes, length, tag, number = _read(buffer, at)
        name = name_of_wire(buffer[at + 80 : at + 80 + length])
        if name != "..":
            is_link = bool(attributes & _REPARSE_POINT) and (tag & _NAME_SURROGATE or tag in _SPECIAL)
            listed = Listed(
                name,
                bool(attributes & _FOLDER),
                size,
                nanoseconds(written),
                inode=number if ids and number != 2**64 - 1 else 0,
            )
            yield Facts(listed, not is_link and not attributes & _DEVICE)
        if not following:
            return
        at += following


def _read(buffer: bytes, at: int) -> tuple[int, int, int, int, int, int, int]:
    following = int.from_bytes(buffer[at : at + 4], "little")
    written, _, size, _, attributes, length, tag, _, number = _FIXED.unpack_from(buffer, at + 24)
    return following, written, size, attributes, length, tag, number
