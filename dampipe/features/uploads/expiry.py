"""The periodic job of uploads: those that are not continued are deleted, and missed ends of imports made good."""

from dampipe.features.imports.model import OPEN_STATES
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.uploads.finishing import UploadFinisher
from dampipe.features.uploads.folder import UploadFolder
from dampipe.features.uploads.model import UploadState
from dampipe.features.uploads.queries import UploadRepository

KEEP_OPEN = 7 * 86_400.0
"""Seconds for which an upload is kept that is not continued: its files are at their owner's."""
KEEP_DONE = 30 * 86_400.0
"""Seconds for which it is shown what has become of one."""
STUCK = 900.0
"""Seconds after which the end of an import was missed."""


class ExpireUploadsTask:
    """Deletes old uploads."""

    def __init__(
        self,
        uploads: UploadRepository,
        folder: UploadFolder,
        imports: ImportRepository,
        finisher: UploadFinisher,
    ) -> None:
        self._uploads = uploads
        self._folder = folder
        self._imports = imports
        self._finisher = finisher

    def __call__(self) -> str:
        """Once. Raises OSError where a folder cannot be deleted."""
        deleted = 0
        for state, seconds in ((UploadState.OPEN, KEEP_OPEN), (UploadState.DONE, KEEP_DONE)):
            for row in self._uploads.untouched(seconds, [state]):
                assert row.id is not None
                if row.machine != self._uploads.machine and not self._folder.of(row.id).is_dir():
                    continue  # its files are on the other machine, which deletes them
                self._uploads.remove(row.id)
                self._folder.delete(row.id)
                deleted += 1
        for row in self._uploads.untouched(STUCK, [UploadState.IMPORTING]):
            number = row.import_number
            if number is not None and self._imports.session(number).state not in OPEN_STATES:
                self._finisher.finish(row)
        return f"{deleted} uploads deleted"
