"""Where the copies of contents are, and whether they can be read now. Only reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, literal_column, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.model import LocationState, Source, Tier
from dampipe.features.sources.mounts import is_mounted
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import is_url, join_key
from dampipe.kernel.visibility import View
from dampipe.storage.files.base import StorageState


class Availability(StrEnum):
    """Whether a copy can be read now."""

    AT_HAND = "at_hand"
    RESTORED = "restored"
    """It can be read until the storage archives it again."""
    RESTORING = "restoring"
    ARCHIVED = "archived"
    """The storage has to be asked for it first."""
    OFFLINE = "offline"
    """A person has to fetch its medium."""
    AWAY = "away"
    """Its volume is not there."""
    LEAVING = "leaving"
    """It is to be deleted, and counts as no copy."""
    MISSING = "missing"


READABLE = frozenset({Availability.AT_HAND, Availability.RESTORED})


@dataclass(frozen=True)
class CopyFacts:
    """A file of a version."""

    location: int
    version: int
    asset: int
    sha1: str
    size: int
    source: SourceId
    root: str
    """Of its source, as this machine sees it."""
    key: str
    path: str
    """Absolute, or a URL."""
    state: LocationState
    storage_state: StorageState
    storage_class: str
    restored_until: float | None
    leaves_at: float | None
    verdict: str | None
    """Of the last fixity check of this content; None: there was none."""
    verified_at: float
    is_shown: bool
    """Whether its place may be named."""


def copies_of(
    connection: Connection, database: Database, versions: Iterable[int], view: View
) -> dict[int, list[CopyFacts]]:
    """The visible files of versions, by version; those without files are left out."""
    found: dict[int, list[CopyFacts]] = {}
    query = _facts(database, view)
    for some in chunked(list(versions)):
        for row in connection.execute(query.where(LOCATION.c.version_id.in_(some))):
            found.setdefault(row.version_id, []).append(_copy(row))
    return found


def unidentified_copies(connection: Connection, database: Database, view: View) -> Iterator[CopyFacts]:
    """The visible files that are not online and have not been identified; their version and asset are 0."""
    not_online = LOCATION.c.storage_state != literal_column(
        f"'{StorageState.ONLINE}'"
    )  # as the index says it
    query = _facts(database, view).where(not_online, LOCATION.c.version_id.is_(None))
    yield from map(_copy, connection.execute(query))


def _facts(database: Database, view: View) -> Select[Any]:
    checked = and_(
        VERIFICATION.c.location_id == LOCATION.c.id, VERIFICATION.c.version_id == LOCATION.c.version_id
    )
    columns = (
        *(LOCATION.c.id, LOCATION.c.version_id, LOCATION.c.size, LOCATION.c.state, LOCATION.c.leaves_at),
        *(LOCATION.c.storage_state, LOCATION.c.storage_class, LOCATION.c.restored_until),
        *(VERSION.c.asset_id, VERSION.c.sha1, FOLDER.c.source_id, VERIFICATION.c.result, VERIFICATION.c.at),
        view.shows_folder(LOCATION.c.folder_id).label("is_shown"),
        *place_columns(database),
    )
    return (
        select(*columns)
        .select_from(
            LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
            .outerjoin(VERSION, VERSION.c.id == LOCATION.c.version_id)
            .outerjoin(VERIFICATION, checked)
        )
        .where(view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id))
        .order_by(LOCATION.c.id)
    )


def _copy(row: Any) -> CopyFacts:
    return CopyFacts(
        location=row.id,
        version=row.version_id or 0,
        asset=row.asset_id or 0,
        sha1=row.sha1 or "",
        size=row.size,
        source=SourceId(row.source_id),
        root=row.root,
        key=join_key(row.folder, row.file),
        path=full_path(row),
        state=LocationState(row.state),
        storage_state=StorageState(row.storage_state),
        storage_class=row.storage_class,
        restored_until=row.restored_until,
        leaves_at=row.leaves_at,
        verdict=row.result,
        verified_at=row.at or 0.0,
        is_shown=bool(row.is_shown),
    )


class Availabilities:
    """Whether copies can be read, by what the catalogue knows and whether volumes are there; storages are not asked."""

    def __init__(
        self, sources: Sequence[Source], now: float, is_there: Callable[[str], bool] = is_mounted
    ) -> None:
        """now: seconds since 1970 by the database's clock."""
        self._sources: Mapping[SourceId, Source] = {source.id: source for source in sources}
        self._now = now
        self._is_there = is_there
        self._roots: dict[str, bool] = {}

    def source(self, copy: CopyFacts) -> Source:
        """The source of a copy."""
        return self._sources[copy.source]

    def of(self, copy: CopyFacts) -> Availability:
        """Whether a copy can be read now."""
        if copy.state is LocationState.MISSING:
            return Availability.MISSING
        if copy.state is LocationState.LEAVING:
            return Availability.LEAVING
        if not is_url(copy.root) and not self._has(copy.root):
            is_offline = self.source(copy).tier is Tier.OFFLINE
            return Availability.OFFLINE if is_offline else Availability.AWAY
        if copy.storage_state is StorageState.RESTORED:
            is_over = copy.restored_until is not None and copy.restored_until <= self._now
            return Availability.ARCHIVED if is_over else Availability.RESTORED
        if copy.storage_state is StorageState.ONLINE:
            return Availability.AT_HAND
        return Availability(str(copy.storage_state))

    def _has(self, root: str) -> bool:
        if root not in self._roots:
            self._roots[root] = self._is_there(root)
        return self._roots[root]
