"""Reads what plans are made from: sources, and the files of the versions of many assets, in a few large statements."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.types import NullType

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.model import LocationState, Source
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers.model import PlanState
from dampipe.features.tiers.planner import Place
from dampipe.features.tiers.plans import ENDED
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.paths import is_url
from dampipe.storage.files.base import StorageState

BLOCK = 10_000
"""Assets whose files are read in one statement."""

MISSING, LEAVING, ARCHIVED, BAD, SAME = 1, 2, 4, 8, 16
"""What a file is (`FileFacts.code`), added up; BAD and SAME are results of its last verification."""


FileRow = Sequence[Any]
"""The fields of a `FileFacts`, which is made only of those that something is done to."""


class FileFacts(NamedTuple):
    """A file of a version. Paths are bytes, as the database has them."""

    version: int
    asset: int
    location: int
    source: int
    code: int
    storage_class: str
    verified_at: float
    """When it was read last; without meaning unless BAD or SAME is in its code."""
    size: int
    mtime_ns: int
    folder: bytes
    name: bytes

    @property
    def key(self) -> bytes:
        """Its path below the root of its source."""
        return self.folder + b"/" + self.name if self.folder else self.name


_IS_SAME = VERIFICATION.c.result == Verdict.SAME
_IS_READABLE = or_(
    LOCATION.c.storage_state == StorageState.ONLINE,
    and_(
        LOCATION.c.storage_state == StorageState.RESTORED,
        or_(LOCATION.c.restored_until.is_(None), LOCATION.c.restored_until > bindparam("now")),
    ),
)
_CODE = (
    case(
        (LOCATION.c.state == LocationState.PRESENT, 0),
        (LOCATION.c.state == LocationState.LEAVING, LEAVING),
        else_=MISSING,
    )
    + case((_IS_READABLE, 0), else_=ARCHIVED)
    + case((VERIFICATION.c.result.is_(None), 0), (_IS_SAME, SAME), else_=BAD)
)
_FILES = (
    select(
        VERSION.c.id,
        VERSION.c.asset_id,
        LOCATION.c.id,
        FOLDER.c.source_id,
        _CODE,
        LOCATION.c.storage_class,
        func.coalesce(VERIFICATION.c.at, 0.0),
        LOCATION.c.size,
        LOCATION.c.mtime_ns,
        # Of millions of paths none is decoded.
        type_coerce(FOLDER.c.path, NullType),
        type_coerce(LOCATION.c.name, NullType),
    )
    .select_from(
        VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
        .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
        .outerjoin(
            VERIFICATION,
            and_(
                VERIFICATION.c.location_id == LOCATION.c.id,
                VERIFICATION.c.version_id == LOCATION.c.version_id,
            ),
        )
    )
    # The order of indexes: nothing has to be sorted.
    .order_by(VERSION.c.asset_id, VERSION.c.id, LOCATION.c.id)
)


class FactReader:
    """Reads from one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def now(self) -> float:
        """Seconds since 1970 by the database's clock."""
        with self._db.read() as connection:
            return database_time(connection)

    def places(self, sources: Iterable[Source], since: float) -> list[Place]:
        """What plans depend on of sources. since: scans before that time are of no interest."""
        found = list(sources)
        listed = self._listed(since)
        return [
            Place(
                id=int(source.id),
                name=source.name,
                tier=source.tier,
                root=source.root,
                managed=source.managed,
                cost=source.cost,
                listed_at=listed.get(source.declared or source.root, 0.0),
                is_remote=is_url(source.root),
            )
            for source in found
        ]

    def _listed(self, since: float) -> dict[str, float]:
        """By path as declared: when the last scan began that could read everything there."""
        whole = (
            select(SCAN.c.paths, SCAN.c.created_at)
            .where(SCAN.c.state == ScanState.WALKED, SCAN.c.warnings == "[]", SCAN.c.created_at >= since)
            .order_by(SCAN.c.created_at)
        )
        with self._db.read() as connection:
            return {
                path: float(row.created_at)
                for row in connection.execute(whole)
                for path in json.loads(row.paths)
            }

    def files(self, assets: AssetSet, now: float) -> Iterator[Sequence[FileRow]]:
        """The files of all versions of assets: those of one version follow each other, and are in one block."""
        everything = assets.to_numpy()
        for start in range(0, len(everything), BLOCK):
            numbers = everything[start : start + BLOCK]
            first, last = int(numbers[0]), int(numbers[-1])
            where: list[ColumnElement[bool]] = [VERSION.c.asset_id.between(first, last)]
            if last - first >= len(numbers):
                where.append(in_ids(self._db, VERSION.c.asset_id, AssetSet.from_numpy(numbers)))
            with self._db.read() as connection:
                cursor = connection.execute(_FILES.where(*where), {"now": now}).cursor
                assert cursor is not None
                # To make SQLAlchemy's rows of millions takes as long as to read them.
                yield cursor.fetchall()

    def busy(self) -> AssetSet:
        """The numbers of the versions of which plans that were applied have not done all yet."""
        is_open = (TIER_PLAN.c.state.in_((PlanState.RUNNING, PlanState.PAUSED)),)
        with self._db.read() as connection:
            plans = list(connection.execute(select(TIER_PLAN.c.id).where(*is_open)).scalars())
            mine = (
                TIER_ACTION.c.plan_id.in_(plans),
                TIER_ACTION.c.state.not_in(ENDED),
                TIER_ACTION.c.version_id.is_not(None),
            )
            column = TIER_ACTION.c.version_id
            return AssetSet.from_numpy(read_ids(self._db, connection, column, *mine)) if plans else AssetSet()

    def taken(self, source: int, keys: Iterable[bytes]) -> dict[bytes, int | None]:
        """Those of the keys in a source at which there is a file, or was one, and its version."""
        wanted = set(keys)
        folders = sorted({os.fsdecode(key.rpartition(b"/")[0]) for key in wanted})
        found: dict[bytes, int | None] = {}
        with self._db.read() as connection:
            for some in chunked(folders):
                there = (
                    select(
                        type_coerce(FOLDER.c.path, LargeBinary).label("folder"),
                        type_coerce(LOCATION.c.name, LargeBinary).label("name"),
                        LOCATION.c.version_id,
                    )
                    .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
                    .where(FOLDER.c.source_id == source, FOLDER.c.path.in_(some))
                )
                for folder, name, version in connection.execute(there):
                    key = folder + b"/" + name if folder else name
                    if key in wanted:
                        found[key] = version
        return found

    def sha1s(self, versions: Sequence[int]) -> dict[int, str]:
        """The SHA-1s of versions."""
        found: dict[int, str] = {}
        with self._db.read() as connection:
            for some in chunked(versions):
                rows = select(VERSION.c.id, VERSION.c.sha1).where(self._db.among(VERSION.c.id, some))
                found |= {row.id: row.sha1 for row in connection.execute(rows)}
        return found
