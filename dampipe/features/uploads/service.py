"""The use cases of uploads: a client announces files, sends their bytes in any number of requests, and imports them."""

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from dampipe.features.imports.model import FileState, ImportRequest, SessionState
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.service import ImportService
from dampipe.features.uploads import errors
from dampipe.features.uploads.folder import UploadFolder
from dampipe.features.uploads.model import (
    AsideReport,
    UploadFileReport,
    UploadReport,
    UploadRequest,
    UploadState,
)
from dampipe.features.uploads.queries import UploadRepository
from dampipe.features.uploads.receiving import Receiver
from dampipe.features.uploads.scopes import UPLOAD
from dampipe.features.uploads.tables import UploadFileRow, UploadRow
from dampipe.features.uploads.tus import NewFile
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.errors import NotFound
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import Visibility

MOST_ASIDE = 100
"""Files of a report that were not imported."""


class UploadService:
    """Any method may raise CatalogueDown, Forbidden for an actor that sees a part of the library only, since a receipt
    says what the whole library has, and NotFound for an upload of another person, unless the actor is a manager."""

    def __init__(
        self,
        uploads: UploadRepository,
        folder: UploadFolder,
        imports: ImportService,
        sessions: ImportRepository,
        visibility: Visibility,
    ) -> None:
        self._uploads = uploads
        self._folder = folder
        self._imports = imports
        self._sessions = sessions
        self._visibility = visibility

    def begin(self, actor: Actor, request: UploadRequest) -> UploadReport:
        """Begin an upload without files.

        Raises InvalidInput and NotFound for a destination that is not a managed source or is away, or a pattern that is
        not valid, and StorageFull.
        """
        require(actor, UPLOAD)
        self._require_all(actor)
        self._imports.check_destination(request.to, request.pattern)
        number = self._uploads.create(actor, request.to, request.pattern)
        self._folder.create(number)
        return self.report(actor, number)

    def report(self, actor: Actor, number: int) -> UploadReport:
        """How far an upload is; once it is imported, what has become of its files."""
        require(actor, UPLOAD)
        return self._reports([self._mine(actor, number)])[0]

    def latest(self, actor: Actor, *, everybody: bool = False, limit: int = 20) -> list[UploadReport]:
        """The newest uploads, newest first. everybody: not the actor's alone, for managers."""
        require(actor, UPLOAD)
        self._require_all(actor)
        if everybody:
            require(actor, MANAGE)
        return self._reports(self._uploads.latest(None if everybody else actor, limit))

    def add_file(self, actor: Actor, number: int, new: NewFile) -> UploadFileReport:
        """Announce a file; one that was announced before is continued.

        Raises Conflict for an upload that is over, or a path that is taken, InvalidInput for too many files, StorageFull
        where there is no room for it.
        """
        require(actor, UPLOAD)
        self._mine(actor, number)
        row, is_new = self._uploads.add_file(number, new, self._folder.room)
        if is_new or not row.received:
            try:
                self._folder.make(number, new.path)
            except Exception:
                self._uploads.remove_file(number, int(row.id or 0))
                raise
            self._complete(number, row)
        return _file_report(row)

    def file(self, actor: Actor, number: int, file: int) -> UploadFileReport:
        """How many bytes of a file were received."""
        require(actor, UPLOAD)
        self._mine(actor, number)
        return _file_report(self._uploads.file(number, file))

    def files(self, actor: Actor, number: int, after: int = 0, limit: int = 1000) -> list[UploadFileReport]:
        """Files of an upload after a number, in the order in which they were announced."""
        require(actor, UPLOAD)
        self._mine(actor, number)
        return [_file_report(row) for row in self._uploads.files(number, after, limit)]

    async def receive(
        self, actor: Actor, number: int, file: int, offset: int, body: AsyncIterator[bytes]
    ) -> UploadFileReport:
        """Append the bytes of a request to a file, as far as they arrive.

        Raises Conflict for an upload that is over, or bytes that do not follow those that were received, InvalidInput
        for more bytes than were announced, Busy while another request sends bytes of the file, and StorageFull; what
        has arrived before is kept.
        """
        require(actor, UPLOAD)
        receiver = Receiver(self._uploads, self._folder, number, file)
        return _file_report(await receiver.receive(lambda: self._mine(actor, number), offset, body))

    def remove_file(self, actor: Actor, number: int, file: int) -> None:
        """Leave a file out of an upload that takes files still."""
        require(actor, UPLOAD)
        self._mine(actor, number)
        path = self._uploads.file(number, file).path
        self._uploads.remove_file(number, file)
        self._folder.remove(number, path)

    def start_import(self, actor: Actor, number: int) -> UploadReport:
        """Have the files imported, which workers do; none can be added afterwards.

        Raises Conflict for files that are not complete or an upload that was imported, and NotFound where the
        destination or the uploaded files are away; then it can be asked for again.
        """
        require(actor, UPLOAD)
        row = self._mine(actor, number)
        folder = self._folder.of(number)
        if row.state == UploadState.OPEN and not folder.is_dir():
            raise NotFound(errors.FOLDER_AWAY, number=number, path=printable(str(folder)))
        self._uploads.seal(number, actor)
        self._uploads.save_import(number, self._import_of(actor, row, folder))
        return self.report(actor, number)

    def _import_of(self, actor: Actor, row: UploadRow, folder: Path) -> int:
        """The number of the import of an upload; it is begun unless it was before this process died."""
        known = self._sessions.of_origin(os.path.normpath(folder))
        if known is not None:
            return known
        request = ImportRequest(
            importer="folder", origin=str(folder), to=(row.destination,), pattern=row.pattern
        )
        return self._imports.begin_for(actor, request)

    def delete(self, actor: Actor, number: int) -> None:
        """Delete an upload, with the files that are not in a source yet. Raises Conflict while it is imported."""
        require(actor, UPLOAD)
        self._mine(actor, number)
        self._uploads.remove(number)
        self._folder.delete(number)

    def _complete(self, number: int, row: UploadFileRow) -> None:
        if row.received == row.size:
            self._folder.finish(number, row.path, row.modified)

    def _require_all(self, actor: Actor) -> None:
        """Who uploads may see everything: what is there already is said."""
        self._visibility.of(actor).require_all(actor)

    def _mine(self, actor: Actor, number: int) -> UploadRow:
        self._require_all(actor)
        row = self._uploads.upload(number)
        if row.actor != str(actor) and not actor.may(MANAGE):
            raise NotFound(errors.NOT_FOUND, number=number)
        return row

    def _reports(self, rows: Sequence[UploadRow]) -> list[UploadReport]:
        totals = self._uploads.totals([int(row.id or 0) for row in rows])
        return [self._report(row, totals[int(row.id or 0)]) for row in rows]

    def _report(self, row: UploadRow, totals: tuple[int, int, int, int]) -> UploadReport:
        report = UploadReport(
            number=int(row.id or 0), actor=row.actor, to=row.destination, pattern=row.pattern,
            state=UploadState(row.state), files=totals[0], complete=totals[1], bytes=totals[2], received=totals[3],
            created_at=row.created_at, import_number=row.import_number,
        )  # fmt: skip
        if row.import_number is None:
            return report
        session = self._sessions.session(row.import_number)
        aside = self._sessions.files(row.import_number, [FileState.SET_ASIDE], 0, MOST_ASIDE)
        return report.model_copy(
            update={
                "import_state": SessionState(session.state),
                "problem": session.problem,
                "counts": self._sessions.counts([row.import_number])[row.import_number][0],
                "set_aside": tuple(
                    AsideReport(path=printable(one.key), reason=one.reason, detail=one.detail)
                    for one in aside
                ),
            }
        )


def _file_report(row: UploadFileRow) -> UploadFileReport:
    return UploadFileReport(
        number=int(row.id or 0), path=row.path, size=row.size, received=row.received, modified=row.modified
    )
