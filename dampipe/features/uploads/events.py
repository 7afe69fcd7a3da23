"""The events of uploads."""

from dampipe.features.uploads.scopes import UPLOAD
from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class UploadStarted(EventPayload):
    """An upload is complete, and is being imported."""

    KIND = EventKind("upload.import_started", "An upload is being imported.", retention=LIBRARY, scope=UPLOAD)

    number: int
    files: int


class UploadFinished(EventPayload):
    """The import of an upload is over; the counts are files."""

    KIND = EventKind("upload.finished", "The import of an upload is over.", retention=LIBRARY, scope=UPLOAD)

    number: int
    imported: int
    already_there: int
    set_aside: int
    kept: bool
    """Whether the uploaded files are kept, since some were not imported."""
