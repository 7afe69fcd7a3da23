"""The SQL of pruning: the only place where assets are deleted, and only on request.

An asset is deleted in three steps, so that a kill leaves no orphan behind and a file that comes back in between
is processed again: its runs and vectors, its derivatives' bytes, its rows. Each step is repeated by the next prune.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select

from dampipe.features.assets.savers import delete_assets
from dampipe.features.assets.tables import ASSET
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
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable

ROWS_PER_TRANSACTION = 200
SHOWN = 20
"""Paths named in a report."""


class Pruner:
    """What can be forgotten in one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def plan(self, source: int | None) -> Pruned:
        """What `prune` would do; `source` bounds the locations."""
        kept = and_(LOCATION.c.asset_id == ASSET.c.id, ~_missing(source))
        alone = and_(~exists(select(literal(1)).where(kept)), ~_is_worked_on())
        with self._db.read() as connection:
            paths = connection.execute(
                select(*place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(_missing(source))
                .order_by(LOCATION.c.id)
                .limit(SHOWN)
            ).all()
            unhashed = self._unhashed(connection)
            assets = self._assets(connection, alone) if not unhashed else {}
            return Pruned(
                locations=_count(connection, select(func.count()).where(_missing(source))),
                unidentified=unhashed,
                paths=tuple(printable(full_path(row)) for row in paths),
                **assets,
            )

    def prune(
        self, source: int | None, delete_blob: Callable[[str], object], on_progress: Callable[[int], None]
    ) -> Pruned:
        """Do it, in small transactions. `on_progress` is called with the number of rows gone each time."""
        planned = self.plan(source)
        while gone := self._forget_locations(source):
            on_progress(gone)
        found = {"assets": 0, "vectors": 0, "derivatives": 0, "bytes": 0}
        if not planned.unidentified:
            while some := self._next_assets():
                for name, count in self._forget(some, delete_blob).items():
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
                LOCATION.c.asset_id.is_(None), LOCATION.c.state == LocationState.PRESENT, ~exists(over)
            ),
        )

    def _assets(self, connection: Connection, which: ColumnElement[bool]) -> dict[str, int]:
        ids = select(ASSET.c.id).where(which)
        made, size = connection.execute(
            select(func.count(), func.coalesce(func.sum(DERIVATIVE.c.size), 0)).where(
                DERIVATIVE.c.asset_id.in_(ids)
            )
        ).one()
        return {
            "assets": _count(connection, select(func.count()).select_from(ids.subquery())),
            "vectors": _count(connection, select(func.count()).where(VECTOR.c.asset_id.in_(ids))),
            "derivatives": int(made),
            "bytes": int(size),
        }

    def _forget_locations(self, source: int | None) -> int:
        with self._db.write() as connection:
            return delete_some(connection, _missing(source), ROWS_PER_TRANSACTION)

    def _next_assets(self) -> list[int]:
        with self._db.read() as connection:
            rows = connection.execute(
                select(ASSET.c.id).where(_is_nowhere(), ~_is_worked_on()).limit(ROWS_PER_TRANSACTION)
            )
            return list(rows.scalars())

    def _forget(self, assets: Sequence[int], delete_blob: Callable[[str], object]) -> dict[str, int]:
        mine = and_(ASSET.c.id.in_(assets), _is_nowhere(), ~_is_worked_on())
        with self._db.write() as connection:
            connection.execute(select(ASSET.c.id).where(mine).with_for_update()).all()
            # The condition is checked again under the lock: a file may have been identified while this waited.
            ids = list(connection.execute(select(ASSET.c.id).where(mine)).scalars())
            counts = self._assets(connection, ASSET.c.id.in_(ids))
            keys = list(
                connection.execute(select(DERIVATIVE.c.key).where(DERIVATIVE.c.asset_id.in_(ids))).scalars()
            )
            state.delete_runs_of_assets(connection, ids)
            delete_vectors(connection, ids)
        for key in keys:
            delete_blob(key)
        with self._db.write() as connection:
            # An asset that has a file again by now is kept; its runs are created again.
            delete_assets(connection, ids, _is_nowhere())
        return counts


def _missing(source: int | None) -> ColumnElement[bool]:
    gone = LOCATION.c.state == LocationState.MISSING
    if source is None:
        return gone
    return and_(gone, LOCATION.c.folder_id.in_(select(FOLDER.c.id).where(FOLDER.c.source_id == source)))


def _is_nowhere() -> ColumnElement[bool]:
    return ~exists(select(literal(1)).where(LOCATION.c.asset_id == ASSET.c.id))


def _is_worked_on() -> ColumnElement[bool]:
    return exists(select(literal(1)).where(RUN.c.asset_id == ASSET.c.id, RUN.c.state == RunState.RUNNING))


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())
