"""The copies of one content, as the catalogue knows them."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId, SourceId, VersionId
from dampipe.kernel.paths import join_key
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.known import KnownFile

READABLE = (StorageState.ONLINE, StorageState.RESTORED)


@dataclass(frozen=True)
class KnownCopy:
    """A location of a version."""

    location: LocationId
    source: SourceId
    source_name: str
    tier: Tier
    is_managed: bool
    path: str
    """Absolute, or a URL, as this machine sees it."""
    folder: str
    file: KnownFile
    state: LocationState
    storage_state: StorageState
    storage_class: str
    leaves_at: float | None
    """When the file may be deleted, by the database's clock; None unless it is leaving."""
    verified_at: float | None
    """When the file was last read back, if it had the bytes of the version then; seconds since 1970 by the database's
    clock."""
    is_read: bool
    """Whether a worker is reading it back now."""

    @property
    def is_there(self) -> bool:
        """Whether it is present, and is to stay."""
        return self.state is LocationState.PRESENT

    @property
    def is_archived(self) -> bool:
        """Whether its storage has to restore it before it can be read."""
        return self.storage_state not in READABLE and self.tier is not Tier.OFFLINE

    @property
    def is_readable(self) -> bool:
        """Whether its storage gives its bytes at once."""
        return self.storage_state in READABLE and self.tier is not Tier.OFFLINE


@lru_cache(maxsize=4)
def _statement(database: Database) -> Select[Any]:
    """Built once: to build it takes longer than to run it."""
    return (
        select(
            LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.checksum, LOCATION.c.token,
            LOCATION.c.state, LOCATION.c.storage_state, LOCATION.c.storage_class, LOCATION.c.leaves_at,
            FOLDER.c.source_id, SOURCE.c.name.label("source_name"), SOURCE.c.tier, SOURCE.c.managed,
            VERIFICATION.c.at, VERIFICATION.c.result, (VERIFICATION.c.lease_until >= NOW).label("is_read"),
            *place_columns(database),
        )
        .select_from(
            LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
            .outerjoin(
                VERIFICATION,
                and_(
                    VERIFICATION.c.location_id == LOCATION.c.id,
                    VERIFICATION.c.version_id == LOCATION.c.version_id,
                ),
            )
        )
        .where(LOCATION.c.version_id == bindparam("of_version"))
        .order_by(LOCATION.c.id)
    )  # fmt: skip


def known_copies(connection: Connection, database: Database, version: VersionId) -> list[KnownCopy]:
    """All locations of a version, whatever their state, by number."""
    rows = connection.execute(_statement(database), {"of_version": version})
    return [
        KnownCopy(
            location=LocationId(row.id),
            source=SourceId(row.source_id),
            source_name=row.source_name,
            tier=Tier(row.tier),
            is_managed=row.managed,
            path=full_path(row),
            folder=row.folder,
            file=KnownFile(
                row.root, join_key(row.folder, row.file), row.size, row.mtime_ns, row.checksum, row.token
            ),
            state=LocationState(row.state),
            storage_state=StorageState(row.storage_state),
            storage_class=row.storage_class,
            leaves_at=row.leaves_at,
            verified_at=row.at if row.result == Verdict.SAME and row.at > 0 else None,
            is_read=bool(row.is_read),
        )
        for row in rows
    ]


_HERE = LOCATION.c.version_id == bindparam("of_version")
_FOLDERS = select(FOLDER.c.source_id).join(LOCATION, LOCATION.c.folder_id == FOLDER.c.id).where(_HERE)
_LOCKS: tuple[Select[Any], ...] = (
    select(VERSION.c.id).where(VERSION.c.id == bindparam("of_version")).with_for_update(key_share=True),
    select(LOCATION.c.id).where(_HERE).order_by(LOCATION.c.id).with_for_update(),
    select(VERIFICATION.c.location_id)
    .where(VERIFICATION.c.location_id.in_(select(LOCATION.c.id).where(_HERE)))
    .order_by(VERIFICATION.c.location_id)
    .with_for_update(),
    select(SOURCE.c.id).where(SOURCE.c.id.in_(_FOLDERS)).order_by(SOURCE.c.id).with_for_update(read=True),
)


def lock_copies(connection: Connection, database: Database, version: VersionId) -> list[KnownCopy]:
    """The same, held until the transaction ends: no other one can mark a copy as leaving, miss or change one, or store
    another verdict meanwhile.

    The version is locked first, so that transactions that count the copies of one version come one after the other.
    SQLite has one writer at a time. Writers of rows that refer to the version do not wait.
    """
    if not database.is_sqlite:
        for statement in _LOCKS:
            connection.execute(statement, {"of_version": version}).all()
    return known_copies(connection, database, version)


def find_copy(copies: Collection[KnownCopy], location: int | None) -> KnownCopy | None:
    """The copy at a location."""
    return next((one for one in copies if one.location == location), None)
