"""The events of imports."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class ImportStarted(EventPayload):
    """An import was asked for."""

    KIND = EventKind("import.started", "An import was asked for.", retention=LIBRARY, scope=MANAGE)

    number: int
    importer: str


class ImportFinished(EventPayload):
    """An import is over, in whatever way; the counts are files."""

    KIND = EventKind(
        "import.finished", "An import is over; its receipt is kept.", retention=LIBRARY, scope=MANAGE
    )

    number: int
    state: str
    """`done`, `failed` or `cancelled`."""
    imported: int
    already_there: int
    metadata_used: int = 0
    """Files that describe others."""
    set_aside: int
    adds_up: bool
    safe_to_format: bool


class ImportFileSetAside(EventPayload):
    """An input file was not copied, although it was to be."""

    KIND = EventKind(
        "import.file_set_aside", "An import has set a file aside.", retention=LIBRARY, scope=MANAGE
    )

    number: int
    file: int
    """Number of the file in the receipt."""
    reason: str
