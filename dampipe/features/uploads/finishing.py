"""What follows the end of an import of an upload: uploaded files whose copies were verified are deleted."""

from collections.abc import Sequence

from dampipe.features.imports.model import SessionState
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.uploads.folder import UploadFolder
from dampipe.features.uploads.queries import UploadRepository
from dampipe.features.uploads.tables import UploadRow
from dampipe.kernel.events.log import Event


class UploadFinisher:
    """A subscriber to the ends of imports."""

    def __init__(self, uploads: UploadRepository, imports: ImportRepository, folder: UploadFolder) -> None:
        self._uploads = uploads
        self._imports = imports
        self._folder = folder

    def __call__(self, events: Sequence[Event]) -> None:
        """Finish the uploads of imports that are over. Raises OSError, and is called again then."""
        for event in events:
            number = event.data["number"]
            row = self._uploads.of_import(int(number))
            if row is not None:
                self.finish(row)

    def finish(self, row: UploadRow) -> None:
        """Delete what was uploaded, unless some file was neither imported nor set aside as it should be."""
        assert row.id is not None and row.import_number is not None
        session = self._imports.session(row.import_number)
        counts, _ = self._imports.counts([row.import_number])[row.import_number]
        is_complete = session.state == SessionState.DONE and session.adds_up and not counts.unexpected
        if is_complete:
            self._folder.delete(row.id)
        self._uploads.finish(
            row.id,
            kept=not is_complete,
            imported=counts.imported,
            already_there=counts.already_there,
            set_aside=counts.set_aside,
        )
