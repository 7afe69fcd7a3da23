"""Vectors in the catalogue: the truth that every vector index is derived from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from dampipe.domain.assets import LocationState, printable
from dampipe.domain.moments import Moment
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.paths import full_path, place_columns
from dampipe.storage.catalog.tables import ASSET, FOLDER, LOCATION, SOURCE, VECTOR

_IN_ONE_QUERY = 500


class VectorRows:
    """The vector rows of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def after(self, model: str, watermark: int, limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Up to `limit` vectors with ids above the watermark, ascending; rows of shape (count, dimension)."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VECTOR.c.id, VECTOR.c.data)
                .where(VECTOR.c.model == model, VECTOR.c.id > watermark)
                .order_by(VECTOR.c.id)
                .limit(limit)
            ).all()
        ids = np.array([row.id for row in rows], dtype=np.int64)
        if not rows:
            return ids, np.empty((0, 0), dtype=np.float32)
        values = np.frombuffer(b"".join(bytes(row.data) for row in rows), dtype="<f2")
        return ids, values.reshape(len(rows), -1).astype(np.float32)

    def count(self, model: str, up_to: int) -> int:
        """How many vectors of the model have ids up to and with `up_to`."""
        with self._db.read() as connection:
            return int(
                connection.execute(
                    select(func.count()).where(VECTOR.c.model == model, VECTOR.c.id <= up_to)
                ).scalar_one()
            )

    def count_of(self, sha1: str, model: str) -> int:
        """How many vectors one asset has."""
        query = (
            select(func.count())
            .select_from(VECTOR.join(ASSET, ASSET.c.id == VECTOR.c.asset_id))
            .where(ASSET.c.sha1 == sha1, VECTOR.c.model == model)
        )
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def ids(self, model: str, up_to: int) -> NDArray[np.int64]:
        """Their ids, ascending."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VECTOR.c.id).where(VECTOR.c.model == model, VECTOR.c.id <= up_to).order_by(VECTOR.c.id)
            )
            return np.fromiter(rows.scalars(), dtype=np.int64)

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """What these vectors show, score 0; ids that are no longer there are left out."""
        found: dict[int, Moment] = {}
        for start in range(0, len(ids), _IN_ONE_QUERY):
            found.update(self._moments(ids[start : start + _IN_ONE_QUERY]))
        return found

    def _moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        with self._db.read() as connection:
            vectors = connection.execute(
                select(
                    VECTOR.c.id,
                    VECTOR.c.time,
                    VECTOR.c.shot,
                    ASSET.c.id.label("asset"),
                    ASSET.c.sha1,
                    ASSET.c.name,
                    ASSET.c.duration,
                )
                .join_from(VECTOR, ASSET, VECTOR.c.asset_id == ASSET.c.id)
                .where(VECTOR.c.id.in_([int(i) for i in ids]))
            ).all()
            places = connection.execute(
                select(LOCATION.c.asset_id, LOCATION.c.state, *place_columns(self._db))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                .where(LOCATION.c.asset_id.in_({row.asset for row in vectors}))
                .order_by(LOCATION.c.id)
            ).all()
        paths: dict[int, str] = {}
        for present in (True, False):
            for row in places:
                if (row.state == LocationState.PRESENT) is present:
                    paths.setdefault(row.asset_id, full_path(row))
        found = {}
        for row in vectors:
            path = printable(paths.get(row.asset, row.name))
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
