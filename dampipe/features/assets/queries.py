"""Assets and their locations in the catalogue."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select

from dampipe.features.assets.contents import ensure_version
from dampipe.features.assets.errors import AMBIGUOUS_ASSET, GONE_ASSET, INVALID_ASSET, UNKNOWN_ASSET
from dampipe.features.assets.lineage import IS_CURRENT, is_superseded
from dampipe.features.assets.media_columns import media_columns
from dampipe.features.assets.names import shown_name, shown_names
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.assets.totals import runs_shown
from dampipe.features.sources.locations import record_identified
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns, sidecar_paths
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.jobs.model import Failure, RunState, RunSummary, StoredError
from dampipe.jobs.plan import MAIN_LANE
from dampipe.jobs.tables import RUN
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.documents.dirty import mark_dirty_versions
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.facets.dirty import mark_versions
from dampipe.kernel.ids import AssetId, FolderId, VersionId
from dampipe.kernel.paths import is_url, join_key, printable
from dampipe.kernel.stage_io import RemotePlace, SourceFile, VersionRef
from dampipe.kernel.visibility import EVERYTHING, View
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Derivative
from dampipe.storage.files.base import StorageState
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


def _begins(text: str) -> ColumnElement[bool]:
    """SQL: whether a SHA-1 begins with some digits. By its index, which LIKE does not use."""
    if len(text) == 40:
        return VERSION.c.sha1 == text
    return and_(VERSION.c.sha1 >= text, VERSION.c.sha1 < f"{text}g")


class DerivativeLookup(Protocol):
    """Reads the derivatives of assets. The feature `derivatives` implements it."""

    def of_assets(self, connection: Connection, versions: Sequence[int]) -> dict[int, list[Derivative]]:
        """The derivatives of each of these versions that has any, oldest first."""
        ...


_SIDECARS = select(FOLDER.c.sidecars).where(FOLDER.c.id == bindparam("of"))


def _remote_place(connection: Connection, row: Row[Any]) -> RemotePlace | None:
    """Where the file of a location is, with `place_columns`, if it has to be fetched."""
    if not is_url(row.root):
        return None
    sidecars = json.loads(connection.execute(_SIDECARS, {"of": row.folder_id}).scalar() or "{}")
    return RemotePlace(
        root=row.root,
        key=join_key(row.folder, row.file),
        checksum=row.checksum,
        token=row.token,
        archived_as=row.storage_class if row.storage_state == StorageState.ARCHIVED else "",
        sidecars=tuple(sidecars.get(row.file, ())),
    )


class NoDerivatives:
    """A DerivativeLookup for a catalogue without derivatives."""

    def of_assets(self, connection: Connection, versions: Sequence[int]) -> dict[int, list[Derivative]]:
        """See DerivativeLookup."""
        return {}


_PENDING_RUNS = (
    RUN.c.version_id.is_not(None),
    RUN.c.lane == MAIN_LANE,
    RUN.c.state.in_([RunState.PENDING, RunState.RUNNING]),
)
_IS_PENDING = exists().where(RUN.c.version_id == VERSION.c.id, *_PENDING_RUNS)


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
        self._of_version = files.where(LOCATION.c.version_id == bindparam("of"))

    def add(
        self, connection: Connection, folder: int, path: Path, sha1: str, media: MediaInfo | None
    ) -> VersionId:
        """Record that a file has that content; returns the version. folder: the id of the file's folder."""
        facts = path.stat()
        there = (LOCATION.c.folder_id == folder, LOCATION.c.name == path.name)
        last = select(func.coalesce(LOCATION.c.version_id, LOCATION.c.previous_id)).where(*there)
        previous = connection.execute(last).scalar()
        version, _ = ensure_version(connection, self._db, sha1, facts.st_size, path.name, time(), previous)
        record_identified(connection, self._db, FolderId(folder), path.name, facts, VersionId(version))
        if media is not None:
            connection.execute(VERSION.update().where(VERSION.c.id == version).values(media_columns(media)))
            mark_dirty_versions(connection, [version])
            mark_versions(connection, [version])
        return VersionId(version)

    def find(self, sha1: str, view: View = EVERYTHING) -> Row[Any]:
        """The asset's row by its SHA-1 or the beginning of it. Raises NotFound or InvalidInput."""
        text = sha1.strip().lower()
        if len(text) < SHORTEST_PREFIX or len(text) > 40 or set(text) - set("0123456789abcdef"):
            raise InvalidInput(INVALID_ASSET, name=printable(sha1), shortest=SHORTEST_PREFIX)
        with self._db.read() as connection:
            rows = connection.execute(
                select(VERSION).where(_begins(text), view.shows_some(VERSION.c.id)).limit(2)
            ).all()
        if not rows:
            raise NotFound(UNKNOWN_ASSET, sha1=text)
        if len(rows) > 1:
            raise InvalidInput(AMBIGUOUS_ASSET, sha1=text)
        return rows[0]

    def by_sha1(self, sha1s: Sequence[str], view: View = EVERYTHING) -> dict[str, int]:
        """The assets that have visible versions with these whole SHA-1s, by SHA-1."""
        found: dict[str, int] = {}
        with self._db.read() as connection:
            for some in chunked(sha1s):
                mine = (VERSION.c.sha1.in_(some), view.shows_some(VERSION.c.id))
                for row in connection.execute(select(VERSION.c.sha1, VERSION.c.asset_id).where(*mine)):
                    found[row.sha1] = row.asset_id
        return found

    def runs_of(self, assets: AssetSet) -> ColumnElement[bool]:
        """The condition on a row of the table `run` that it is about one of these assets: a version or a file of it."""
        versions = select(VERSION.c.id).where(in_ids(self._db, VERSION.c.asset_id, assets))
        files = select(LOCATION.c.id).where(LOCATION.c.version_id.in_(versions))
        return or_(RUN.c.version_id.in_(versions), RUN.c.location_id.in_(files))

    def current(self, asset: int, view: View = EVERYTHING) -> Row[Any]:
        """The row of the current version of an asset, or of the latest that is visible. Raises NotFound."""
        latest_first = (VERSION.c.superseded_at.is_not(None), VERSION.c.id.desc())
        query = select(VERSION).where(VERSION.c.asset_id == asset, view.shows_some(VERSION.c.id))
        with self._db.read() as connection:
            row = connection.execute(query.order_by(*latest_first).limit(1)).first()
        if row is None:
            raise NotFound(GONE_ASSET, asset=asset)
        return row

    def versions(self, asset: int, view: View = EVERYTHING) -> list[Row[Any]]:
        """The rows of the visible versions of an asset, newest first."""
        visible = view.shows_some(VERSION.c.id)
        query = select(VERSION).where(VERSION.c.asset_id == asset, visible).order_by(VERSION.c.id.desc())
        with self._db.read() as connection:
            return list(connection.execute(query).all())

    def replaced(self, asset: int, view: View = EVERYTHING) -> str | None:
        """The SHA-1 of the current version of the asset that a provisional one may replace."""
        old = select(ASSET.c.replaces_id).where(ASSET.c.id == asset).scalar_subquery()
        query = select(VERSION.c.sha1).where(
            VERSION.c.asset_id == old, IS_CURRENT, view.shows_some(VERSION.c.id)
        )
        with self._db.read() as connection:
            return connection.execute(query).scalar()

    def asset_of(self, version: int) -> AssetId:
        """The asset of a version. Raises NotFound."""
        with self._db.read() as connection:
            found = assets_of(connection, [version])
        if not found:
            raise NotFound(GONE_ASSET, asset=version)
        return found[VersionId(version)]

    def find_path(self, source: int, folder: str, name: str, view: View = EVERYTHING) -> Row[Any] | None:
        """The location of a file, with `version_id`; None when it is not in the catalogue."""
        with self._db.read() as connection:
            return connection.execute(
                select(LOCATION)
                .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .where(
                    FOLDER.c.source_id == source,
                    FOLDER.c.path == folder,
                    LOCATION.c.name == name,
                    view.shows_folder(FOLDER.c.id),
                )
            ).first()

    def find_name(self, name: str, most: int, view: View = EVERYTHING) -> list[tuple[str, int, int | None]]:
        """Path, location id and asset id of files with that name, present ones first; `most` + 1 rows at most.

        The table has no index of names: takes some 0.1 s in a library of a million files.
        """
        with self._db.read() as connection:
            rows = connection.execute(
                select(LOCATION.c.id, LOCATION.c.version_id, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(LOCATION.c.name == name, view.shows_folder(LOCATION.c.folder_id))
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

    def files(
        self, *, version: int | None = None, location: int | None = None, view: View = EVERYTHING
    ) -> list[SourceFile]:
        """Where files are: those of a version, present ones first, or one location."""
        query, of = (self._of_location, location) if location is not None else (self._of_version, version)
        with self._db.read() as connection:
            query = query.where(view.shows_folder(LOCATION.c.folder_id)) if not view.is_all else query
            rows = connection.execute(query, {"of": of}).all()
            return [
                SourceFile(
                    location=row.id,
                    path=full_path(row),
                    size=row.size,
                    mtime_ns=row.mtime_ns,
                    remote=_remote_place(connection, row) if "://" in row.root else None,
                )
                for row in rows
            ]

    def videos(self, rows: Sequence[Row[Any]], view: View = EVERYTHING) -> list[Video]:
        """Asset rows with everything that belongs to them."""
        ids = [row.id for row in rows]
        # Not by SQL, which would list all visible folders for each page.
        seen = None if view.is_all else view.read_folders()
        with self._db.read() as connection:
            places = self._grouped(connection, ids, seen)
            derivatives = self._derivatives.of_assets(connection, ids)
            names = shown_names(connection, self._db, view, [one for one in ids if one not in places])
        return [
            Video(
                sha1=row.sha1,
                size=row.size,
                name=places[row.id][0].rpartition("/")[2]
                if row.id in places
                else names.get(row.id, row.sha1),
                paths=tuple(places.get(row.id, ())),
                media=MediaInfo.model_validate_json(row.media) if row.media else None,
                derivatives=tuple(derivatives.get(row.id, ())),
                added_at=datetime.fromtimestamp(row.added_at, UTC),
            )
            for row in rows
        ]

    def _grouped(
        self, connection: Connection, ids: Sequence[int], seen: frozenset[int] | None
    ) -> dict[int, list[str]]:
        """The paths of versions, those of present files first. seen: only files in these folders; None: all."""
        places: dict[int, list[str]] = {}
        rows = connection.execute(
            select(LOCATION.c.version_id, LOCATION.c.folder_id, LOCATION.c.state, *place_columns(self._db))
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(LOCATION.c.version_id.in_(ids))
            .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
        ).all()
        shown = [row for row in rows if seen is None or row.folder_id in seen]
        for row in sorted(shown, key=lambda row: row.state != LocationState.PRESENT):
            places.setdefault(row.version_id, []).append(printable(full_path(row)))
        return places

    def folders_of(self, sha1: str) -> list[tuple[int, str]]:
        """The folders that hold files of an asset: source ids and paths relative to their roots."""
        query = select(FOLDER.c.source_id, FOLDER.c.path).distinct()
        joined = query.select_from(LOCATION.join(FOLDER).join(VERSION, VERSION.c.id == LOCATION.c.version_id))
        with self._db.read() as connection:
            return [
                (row.source_id, row.path) for row in connection.execute(joined.where(VERSION.c.sha1 == sha1))
            ]

    def sidecars(self, version: int, view: View = EVERYTHING) -> list[str]:
        """The absolute paths of what belongs to a version's files, those of present files first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.sidecars, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(
                    LOCATION.c.version_id == version,
                    FOLDER.c.sidecars != "{}",
                    view.shows_folder(FOLDER.c.id),
                )
                .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
            ).all()
        return [path for row in rows for path in sidecar_paths(row)]

    def page(
        self, limit: int, before: int | None, pending: bool | None = None, view: View = EVERYTHING
    ) -> list[Row[Any]]:
        """The current versions of assets, newest first; `before` is the id of the last row of the page before.

        pending: only those with runs of the main lane to do (True), or only the others (False). Of an asset whose
        current version is not visible, the newest one that is.
        """
        query = (
            select(VERSION)
            .where(view.shows_version(VERSION.c.id), ~is_superseded(view))
            .order_by(VERSION.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(VERSION.c.id < before)
        if pending is not None:
            query = query.where(_IS_PENDING if pending else ~_IS_PENDING)
        with self._db.read() as connection:
            return list(connection.execute(query).all())

    def pending(self, is_pending: bool) -> AssetSet:
        """The numbers of the versions with runs of the main lane to do (True), or of the others."""
        with self._db.read() as connection:
            if is_pending:  # by the runs, which are few: a million versions are not asked one by one
                return AssetSet.from_numpy(read_ids(self._db, connection, RUN.c.version_id, *_PENDING_RUNS))
            return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id, ~_IS_PENDING))

    def rows(self, versions: Sequence[int]) -> list[Row[Any]]:
        """The rows of up to some thousand versions, in that order; those that no longer exist are left out."""
        with self._db.read() as connection:
            rows = connection.execute(select(VERSION).where(in_ids(self._db, VERSION.c.id, versions)))
            found = {row.id: row for row in rows}
        return [found[one] for one in versions if one in found]

    def runs(self, version: int, view: View = EVERYTHING) -> list[RunSummary]:
        """What was and will be done with a version, in the order of beginning."""
        here = select(LOCATION.c.id).where(
            LOCATION.c.version_id == version, view.shows_folder(LOCATION.c.folder_id)
        )
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN)
                .where(or_(RUN.c.version_id == version, RUN.c.location_id.in_(here)))
                .order_by(RUN.c.id)
            ).all()
        if not view.is_all and self._has_hidden([version], view):
            shown = (RunSummary.from_row({**row._asdict(), **_NO_REASON}) for row in rows)
            return [run.model_copy(update={"warnings": ()}) for run in shown]
        return [RunSummary.from_row(row._asdict()) for row in rows]

    def _has_hidden(self, versions: Sequence[int], view: View) -> set[int]:
        """Those of the versions that have files which are not visible: a reason may name these."""
        query = select(LOCATION.c.version_id).where(
            in_ids(self._db, LOCATION.c.version_id, versions), ~view.shows_folder(LOCATION.c.folder_id)
        )
        with self._db.read() as connection:
            return set(connection.execute(query).scalars())

    def failures(self, limit: int, view: View = EVERYTHING) -> list[Failure]:
        """Runs that failed, the newest first: parked ones, and those that wait for another try."""
        waits = and_(RUN.c.state == RunState.PENDING, RUN.c.not_before > 0)
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN, VERSION.c.sha1, shown_name(view))
                .select_from(RUN.outerjoin(VERSION, VERSION.c.id == RUN.c.version_id))
                .where(
                    RUN.c.error_kind.is_not(None),
                    or_(RUN.c.state == RunState.FAILED, waits),
                    runs_shown(view),
                )
                .order_by(RUN.c.id.desc())
                .limit(limit)
            ).all()
        hidden = (
            set() if view.is_all else self._has_hidden([r.version_id for r in rows if r.version_id], view)
        )
        return [
            Failure(
                asset=row.sha1,
                path=self._somewhere(row, view) or printable(row.shown or row.sha1 or "?"),
                stage=row.stage,
                kind=row.error_kind or "permanent",
                reason="" if row.version_id in hidden else row.reason or "",
                **StoredError.parse(None if row.version_id in hidden else row.error),
                attempts=row.attempts,
                at=row.finished_at,
                again_at=row.not_before if row.state == RunState.PENDING else None,
            )
            for row in rows
        ]

    def _somewhere(self, run: Row[Any], view: View) -> str:
        """The path of a file that a run is about, printable; "" when there is none any more."""
        located = run.location_id is not None
        places = (
            self.files(location=run.location_id) if located else self.files(version=run.version_id, view=view)
        )
        return printable(places[0].path) if places else ""


_NO_REASON = {"reason": None, "error": None}
