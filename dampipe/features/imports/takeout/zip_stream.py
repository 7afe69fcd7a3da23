"""The bytes of one file of a zip archive, read from where it lies and compared with what the archive says of it."""

import errno
import io
import os
import struct
import zlib
from typing import Any

STORED, DEFLATED = 0, 8
"""Methods of compression."""
_HEADER = struct.Struct("<4s2B4HL2L2H")
_SIGNATURE = b"PK\x03\x04"
_CHUNK = 1 << 20


class ZipStream(io.RawIOBase):
    """A stream of the content. At its end OSError (EIO) is raised unless size and CRC-32 are those of the archive.

    It never gives more bytes than the archive says that there are, whatever is packed.
    """

    def __init__(self, path: str, offset: int, packed: int, size: int, crc: int, method: int) -> None:
        """offset: of the local header. packed: bytes in the archive. Raises OSError."""
        super().__init__()
        self._left, self._size, self._crc = packed, size, crc
        self._given, self._sum = 0, 0
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if method == DEFLATED else None
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115
        try:
            self._file.seek(offset)
            header = self._file.read(_HEADER.size) or b""
            if len(header) < _HEADER.size or not header.startswith(_SIGNATURE):
                raise _damaged("there is no file where the archive says")
            *_, name, extra = _HEADER.unpack(header)
            self._file.seek(name + extra, os.SEEK_CUR)
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read some bytes; 0 at the end. Raises OSError (EIO) for a damaged archive."""
        view = memoryview(buffer).cast("B")
        block = self._next(len(view)) if len(view) else b""
        view[: len(block)] = block
        if not block and len(view):
            self._check_end()
        return len(block)

    def _next(self, most: int) -> bytes:
        if self._inflate is None:
            block = self._packed(min(most, self._left))
        else:
            block = b""
            while not block and not self._inflate.eof:
                packed = self._inflate.unconsumed_tail or self._packed(min(_CHUNK, self._left))
                try:
                    block = self._inflate.decompress(packed, most)
                except zlib.error as error:
                    raise _damaged(str(error)) from error
                if not packed and not block and not self._inflate.eof:
                    raise _damaged("it ends too early")
        self._given += len(block)
        self._sum = zlib.crc32(block, self._sum)
        if self._given > self._size:
            raise _damaged("there is more in it than the archive says")
        return block

    def _packed(self, most: int) -> bytes:
        block = self._file.read(most) or b"" if most else b""
        if most and not block:
            raise _damaged("the archive ends in it")
        self._left -= len(block)
        return block

    def _check_end(self) -> None:
        if self._given != self._size:
            raise _damaged("there is less in it than the archive says")
        if self._sum != self._crc:
            raise _damaged("its CRC-32 is not that of the archive")

    def close(self) -> None:
        """Close the archive."""
        self._file.close()
        super().close()


def _damaged(reason: str) -> OSError:
    return OSError(errno.EIO, f"the archive is damaged: {reason}")
