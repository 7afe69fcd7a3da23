"""A seekable stream over storage that is read from an offset on, and whose connection may break in the middle."""

import io
import time
from collections.abc import Callable, Generator
from typing import BinaryIO, Protocol, cast

from dampipe.kernel.errors import Transient

BUFFER = 128 * 1024
"""Bytes that small reads share."""
SKIP = 256 * 1024
"""Bytes that a forward seek reads and drops, which costs less than another request."""
PAUSES = (0.0, 0.5)
"""Seconds before each attempt to continue where nothing has come since the last one."""


class Blocks(Protocol):
    """An open file of a storage."""

    def read_from(self, offset: int) -> Generator[bytes, None, None]:
        """The file's bytes from an offset on, in blocks of any size, until its end.

        Raises Transient when the connection breaks; a later call opens the file again, and raises Conflict where it is
        another one.
        """
        ...

    def close(self) -> None:
        """Close the file; never raises."""
        ...


def stream_of(size: int, blocks: Blocks, truncated: Callable[[], Exception]) -> BinaryIO:
    """A stream over an open file, closed together with it.

    size: in bytes; nothing beyond is read. truncated: the error to raise where the file ends before.
    """
    return cast(BinaryIO, io.BufferedReader(_Stream(size, blocks, truncated), BUFFER))


def limited(size: int, end: int | None) -> int:
    """The size of a stream of a file of that many bytes that ends at `end`; see `FileStore.open`."""
    return size if end is None else min(size, end)


class _Stream(io.RawIOBase):
    def __init__(self, size: int, blocks: Blocks, truncated: Callable[[], Exception]) -> None:
        super().__init__()
        self._size = size
        self._blocks = blocks
        self._truncated = truncated
        self._position = 0
        self._running: Generator[bytes, None, None] | None = None
        self._block = memoryview(b"")
        self._block_at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        wanted = min(len(target), max(0, self._size - self._position))
        if not wanted:
            return 0
        self._move()
        while not self._block:
            self._fill()
        count = min(wanted, len(self._block))
        target[:count] = self._block[:count]
        self._drop(count)
        self._position += count
        return count

    def close(self) -> None:
        if not self.closed:
            self._stop()
            self._blocks.close()
        super().close()

    def _move(self) -> None:
        """Bring the running request to the position, or end it."""
        gap = self._position - self._block_at
        if gap < 0 or gap > len(self._block) + SKIP:
            self._stop()
        while (gap := self._position - self._block_at) > 0:
            if not self._block:
                if self._running is None:
                    self._block_at = self._position
                    return
                self._fill()
            self._drop(min(gap, len(self._block)))

    def _drop(self, count: int) -> None:
        self._block = self._block[count:]
        self._block_at += count

    def _stop(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None
        self._block = memoryview(b"")
        self._block_at = self._position

    def _fill(self) -> None:
        """Fetch the next block; continue where the connection broke."""
        pauses = iter(PAUSES)
        while True:
            if self._running is None:
                self._running = self._blocks.read_from(self._block_at)
            try:
                block = next(self._running, b"")
            except Transient:
                self._running = None
                pause = next(pauses, None)
                if pause is None:
                    raise
                time.sleep(pause)
                continue
            except BaseException:
                self._running = None
                raise
            if not block:
                raise self._truncated()
            self._block = memoryview(block)
            return
