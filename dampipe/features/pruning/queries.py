"""The SQL of pruning: the only place where versions and assets are deleted, and only on request.

A version is deleted in three steps, so that a kill leaves no orphan behind and a file that comes back in between
is processed again: its runs and vectors, its derivatives' bytes, its rows. Each step is repeated by the next prune.
An asset goes with its last version.

What people wrote outlives files: an asset with human input (`dampipe.kernel.annotations`) is kept with all its versions
and with its missing locations. Each transaction that deletes asks again, so that a tag that is given meanwhile is seen.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, not_, select

from dampipe.features.assets.contents import delete_versions
from dampipe.features.assets.queries import assets_of
from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.pruning.model import Pruned
from dampipe.features.search.savers import delete_vectors
from dampipe.features.search.tables import VECTOR
from dampipe.features.sources.locations import delete_some
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.jobs import state
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.annotations import annotated
from dampipe.kernel.current import current_changed
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import printable

ROWS_PER_TRANSACTION = 200
SHOWN = 20
"""Paths named in a report."""


class Pruner:
    """What can be forgotten in one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def plan(self, source: int | None, annotations: bool = False) -> Pruned:
        """What `prune` would do; `source` bounds the locations. annotations: see PruneRequest."""
        elsewhere = and_(LOCATION.c.version_id == VERSION.c.id, ~_missing(source))
        alone = and_(~exists(select(literal(1)).where(elsewhere)), ~_is_worked_on())
        candidates = alone if annotations else _has_no_file()
        with self._db.read() as connection:
            written: dict[int, int] = {}
            for some in _pages(connection, candidates):
                written |= _annotated(connection, some)
            names = self._names(connection, list(written)[:SHOWN])
            kept = [] if annotations else list(written)
            missing = and_(_missing(source), self._is_not_of(LOCATION.c.version_id, kept))
            paths = connection.execute(
                select(*place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(missing)
                .order_by(LOCATION.c.id)
                .limit(SHOWN)
            ).all()
            unhashed = self._unhashed(connection)
            gone = and_(alone, self._is_not_of(VERSION.c.id, kept))
            assets = self._assets(connection, gone) if not unhashed else {}
            return Pruned(
                locations=_count(connection, select(func.count()).where(missing)),
                unidentified=unhashed,
                paths=tuple(printable(full_path(row)) for row in paths),
                annotated=len(set(written.values())),
                annotated_paths=names,
                **assets,
            )

    def prune(
        self,
        source: int | None,
        delete_blob: Callable[[str], object],
        on_progress: Callable[[int], None],
        annotations: bool = False,
    ) -> Pruned:
        """Do it, in small transactions. `on_progress` is called with the number of rows gone each time."""
        planned = self.plan(source, annotations)
        after, looked_at = 0, True
        while looked_at:
            gone, after, looked_at = self._forget_locations(source, after, annotations)
            on_progress(gone)
        found = {"assets": 0, "vectors": 0, "derivatives": 0, "bytes": 0}
        if not planned.unidentified:
            after = 0
            while some := self._next_assets(after):
                after = some[-1]
                for name, count in self._forget(some, delete_blob, annotations).items():
                    found[name] += count
                on_progress(len(some))
        return planned.model_copy(update=found)

    def _unhashed(self, connection: Connection) -> int:
        """Files that are there and may turn out to be an asset that seems to be nowhere."""
        over = select(literal(1)).where(
            RUN.c.location_id == LOCATION.c.id, RUN.c.state.in_([RunState.FAILED, RunState.SKIPPED])
        )
        return _count(
            connection,
            select(func.count()).where(
                LOCATION.c.version_id.is_(None), LOCATION.c.state == LocationState.PRESENT, ~exists(over)
            ),
        )

    def _names(self, connection: Connection, versions: Sequence[int]) -> tuple[str, ...]:
        """A path of each asset, or its name."""
        rows = connection.execute(
            select(LOCATION.c.version_id, *place_columns(self._db))
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(LOCATION.c.version_id.in_(versions))
            .order_by(LOCATION.c.id.desc())
        ).all()
        paths = {row.version_id: printable(full_path(row)) for row in rows}
        named = connection.execute(
            select(VERSION.c.id, VERSION.c.name).where(VERSION.c.id.in_(versions))
        ).all()
        names = {row.id: row.name for row in named}
        return tuple(paths.get(version, names[version]) for version in versions)

    def _is_not_of(self, column: ColumnElement[Any], assets: Sequence[int]) -> ColumnElement[bool]:
        """Whether a column names none of the assets; NULL is none of them."""
        return column.is_(None) | not_(in_ids(self._db, column, assets)) if assets else literal(True)

    def _assets(self, connection: Connection, which: ColumnElement[bool]) -> dict[str, int]:
        ids = select(VERSION.c.id).where(which)
        made, size = connection.execute(
            select(func.count(), func.coalesce(func.sum(DERIVATIVE.c.size), 0)).where(
                DERIVATIVE.c.version_id.in_(ids)
            )
        ).one()
        other = VERSION.alias("other")
        stays = exists().where(other.c.asset_id == VERSION.c.asset_id, other.c.id.not_in(ids))
        last = select(func.count(VERSION.c.asset_id.distinct())).where(VERSION.c.id.in_(ids), ~stays)
        return {
            "assets": _count(connection, last),
            "vectors": _count(connection, select(func.count()).where(VECTOR.c.version_id.in_(ids))),
            "derivatives": int(made),
            "bytes": int(size),
        }

    def _forget_locations(self, source: int | None, after: int, annotations: bool) -> tuple[int, int, bool]:
        """Returns how many are gone, the id of the last one that was looked at, and whether there was any."""
        with self._db.write() as connection:
            rows = connection.execute(
                select(LOCATION.c.id, LOCATION.c.version_id)
                .where(_missing(source), LOCATION.c.id > after)
                .order_by(LOCATION.c.id)
                .limit(ROWS_PER_TRANSACTION)
            ).all()
            kept = _kept(connection, [row.version_id for row in rows], _has_no_file(), annotations)
            gone = [row.id for row in rows if row.version_id not in kept]
            # The state is looked at again: in PostgreSQL a file may have come back since it was read.
            where = and_(_missing(source), LOCATION.c.id.in_(gone))
            count = delete_some(connection, where, len(gone)) if gone else 0
        return count, rows[-1].id if rows else after, bool(rows)

    def _next_assets(self, after: int) -> list[int]:
        with self._db.read() as connection:
            rows = connection.execute(
                select(VERSION.c.id)
                .where(_is_nowhere(), ~_is_worked_on(), VERSION.c.id > after)
                .order_by(VERSION.c.id)
                .limit(ROWS_PER_TRANSACTION)
            )
            return list(rows.scalars())

    def _forget(
        self, versions: Sequence[int], delete_blob: Callable[[str], object], annotations: bool
    ) -> dict[str, int]:
        mine = and_(VERSION.c.id.in_(versions), _is_nowhere(), ~_is_worked_on())
        with self._db.write() as connection:
            # The condition is checked again under the lock: a file may have been identified while this waited.
            ids = self._locked(connection, mine, annotations)
            counts = self._assets(connection, VERSION.c.id.in_(ids))
            keys = list(
                connection.execute(select(DERIVATIVE.c.key).where(DERIVATIVE.c.version_id.in_(ids))).scalars()
            )
            state.delete_runs_of_versions(connection, ids)
            delete_vectors(connection, ids)
        for key in keys:
            delete_blob(key)
        with self._db.write() as connection:
            # A version that has a file or a tag again by now is kept; its runs are created again.
            still = self._locked(connection, and_(VERSION.c.id.in_(ids), _is_nowhere()), annotations)
            current_changed(connection, self._db, delete_versions(connection, still, _is_nowhere()))
        return counts

    def _locked(
        self, connection: Connection, where: ColumnElement[bool], annotations: bool
    ) -> list[VersionId]:
        """Lock versions, so that no row can refer to them newly; returns those that may be forgotten."""
        connection.execute(select(VERSION.c.id).where(where).order_by(VERSION.c.id).with_for_update()).all()
        ids = list(connection.execute(select(VERSION.c.id).where(where)).scalars())
        kept = _kept(connection, ids, literal(True), annotations)
        return [VersionId(version) for version in ids if version not in kept]


def _pages(connection: Connection, where: ColumnElement[bool]) -> Iterator[Sequence[int]]:
    """The versions for which a condition holds, some at a time."""
    after = 0
    query = select(VERSION.c.id).where(where).order_by(VERSION.c.id).limit(ROWS_PER_TRANSACTION)
    while some := connection.execute(query.where(VERSION.c.id > after)).scalars().all():
        yield some
        after = some[-1]


def _kept(
    connection: Connection, versions: Sequence[int | None], where: ColumnElement[bool], annotations: bool
) -> set[int]:
    """Those of the versions for which `where` holds and that are kept, since people wrote about their assets."""
    ids = sorted({version for version in versions if version is not None})
    if annotations or not ids:
        return set()
    without = connection.execute(select(VERSION.c.id).where(VERSION.c.id.in_(ids), where)).scalars().all()
    return set(_annotated(connection, without))


def _annotated(connection: Connection, versions: Sequence[int]) -> dict[int, int]:
    """Those of the versions about whose assets people wrote something, with these."""
    assets = assets_of(connection, versions)
    written = annotated(connection, sorted(set(assets.values())))
    return {version: asset for version, asset in assets.items() if asset in written}


def _missing(source: int | None) -> ColumnElement[bool]:
    gone = LOCATION.c.state == LocationState.MISSING
    if source is None:
        return gone
    return and_(gone, LOCATION.c.folder_id.in_(select(FOLDER.c.id).where(FOLDER.c.source_id == source)))


def _is_nowhere() -> ColumnElement[bool]:
    return ~exists(select(literal(1)).where(LOCATION.c.version_id == VERSION.c.id))


def _has_no_file() -> ColumnElement[bool]:
    present = and_(LOCATION.c.version_id == VERSION.c.id, LOCATION.c.state == LocationState.PRESENT)
    return ~exists(select(literal(1)).where(present))


def _is_worked_on() -> ColumnElement[bool]:
    return exists(select(literal(1)).where(RUN.c.version_id == VERSION.c.id, RUN.c.state == RunState.RUNNING))


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())
