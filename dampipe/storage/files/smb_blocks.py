"""Reads an open file of an SMB server by large requests that are under way at the same time."""

from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from typing import Any

from smbclient._io import SMBFileIO, SMBFileTransaction
from smbprotocol.exceptions import SMBException
from smbprotocol.header import NtStatus
from smbprotocol.open import FilePipePrinterAccessMask

from dampipe.kernel.errors import Conflict
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileEntry
from dampipe.storage.files.errors import FILE_CHANGED
from dampipe.storage.files.smb_errors import is_broken, status_of, translate_smb_errors
from dampipe.storage.files.smb_messages import Message, OpenFacts, file_facts
from dampipe.storage.files.smb_session import SmbSession, block_size, pipelined

FIRST = 128 * 1024
"""Bytes of the first request after a seek, as many readers only want a header; each further one is twice as large."""
_READ = FilePipePrinterAccessMask.FILE_READ_DATA | FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
DEPTH = 8
"""Requests of up to 1 MiB that are under way at the same time, once a reader has shown that it reads on."""


class SmbBlocks:
    """A file that is opened for each run of requests, and once more to see that it is still the same.

    A handle cannot tell: while it is open, Samba states the time of the last write as it was at the opening, unless it
    was written to through Samba.
    """

    def __init__(
        self, session: SmbSession, path: str, url: str, key: str, expected: FileEntry | None
    ) -> None:
        """Open the file. path: in UNC. expected: what it must be; None: what it is now."""
        self._session = session
        self._path = path
        self._url = url
        self._key = key
        self._expected = expected
        self._facts: OpenFacts | None = None
        self._raw: SMBFileIO | None = self._open()
        self.end = self.size
        """Bytes from the beginning of the file that are wanted."""

    def _open(self) -> SMBFileIO:
        raw = self._session.raw(SMBFileIO, self._path, share_access="rwd", desired_access=_READ)
        try:
            with SMBFileTransaction(raw) as transaction:
                raw.open(transaction=transaction)
                transaction += file_facts(raw)
            self._check(transaction.results[1])
        except BaseException:
            close_quietly(raw)
            raise
        return raw

    def _check(self, facts: OpenFacts) -> None:
        if self._facts is None:
            wanted = self._expected
            if wanted is not None and (facts.size, facts.mtime_ns) != (wanted.size, wanted.mtime_ns):
                raise self.changed()
            self._facts = facts
        elif facts != self._facts:
            raise self.changed()

    @property
    def size(self) -> int:
        """Bytes."""
        return self._facts.size if self._facts else 0

    def changed(self) -> Conflict:
        """The error for another file than the expected one."""
        return Conflict(FILE_CHANGED, store=self._url, key=printable(self._key))

    def read_from(self, offset: int) -> Generator[bytes, None, None]:
        """See `Blocks`."""
        with translate_smb_errors(self._url, self._key):
            raw, self._raw = self._raw or self._open(), None
            try:
                with closing(pipelined(raw, _requests(raw, offset, self.end), DEPTH)) as blocks:
                    for block in blocks:
                        offset += len(block)
                        if offset >= self.end:
                            close_quietly(raw)
                            close_quietly(self._open())
                        yield block
            except (SMBException, OSError, ValueError) as error:
                if status_of(error) == NtStatus.STATUS_END_OF_FILE:
                    raise self.changed() from error
                if is_broken(error):
                    self._session.reset()
                raise
            finally:
                close_quietly(raw)

    def close(self) -> None:
        """Close the file; never raises."""
        if self._raw is not None:
            close_quietly(self._raw)
            self._raw = None


def close_quietly(raw: Any) -> None:
    """Close a handle; where that fails, the server has closed it, or will."""
    with suppress(SMBException, OSError, ValueError):
        raw.close()
    raw.fd._connected = False


def _requests(raw: SMBFileIO, offset: int, end: int) -> Iterator[Message[bytes]]:
    largest = block_size(raw.fd.connection.max_read_size)
    size = min(FIRST, largest)
    while offset < end:
        wanted = min(size, end - offset)
        yield raw.fd.read(offset, wanted, send=False)
        offset += wanted
        size = min(2 * size, largest)
