"""The vectors of frames, as machine tagging reads them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from dampipe.features.search.tables import VECTOR
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids


class Frames(NamedTuple):
    """All frames of some versions, by version and time."""

    versions: NDArray[np.int64]
    times: list[float]
    shots: list[int]
    rows: NDArray[np.float32]


class FrameRepository:
    """The frames of one catalogue; only read here."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def count(self, connection: Connection, model: str, most: int) -> int:
        """How many frames a model has seen; counts to `most`."""
        some = select(VECTOR.c.id).where(VECTOR.c.model == model).limit(most).subquery()
        return connection.execute(select(func.count()).select_from(some)).scalar_one()

    def newest(self, connection: Connection, model: str) -> int:
        """The highest id of a model's vectors; 0 if there is none."""
        return connection.execute(select(func.max(VECTOR.c.id)).where(VECTOR.c.model == model)).scalar() or 0

    def sample(self, connection: Connection, model: str, count: int) -> NDArray[np.float32]:
        """About `count` frames from all over the library, the same ones each time; all if there are no more."""
        mine = VECTOR.c.model == model
        if self.count(connection, model, 2 * count) < 2 * count:
            query = select(VECTOR.c.data).where(mine).order_by(VECTOR.c.id)
            return _rows(list(connection.execute(query).scalars()))
        ends = select(func.min(VECTOR.c.id), func.max(VECTOR.c.id)).where(mine)
        first, last = connection.execute(ends).one()
        places = np.random.default_rng(13).integers(first, last, count, endpoint=True)
        found: dict[int, bytes] = {}
        # Ids have gaps, where versions were deleted or other models were used: the next frame after each place.
        runs = max(1, count // 16)
        for place in np.sort(places)[:: max(1, count // runs)]:
            query = select(VECTOR.c.id, VECTOR.c.data).where(mine, VECTOR.c.id >= int(place))
            rows = connection.execute(query.order_by(VECTOR.c.id).limit(count // runs))
            found.update((row.id, row.data) for row in rows)
        return _rows(list(found.values()))

    def batch(self, connection: Connection, model: str, watermark: int, limit: int) -> tuple[int, list[int]]:
        """The next frames after a watermark: the id of the last one, 0 if there is none, and their versions."""
        query = select(VECTOR.c.id, VECTOR.c.version_id).where(
            VECTOR.c.model == model, VECTOR.c.id > watermark
        )
        rows = connection.execute(query.order_by(VECTOR.c.id).limit(limit)).all()
        return (rows[-1].id if rows else 0), sorted({row.version_id for row in rows})

    def of_versions(self, connection: Connection, model: str, versions: Sequence[int]) -> Frames:
        """All frames of versions."""
        mine = (VECTOR.c.model == model, in_ids(self._db, VECTOR.c.version_id, versions))
        query = select(VECTOR.c.version_id, VECTOR.c.time, VECTOR.c.shot, VECTOR.c.data).where(*mine)
        rows = connection.execute(query.order_by(VECTOR.c.version_id, VECTOR.c.time, VECTOR.c.id)).all()
        return Frames(
            np.array([row.version_id for row in rows], dtype=np.int64),
            [row.time for row in rows],
            [row.shot for row in rows],
            _rows([row.data for row in rows]),
        )


def _rows(data: Sequence[bytes]) -> NDArray[np.float32]:
    if not data:
        return np.empty((0, 0), dtype=np.float32)
    values = np.frombuffer(b"".join(bytes(one) for one in data), dtype="<f2")
    return values.reshape(len(data), -1).astype(np.float32)
