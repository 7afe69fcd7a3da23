"""Receives bytes of a file: they count once they are on the disk, so that nothing is lost whenever this process dies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from dampipe.features.uploads import errors
from dampipe.features.uploads.folder import FileWriter, UploadFolder
from dampipe.features.uploads.queries import UploadRepository
from dampipe.features.uploads.tables import UploadFileRow
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.paths import printable

PORTION = 1 << 20
"""Bytes that are written at a time."""
SYNC = 64 << 20
"""Bytes after which what was received is recorded."""


class Receiver:
    """Of one request."""

    def __init__(self, uploads: UploadRepository, folder: UploadFolder, number: int, file: int) -> None:
        self._uploads = uploads
        self._folder = folder
        self._number = number
        self._file = file

    async def receive(
        self, check: Callable[[], object], offset: int, body: AsyncIterator[bytes]
    ) -> UploadFileRow:
        """Append the bytes of a request; `UploadService.receive` says what it raises. check: raises where the actor may
        not."""
        row = await run_in_threadpool(self._begin, check, offset)
        if row.received == row.size:
            return row
        try:
            with self._folder.writing(self._number, row.path) as writer:
                # Another request may have written until the lock was had.
                row = await run_in_threadpool(self._begin, check, offset)
                await run_in_threadpool(writer.start_after, row.received)
                await self._append(writer, row, body)
        except FileNotFoundError:
            place = printable(str(self._folder.of(self._number)))
            raise NotFound(errors.FOLDER_AWAY, number=self._number, path=place) from None
        return await run_in_threadpool(self._uploads.file, self._number, self._file)

    def _begin(self, check: Callable[[], object], offset: int) -> UploadFileRow:
        check()
        row = self._uploads.file(self._number, self._file)
        _check_offset(row, offset)
        return row

    async def _append(self, writer: FileWriter, row: UploadFileRow, body: AsyncIterator[bytes]) -> None:
        record = _Record(self._uploads, self._folder, row, writer)
        received, portion = row.received, bytearray()
        try:
            with suppress(ClientDisconnect):  # what has arrived counts; the client asks how much that is
                async for part in body:
                    received += len(part)
                    if received > row.size:
                        raise InvalidInput(errors.TOO_LONG, size=row.size)
                    portion += part
                    if len(portion) >= PORTION:
                        data = bytes(portion)
                        portion.clear()
                        await run_in_threadpool(record.write, data)
        finally:  # also where the request is cancelled: the file is this request's until its last bytes are recorded
            await asyncio.shield(run_in_threadpool(record.end, bytes(portion)))


class _Record:
    """Writes bytes of a file, and records them once they are on the disk."""

    def __init__(
        self, uploads: UploadRepository, folder: UploadFolder, row: UploadFileRow, writer: FileWriter
    ) -> None:
        self._uploads = uploads
        self._folder = folder
        self._row = row
        self._writer = writer
        self._recorded = row.received

    def write(self, data: bytes) -> None:
        """Append bytes, and record them from time to time. Raises StorageFull."""
        self._writer.write(data)
        if self._writer.size - self._recorded >= SYNC:
            self._save()

    def end(self, data: bytes) -> None:
        """Append the last bytes of a request, and record all of it. Raises StorageFull; what was written counts."""
        try:
            self._writer.write(data)
        finally:
            if self._writer.size > self._recorded:
                self._save()

    def _save(self) -> None:
        self._writer.sync()
        row, size = self._row, self._writer.size
        if size == row.size:
            self._folder.finish(row.upload_id, row.path, row.modified)
        if not self._uploads.save_received(row.upload_id, int(row.id or 0), self._recorded, size):
            raise NotFound(errors.FILE_NOT_FOUND, number=row.upload_id, file=row.id)
        self._recorded = size


def _check_offset(row: UploadFileRow, offset: int) -> None:
    if row.received != offset:
        raise Conflict(errors.OFFSET_WRONG, sent=offset, received=row.received)
