"""Assets and their locations in the catalogue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any, Protocol

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, or_, select

from dampipe.features.assets.errors import AMBIGUOUS_ASSET, GONE_ASSET, INVALID_ASSET, UNKNOWN_ASSET
from dampipe.features.assets.savers import IS_CURRENT, ensure_version, media_columns
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.locations import record_identified
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns, sidecar_paths
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.jobs.model import Failure, RunState, RunSummary, StoredError
from dampipe.jobs.plan import MAIN_LANE
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_dirty_versions
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ids import AssetId, FolderId, VersionId
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import SourceFile, VersionRef
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Derivative
from dampipe.storage.video import Video

SHORTEST_PREFIX = 4


_REFS = select(VERSION.c.id, VERSION.c.sha1, VERSION.c.size, VERSION.c.name).where(
    VERSION.c.id.in_(bindparam("ids", expanding=True))
)


_ASSETS = select(VERSION.c.id, VERSION.c.asset_id).where(VERSION.c.id.in_(bindparam("ids", expanding=True)))


def assets_of(connection: Connection, versions: Sequence[int]) -> dict[VersionId, AssetId]:
    """The assets of some hundred versions; those that no longer exist are left out."""
    rows = connection.execute(_ASSETS, {"ids": versions}) if versions else ()
    return {VersionId(version): AssetId(asset) for version, asset in rows}


class DerivativeLookup(Protocol):
    """Reads the derivatives of assets. The feature `derivatives` implements it."""

    def of_assets(self, connection: Connection, assets: Sequence[int]) -> dict[int, list[Derivative]]:
        """The derivatives of each of these assets that has any, oldest first."""
        ...


class NoDerivatives:
    """A DerivativeLookup for a catalogue without derivatives."""

    def of_assets(self, connection: Connection, assets: Sequence[int]) -> dict[int, list[Derivative]]:
        """See DerivativeLookup."""
        return {}


_IS_PENDING = exists().where(
    RUN.c.version_id == VERSION.c.id,
    RUN.c.lane == MAIN_LANE,
    RUN.c.state.in_([RunState.PENDING, RunState.RUNNING]),
)


class AssetRepository:
    """The assets of one catalogue."""

    def __init__(self, database: Database, derivatives: DerivativeLookup) -> None:
        self._db = database
        self._derivatives = derivatives
        # Built once: every stage that reads a file asks.
        files = (
            select(LOCATION, *place_columns(database))
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
        )
        self._of_location = files.where(LOCATION.c.id == bindparam("of"))
        self._of_asset = files.where(LOCATION.c.version_id == bindparam("of"))

    def add(
        self, connection: Connection, folder: int, path: Path, sha1: str, media: MediaInfo | None
    ) -> VersionId:
        """Record that a file has that content; returns the asset. folder: the id of the file's folder."""
        facts = path.stat()
        asset = ensure_version(connection, self._db, sha1, facts.st_size, path.name, time())
        record_identified(connection, self._db, FolderId(folder), path.name, facts, VersionId(asset))
        if media is not None:
            connection.execute(VERSION.update().where(VERSION.c.id == asset).values(media_columns(media)))
            mark_dirty_versions(connection, [asset])
        return VersionId(asset)

    def find(self, sha1: str) -> Row[Any]:
        """The asset's row by its SHA-1 or the beginning of it. Raises NotFound or InvalidInput."""
        text = sha1.strip().lower()
        if len(text) < SHORTEST_PREFIX or len(text) > 40 or set(text) - set("0123456789abcdef"):
            raise InvalidInput(INVALID_ASSET, name=printable(sha1), shortest=SHORTEST_PREFIX)
        with self._db.read() as connection:
            rows = connection.execute(select(VERSION).where(VERSION.c.sha1.startswith(text)).limit(2)).all()
        if not rows:
            raise NotFound(UNKNOWN_ASSET, sha1=text)
        if len(rows) > 1:
            raise InvalidInput(AMBIGUOUS_ASSET, sha1=text)
        return rows[0]

    def current(self, asset: int) -> Row[Any]:
        """The row of the current version of an asset. Raises NotFound."""
        with self._db.read() as connection:
            row = connection.execute(select(VERSION).where(VERSION.c.asset_id == asset, IS_CURRENT)).first()
        if row is None:
            raise NotFound(GONE_ASSET, asset=asset)
        return row

    def asset_of(self, version: int) -> AssetId:
        """The asset of a version. Raises NotFound."""
        with self._db.read() as connection:
            found = assets_of(connection, [version])
        if not found:
            raise NotFound(GONE_ASSET, asset=version)
        return found[VersionId(version)]

    def find_path(self, source: int, folder: str, name: str) -> Row[Any] | None:
        """The location of a file, with `version_id`; None when it is not in the catalogue."""
        with self._db.read() as connection:
            return connection.execute(
                select(LOCATION)
                .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .where(FOLDER.c.source_id == source, FOLDER.c.path == folder, LOCATION.c.name == name)
            ).first()

    def find_name(self, name: str, most: int) -> list[tuple[str, int, int | None]]:
        """Path, location id and asset id of files with that name, present ones first; `most` + 1 rows at most.

        The table has no index of names: takes some 0.1 s in a library of a million files.
        """
        with self._db.read() as connection:
            rows = connection.execute(
                select(LOCATION.c.id, LOCATION.c.version_id, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(LOCATION.c.name == name)
                .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
                .limit(most + 1)
            ).all()
        return [(full_path(row), row.id, row.version_id) for row in rows]

    def refs(self, ids: Sequence[int]) -> dict[int, VersionRef]:
        """Assets by id."""
        with self._db.read() as connection:
            rows = connection.execute(_REFS, {"ids": ids})
            return {
                row.id: VersionRef(id=row.id, sha1=row.sha1, size=row.size, name=row.name) for row in rows
            }

    def files(self, *, asset: int | None = None, location: int | None = None) -> list[SourceFile]:
        """Where files are: those of an asset, present ones first, or one location."""
        query, of = (self._of_location, location) if location is not None else (self._of_asset, asset)
        with self._db.read() as connection:
            rows = connection.execute(query, {"of": of}).all()
        return [
            SourceFile(location=row.id, path=full_path(row), size=row.size, mtime_ns=row.mtime_ns)
            for row in rows
        ]

    def videos(self, rows: Sequence[Row[Any]]) -> list[Video]:
        """Asset rows with everything that belongs to them."""
        ids = [row.id for row in rows]
        with self._db.read() as connection:
            places = self._grouped(connection, ids)
            derivatives = self._derivatives.of_assets(connection, ids)
        return [
            Video(
                sha1=row.sha1,
                size=row.size,
                name=places[row.id][0].rpartition("/")[2] if row.id in places else row.name,
                paths=tuple(places.get(row.id, ())),
                media=MediaInfo.model_validate_json(row.media) if row.media else None,
                derivatives=tuple(derivatives.get(row.id, ())),
                added_at=datetime.fromtimestamp(row.added_at, UTC),
            )
            for row in rows
        ]

    def _grouped(self, connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
        places: dict[int, list[str]] = {}
        rows = connection.execute(
            select(LOCATION.c.version_id, LOCATION.c.state, *place_columns(self._db))
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(LOCATION.c.version_id.in_(ids))
            .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
        ).all()
        for row in sorted(rows, key=lambda row: row.state != LocationState.PRESENT):
            places.setdefault(row.version_id, []).append(printable(full_path(row)))
        return places

    def sidecars(self, asset: int) -> list[str]:
        """The absolute paths of what belongs to an asset's files, those of present files first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.sidecars, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(LOCATION.c.version_id == asset, FOLDER.c.sidecars != "{}")
                .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
            ).all()
        return [path for row in rows for path in sidecar_paths(row)]

    def page(self, limit: int, before: int | None, pending: bool | None = None) -> list[Row[Any]]:
        """Asset rows, newest first; `before` is the id of the last row of the page before.

        pending: only those with runs of the main lane to do (True), or only the others (False).
        """
        query = select(VERSION).order_by(VERSION.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(VERSION.c.id < before)
        if pending is not None:
            query = query.where(_IS_PENDING if pending else ~_IS_PENDING)
        with self._db.read() as connection:
            return list(connection.execute(query).all())

    def totals(self) -> tuple[int, int]:
        """How many assets and locations there are."""
        with self._db.read() as connection:
            assets = connection.execute(select(func.count()).select_from(VERSION)).scalar_one()
            locations = connection.execute(select(func.count()).select_from(LOCATION)).scalar_one()
        return int(assets), int(locations)

    def runs(self, asset: int) -> list[RunSummary]:
        """What was and will be done with an asset, in the order of beginning."""
        here = select(LOCATION.c.id).where(LOCATION.c.version_id == asset)
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN)
                .where(or_(RUN.c.version_id == asset, RUN.c.location_id.in_(here)))
                .order_by(RUN.c.id)
            ).all()
        return [RunSummary.from_row(row._asdict()) for row in rows]

    def failures(self, limit: int) -> list[Failure]:
        """Runs that failed, the newest first: parked ones, and those that wait for another try."""
        waits = and_(RUN.c.state == RunState.PENDING, RUN.c.not_before > 0)
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN, VERSION.c.sha1, VERSION.c.name.label("asset_name"))
                .select_from(RUN.outerjoin(VERSION, VERSION.c.id == RUN.c.version_id))
                .where(RUN.c.error_kind.is_not(None), or_(RUN.c.state == RunState.FAILED, waits))
                .order_by(RUN.c.id.desc())
                .limit(limit)
            ).all()
        return [
            Failure(
                asset=row.sha1,
                path=self._somewhere(row) or row.asset_name or "?",
                stage=row.stage,
                kind=row.error_kind or "permanent",
                reason=row.reason or "",
                **StoredError.parse(row.error),
                attempts=row.attempts,
                at=row.finished_at,
                again_at=row.not_before if row.state == RunState.PENDING else None,
            )
            for row in rows
        ]

    def _somewhere(self, run: Row[Any]) -> str:
        """The path of a file that a run is about, printable; "" when there is none any more."""
        located = run.location_id is not None
        places = self.files(location=run.location_id) if located else self.files(asset=run.version_id)
        return printable(places[0].path) if places else ""
