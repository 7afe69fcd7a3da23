"""The use case of notifications: they ring, and a scan looks at what has changed. Thousands of them make a few scans."""

import logging
import os
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from dampipe.features.scanning.notifications import Change, Notification, parse_notification
from dampipe.features.scanning.queries import ScanRepository, topmost
from dampipe.features.scanning.scopes import NOTIFY
from dampipe.features.sources import errors as source_errors
from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import Actor, require
from dampipe.kernel.errors import DampipeError, NotFound
from dampipe.kernel.paths import is_url, join_root, printable, split_key
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

DELAY = 10.0
"""Seconds between the first notification and its scan: those that come meanwhile are answered by the same scan."""
MOST_FOLDERS = 8
"""Folders that one scan looks at; where more have changed, it looks at the whole source."""


class RingReport(BaseModel):
    """What came of a notification."""

    model_config = ConfigDict(frozen=True)

    events: int = 0
    """Changes of objects that it told of."""
    ignored: int = 0
    """Those of them that are of another bucket, or not below the source's root."""
    scan: int | None = None
    """The scan that was created; None: one that has not begun yet looks at the same, or there is nothing to look at."""


class RingService:
    """Any method may raise CatalogueDown."""

    def __init__(
        self, scans: ScanRepository, sources: SourceRepository, visibility: Visibility, stores: FileStores
    ) -> None:
        self._scans = scans
        self._sources = sources
        self._visibility = visibility
        self._stores = stores

    def ring(self, actor: Actor, name: str, body: bytes) -> RingReport:
        """Have a scan look at what a notification tells of, unless one that has not begun yet will.

        Raises NotFound for a source that does not exist, or not for this actor, and InvalidInput for a document of
        no known kind.
        """
        require(actor, NOTIFY)
        if not self._visibility.of(actor).is_all:
            raise NotFound(source_errors.NOT_FOUND, name=printable(name))
        source = self._sources.named(name)
        notification = parse_notification(body)
        if notification.confirmation:
            log.warning(
                "source %s: SNS asks whether its notifications are wanted. If they are: %s",
                source.name,
                notification.confirmation,
            )
        places, ignored = _places(source, notification)
        report = RingReport(events=len(notification.changes), ignored=ignored)
        waiting = self._scans.waiting_below(source.root) if places else []
        left = [names for names in places if not all(_is_covered(name, waiting) for name in names)]
        if not left:
            return report
        # A storage is asked about few folders only, and about none that is to be looked at anyway.
        folders = [""] if len(left) > MOST_FOLDERS else [self._existing(source, names) for names in left]
        scan = self._scans.create_ring(source.root, topmost(folders), DELAY, MOST_FOLDERS)
        return report.model_copy(update={"scan": scan})

    def _existing(self, source: Source, names: Sequence[str]) -> str:
        """The first spelling of a folder that exists, or the nearest folder above; "": the source's root."""
        try:
            for name in names:
                if self._is_folder(source, name):
                    return name
            folder = names[0]
            while folder and not self._is_folder(source, folder):
                folder = split_key(folder)[0]
        except (DampipeError, OSError):  # the scan says what is wrong
            return ""
        return folder

    def _is_folder(self, source: Source, folder: str) -> bool:
        if not folder:
            return True
        if is_url(source.root):
            return self._stores.of(source.root).is_folder(folder)
        return os.path.isdir(join_root(source.root, folder))


def _places(source: Source, told: Notification) -> tuple[list[tuple[str, ...]], int]:
    """The folders below the root in which something has changed, each in all spellings; and how much is ignored."""
    places: dict[tuple[str, ...], None] = {("",): None} if told.everything else {}
    ignored = 0
    for change in told.changes:
        keys = _below_root(source, change)
        if keys:
            places[tuple(dict.fromkeys(split_key(key)[0] for key in keys))] = None
        else:
            ignored += 1
    return list(places), ignored


def _below_root(source: Source, change: Change) -> list[str]:
    """The spellings of a key that lie below the source's root, relative to it."""
    if change.bucket is None:
        is_local = not is_url(source.root)
        return [key for key in change.keys if key and not (is_local and _leads_out(key))]
    scheme, _, rest = source.root.partition("://")
    place, _, prefix = rest.partition("/")
    if scheme != "s3" or place.rpartition("@")[2] != change.bucket:
        return []
    start = f"{prefix}/" if prefix else ""
    return [key.removeprefix(start) for key in change.keys if key.startswith(start) and key != start]


def _leads_out(key: str) -> bool:
    return key.startswith("/") or ".." in key.split("/")


def _is_covered(folder: str, waiting: Iterable[str]) -> bool:
    return any(not other or folder == other or folder.startswith(f"{other}/") for other in waiting)
