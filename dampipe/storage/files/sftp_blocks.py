"""Reads a file of an SFTP server by requests that are under way at the same time."""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress

from dampipe.kernel.errors import Conflict
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileEntry
from dampipe.storage.files.errors import FILE_CHANGED
from dampipe.storage.files.sftp_channel import Attributes, Kind, SftpChannel, SftpError, Status, data
from dampipe.storage.files.sftp_errors import FOREIGN, is_broken, translate_sftp_errors
from dampipe.storage.files.sftp_session import SftpSession

AHEAD = 4 * 2**20
"""Bytes that are under way at the same time, once a reader has shown that it reads on."""
BLOCK = 2**20
"""After about this many bytes the file's facts are asked for."""
FIRST = 128 * 1024
"""Bytes that are asked for after a seek, as many readers only want a header there; twice as many each time."""


class SftpBlocks:
    """An open file, which is opened again where the connection has broken."""

    def __init__(
        self,
        session: SftpSession,
        open_file: Callable[[SftpChannel], bytes],
        url: str,
        key: str,
        expected: FileEntry | None,
    ) -> None:
        """open_file: returns the handle. expected: what the file must be; None: what it is now."""
        self._session = session
        self._open_file = open_file
        self._url = url
        self._key = key
        self._facts: tuple[int, int] | None = None
        if expected is not None:
            self._facts = (expected.size, expected.mtime_ns // 10**9)
        self._opened: tuple[SftpChannel, bytes] | None = None
        self._open()
        self.end = self.size
        """Bytes from the beginning of the file that are wanted."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self._facts[0] if self._facts else 0

    def changed(self) -> Conflict:
        """The error for another file than the expected one."""
        return Conflict(FILE_CHANGED, store=self._url, key=printable(self._key))

    def read_from(self, offset: int) -> Generator[bytes, None, None]:
        """See `Blocks`."""
        with translate_sftp_errors(self._url, self._key):
            try:
                channel, handle = self._opened or self._open()
                yield from self._blocks(channel, handle, offset)
            except FOREIGN as error:
                if isinstance(error, SftpError) and error.status == Status.EOF:
                    raise self.changed() from error
                if is_broken(error):
                    self._opened = None
                    self._session.reset()
                raise

    def close(self) -> None:
        """Close the file; never raises."""
        opened, self._opened = self._opened, None
        if opened is not None and opened[0].is_open:
            with suppress(*FOREIGN):
                opened[0].close_handle(opened[1])

    def _open(self) -> tuple[SftpChannel, bytes]:
        channel = self._session.channel()
        handle = self._open_file(channel)
        self._opened = channel, handle
        try:
            self._check(channel.fstat(handle))
        except BaseException:
            self.close()
            raise
        return self._opened

    def _check(self, attributes: Attributes) -> None:
        facts = (attributes.size, attributes.mtime)
        self._facts = self._facts or facts
        if facts != self._facts:
            raise self.changed()

    def _blocks(self, channel: SftpChannel, handle: bytes, offset: int) -> Generator[bytes, None, None]:
        waiting = deque[tuple[object, int]]()
        asked, ahead = offset, FIRST
        pieces: list[bytes] = []
        gathered = 0
        while offset < self.end:
            while asked < self.end and asked - offset < ahead:
                count = min(channel.largest_read, self.end - asked)
                waiting.append((channel.ask(Kind.READ, handle, ("Q", asked), count), count))
                asked += count
            request, count = waiting.popleft()
            piece = data(channel.wait(request))  # type: ignore[arg-type]
            while len(piece) < count:  # a server may answer with less
                more = data(channel.call(Kind.READ, handle, ("Q", offset + len(piece)), count - len(piece)))
                piece += more
            offset += count
            pieces.append(piece)
            gathered += count
            if gathered >= min(BLOCK, ahead // 2) or offset >= self.end:
                # Asked for after the bytes are here, so that no change before it is missed.
                self._check(channel.fstat(handle))
                yield b"".join(pieces)
                pieces, gathered = [], 0
                ahead = min(2 * ahead, AHEAD)
