"""Random access to a gzip file: marks are kept while it is read, and reading begins again at the nearest one."""

import io
import os
import zlib
from bisect import bisect_right
from typing import Any

INTERVAL = 64 << 20
"""Bytes of content between two marks; each mark takes some 40 kB of memory."""
_CHUNK = 64 << 10
_GZIP = zlib.MAX_WBITS | 16


class GzipIndex:
    """A gzip file of which several streams may be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._marks: list[tuple[int, int, Any]] = [(0, 0, zlib.decompressobj(_GZIP))]
        """Of each: bytes of content, bytes of the file, and the state of the decompressor."""

    def stream(self, start: int = 0, size: int | None = None) -> "GzipStream":
        """The content from a position. size: bytes; None: all that follows, and it can be sought in."""
        return GzipStream(self, start, size)

    def read_to_end(self) -> None:
        """Read what is left after the last file of an archive. Raises EOFError if the gzip file was cut."""
        with self.stream(self._marks[-1][0]) as rest:
            while rest.read(1 << 20):
                pass

    def near(self, position: int) -> tuple[int, int, Any]:
        """The last mark before a position, with a copy of the decompressor."""
        found = self._marks[bisect_right([one[0] for one in self._marks], position) - 1]
        return found[0], found[1], found[2].copy()

    def mark(self, content: int, file: int, decompressor: Any) -> None:
        """Keep a mark, unless there is one near it."""
        if content - self._marks[-1][0] >= INTERVAL:
            self._marks.append((content, file, decompressor.copy()))


class GzipStream(io.RawIOBase):
    """A part of the content. Raises EOFError where the file was cut, OSError where it is damaged."""

    def __init__(self, index: GzipIndex, start: int, size: int | None) -> None:
        super().__init__()
        self._index = index
        self._start, self._size = start, size
        self._at = start
        """What is read next."""
        self._file = open(index.path, "rb", buffering=0)  # noqa: SIM115
        self._restart(start)

    def _restart(self, position: int) -> None:
        self._content, self._read, self._inflate = self._index.near(position)
        self._file.seek(self._read)
        self._buffer = b""
        """Content that was decompressed; it begins at `_content`."""

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be sought in: yes; backwards from a mark."""
        return True

    def tell(self) -> int:
        """Bytes from the start of the stream."""
        return self._at - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; what lies between is decompressed when something is read. Not from the end."""
        if whence == os.SEEK_END:
            raise OSError("the end of the content is not known")
        self._at = self._start + offset if whence == os.SEEK_SET else self._at + offset
        return self.tell()

    def readinto(self, buffer: Any, /) -> int:
        """Read some bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        most = len(view)
        if self._size is not None:
            most = min(most, self._start + self._size - self._at)
        if most <= 0:
            return 0
        if self._at < self._content:
            self._restart(self._at)
        while self._at >= self._content + len(self._buffer):
            if not self._advance():
                if self._size is not None:
                    raise EOFError("the archive ends in a file")
                return 0
        begin = self._at - self._content
        block = self._buffer[begin : begin + most]
        view[: len(block)] = block
        self._at += len(block)
        return len(block)

    def _advance(self) -> bool:
        """Decompress the next piece in place of the last one; False: there is none."""
        self._content += len(self._buffer)
        self._buffer = b""
        self._index.mark(self._content, self._read, self._inflate)
        while not self._buffer:
            packed = self._file.read(_CHUNK) or b""
            self._read += len(packed)
            if not packed:
                if not self._inflate.eof:
                    raise EOFError("the gzip file ends too early")
                return False
            found = []
            while packed:
                if self._inflate.eof:  # another member, or zeroes after the last one
                    if not packed.strip(b"\0"):
                        break
                    self._inflate = zlib.decompressobj(_GZIP)
                try:
                    found.append(self._inflate.decompress(packed))
                except zlib.error as error:
                    raise OSError(f"the gzip file is damaged: {error}") from error
                packed = self._inflate.unused_data
            self._buffer = b"".join(found)
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
