"""A seekable stream of an object: one request for consecutive reads, continued by range where it breaks off."""

import io
import time
from collections.abc import Callable
from typing import Any, Protocol

TRIES = 5
"""Attempts to continue without a byte in between."""
_PAUSE = 0.5
"""Seconds before the second attempt, doubled for each further one."""
_SKIPPED = 1 << 16
"""A seek forward by at most that many bytes reads them instead of beginning another request."""


class Body(Protocol):
    """What is left of an answer."""

    def read(self, amt: int) -> bytes:
        """At most `amt` bytes; empty at the end."""
        ...

    def close(self) -> None:
        """Drop the rest."""
        ...


class ObjectStream(io.RawIOBase):
    """Reads an object whose content stays the same; the functions that it is given see to that."""

    def __init__(
        self,
        size: int,
        fetch: Callable[[int], Body],
        is_broken: Callable[[BaseException], bool],
        give_up: Callable[[BaseException | None], Exception],
        body: Body | None = None,
    ) -> None:
        """size: bytes. fetch: the content from an offset on. give_up: the error for a transfer that stays broken.

        body: the content from the start, where it was asked for already.
        """
        self._size = size
        self._fetch = fetch
        self._is_broken = is_broken
        self._give_up = give_up
        self._body = body
        self._at = 0
        """Offset of the next byte of `_body`."""
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"negative seek value {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._position)
        if wanted <= 0:
            return 0
        content = self._read(wanted)
        buffer[: len(content)] = content
        self._position += len(content)
        self._at = self._position
        if self._position == self._size:
            self._drop()
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()

    def _read(self, wanted: int) -> bytes:
        failure: BaseException | None = None
        for attempt in range(TRIES):
            if attempt:
                time.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                content = self._body_at(self._position).read(wanted)
            except Exception as error:
                self._drop()
                if not self._is_broken(error):
                    raise
                failure = error
                continue
            if content:
                return content
            self._drop()  # the answer was shorter than the object
        raise self._give_up(failure)

    def _body_at(self, position: int) -> Body:
        gap = position - self._at
        if self._body is not None and 0 < gap <= _SKIPPED:
            while gap and (skipped := self._body.read(gap)):
                gap -= len(skipped)
                self._at += len(skipped)
        if self._body is None or self._at != position:
            self._drop()
            self._body, self._at = self._fetch(position), position
        return self._body

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()
