"""Vectors in the catalogue: the source that every vector index is derived from."""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, BindParameter, bindparam, func, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.search.tables import VECTOR
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.storage.moment_search import Owner
from dampipe.storage.moments import Moment
from dampipe.storage.vectors.base import OwnerNumbers, VectorBatch, VectorIds

_OWNER = VECTOR.c.version_id.label("owner")
"""The number by which a mask selects a vector; see `VectorStorage`."""


def _big(number: int) -> BindParameter[int]:
    """A number that may be beyond any id: PostgreSQL refuses it as an INTEGER, which ids are."""
    return bindparam(None, number, BigInteger)


class VectorRepository:
    """The vector rows of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def after(self, model: str, watermark: int, limit: int) -> VectorBatch:
        """Up to `limit` vectors with ids above the watermark, ascending; rows of shape (count, dimension)."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VECTOR.c.id, _OWNER, VECTOR.c.data)
                .where(VECTOR.c.model == model, VECTOR.c.id > _big(watermark))
                .order_by(VECTOR.c.id)
                .limit(limit)
            ).all()
        ids = np.array([row.id for row in rows], dtype=np.int64)
        owners = np.array([row.owner for row in rows], dtype=np.uint32)
        if not rows:
            return ids, np.empty((0, 0), dtype=np.float32), owners
        values = np.frombuffer(b"".join(bytes(row.data) for row in rows), dtype="<f2")
        return ids, values.reshape(len(rows), -1).astype(np.float32), owners

    def count(self, model: str, up_to: int) -> int:
        """How many vectors of the model have ids up to and with `up_to`."""
        with self._db.read() as connection:
            return int(
                connection.execute(
                    select(func.count()).where(VECTOR.c.model == model, VECTOR.c.id <= _big(up_to))
                ).scalar_one()
            )

    def count_of(self, sha1: str, model: str) -> int:
        """How many vectors one asset has."""
        query = (
            select(func.count())
            .select_from(VECTOR.join(VERSION, VERSION.c.id == VECTOR.c.version_id))
            .where(VERSION.c.sha1 == sha1, VECTOR.c.model == model)
        )
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def owners_up_to(self, model: str, up_to: int) -> tuple[VectorIds, OwnerNumbers]:
        """Their ids, ascending, with the owners: a second for a million."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VECTOR.c.id, _OWNER)
                .where(VECTOR.c.model == model, VECTOR.c.id <= _big(up_to))
                .order_by(VECTOR.c.id)
            )
            kind = np.dtype([("id", np.int64), ("owner", np.uint32)])
            found = np.fromiter((tuple(row) for row in rows), kind)
        return found["id"], found["owner"]

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        """The asset and the shot of each vector; ids that no longer exist are left out."""
        found: dict[int, Owner] = {}
        for some in chunked(ids):
            query = (
                select(VECTOR.c.id, VERSION.c.sha1, VECTOR.c.shot)
                .join_from(VECTOR, VERSION, VECTOR.c.version_id == VERSION.c.id)
                .where(VECTOR.c.id.in_([int(i) for i in some]))
            )
            with self._db.read() as connection:
                found |= {row.id: (row.sha1, row.shot) for row in connection.execute(query)}
        return found

    def numbers_of(self, assets: Sequence[str]) -> AssetSet:
        """Assets (SHA-1) as the owners of their vectors: the mask that selects these."""
        found: list[int] = []
        for some in chunked(assets):
            with self._db.read() as connection:
                found += connection.execute(select(VERSION.c.id).where(VERSION.c.sha1.in_(some))).scalars()
        return AssetSet(found)

    def of(self, sha1: str, model: str) -> tuple[list[float], list[int], NDArray[np.float32]]:
        """Times, shots and vectors of one asset (its whole SHA-1), in the order of time."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VECTOR.c.time, VECTOR.c.shot, VECTOR.c.data)
                .join_from(VECTOR, VERSION, VECTOR.c.version_id == VERSION.c.id)
                .where(VERSION.c.sha1 == sha1, VECTOR.c.model == model)
                .order_by(VECTOR.c.time, VECTOR.c.id)
            ).all()
        values = np.frombuffer(b"".join(bytes(row.data) for row in rows), dtype="<f2")
        return (
            [row.time for row in rows],
            [row.shot for row in rows],
            values.reshape(len(rows), -1 if rows else 0).astype(np.float32),
        )

    def with_spans(self, model: str, moments: Sequence[Moment]) -> list[Moment]:
        """The same moments with start and end of their shots."""
        assets = sorted({moment.asset for moment in moments})
        spans: dict[tuple[str, int], tuple[float, float | None]] = {}
        for some in chunked(assets):
            spans |= self._spans(model, some)
        found = []
        for moment in moments:
            begin, end = spans.get((moment.asset, moment.shot), (moment.time, None))
            found.append(moment.model_copy(update={"start": min(begin, moment.time), "end": end}))
        return found

    def _spans(self, model: str, assets: Sequence[str]) -> dict[tuple[str, int], tuple[float, float | None]]:
        with self._db.read() as connection:
            rows = connection.execute(
                select(VERSION.c.id, VERSION.c.sha1, VERSION.c.duration, VERSION.c.shots).where(
                    VERSION.c.sha1.in_(assets)
                )
            ).all()
            first = (
                select(VECTOR.c.version_id, VECTOR.c.shot, func.min(VECTOR.c.time).label("time"))
                .where(VECTOR.c.model == model, VECTOR.c.version_id.in_([row.id for row in rows]))
                .group_by(VECTOR.c.version_id, VECTOR.c.shot)
            )
            seen: dict[int, dict[int, float]] = {}
            for vector in connection.execute(first):
                seen.setdefault(vector.version_id, {})[vector.shot] = vector.time
        spans: dict[tuple[str, int], tuple[float, float | None]] = {}
        for row in rows:
            # Until the proxy pass has found the exact shots, they begin at their first sampled frame.
            starts = dict(enumerate(json.loads(row.shots))) if row.shots else seen.get(row.id, {})
            order = sorted(starts)
            for shot, following in zip(order, [*order[1:], None], strict=True):
                end = row.duration if following is None else starts[following]
                spans[row.sha1, shot] = (starts[shot], end)
        return spans

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """The moments that vectors show, with score 0; ids that no longer exist are left out."""
        found: dict[int, Moment] = {}
        for some in chunked(ids):
            found.update(self._moments(some))
        return found

    def _moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        with self._db.read() as connection:
            vectors = connection.execute(
                select(
                    VECTOR.c.id,
                    VECTOR.c.time,
                    VECTOR.c.shot,
                    VERSION.c.id.label("version"),
                    VERSION.c.sha1,
                    VERSION.c.name,
                    VERSION.c.duration,
                )
                .join_from(VECTOR, VERSION, VECTOR.c.version_id == VERSION.c.id)
                .where(VECTOR.c.id.in_([int(i) for i in ids]))
            ).all()
            files = connection.execute(
                select(LOCATION.c.version_id, LOCATION.c.state, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(LOCATION.c.version_id.in_({row.version for row in vectors}))
                .order_by(LOCATION.c.id)
            ).all()
        paths: dict[int, str] = {}
        for present in (True, False):
            for row in files:
                if (row.state == LocationState.PRESENT) is present:
                    paths.setdefault(row.version_id, full_path(row))
        found = {}
        for row in vectors:
            path = printable(paths.get(row.version, row.name))
            found[row.id] = Moment(
                asset=row.sha1,
                path=path,
                time=row.time,
                score=0.0,
                name=path.rpartition("/")[2],
                duration=row.duration,
                shot=row.shot,
            )
        return found
