"""Writes vectors, and the numbers of the shots that they lie in."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.search.tables import VECTOR
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from dampipe.media.outputs import Proxy
from dampipe.vision.embedding import Embedding

_ROUNDING = 0.001
_RENUMBER = update(VECTOR).where(VECTOR.c.id == bindparam("vector")).values(shot=bindparam("within"))


def save_embeddings(batch: OutputBatch[Embedding]) -> None:
    """Replace the vectors of versions of one model, all in one bulk write."""
    rows = [
        (version, time, shot, row)
        for version, output in batch.outputs
        for time, shot, row in zip(output.times, output.shots, _rows(output), strict=True)
    ]
    versions = [version for version, _ in batch.outputs]
    _replace(batch.connection, batch.database, versions, batch.outputs[0][1].model, rows)


def save_vectors(
    connection: Connection,
    database: Database,
    version: VersionId,
    model: str,
    times: Sequence[float],
    shots: Sequence[int],
    rows: NDArray[np.float16],
) -> None:
    """Replace a version's vectors of one model by new ones (rows of shape (len(times), dimension))."""
    made = [(version, time, shot, row.tobytes()) for time, shot, row in zip(times, shots, rows, strict=True)]
    _replace(connection, database, [version], model, made)


def save_shot_numbers(batch: OutputBatch[Proxy]) -> None:
    """Assign stored vectors to the exact shots that the proxy pass has found."""
    for version, proxy in batch.outputs:
        if not proxy.shots:
            continue
        vectors = select(VECTOR.c.id, VECTOR.c.time).where(VECTOR.c.version_id == version)
        numbers = [
            {"vector": row.id, "within": shot_at(proxy.shots, row.time)}
            for row in batch.connection.execute(vectors).all()
        ]
        if numbers:
            batch.connection.execute(_RENUMBER, numbers)


def delete_vectors(connection: Connection, versions: Sequence[int]) -> None:
    """Delete all vectors of versions, of whatever model."""
    connection.execute(delete(VECTOR).where(VECTOR.c.version_id.in_(versions)))


def shot_at(starts: Sequence[float], time: float) -> int:
    """Which shot a time lies in; times are rounded to milliseconds.

    >>> [shot_at((0.0, 4.0, 8.0), time) for time in (0.0, 3.999, 4.0, 99.0)]
    [0, 1, 1, 2]
    """
    return max(0, bisect_right(starts, time + _ROUNDING) - 1)


def _rows(output: Embedding) -> list[bytes]:
    """The vectors, one a frame."""
    size = output.dimension * 2
    return [output.vectors[at : at + size] for at in range(0, len(output.times) * size, size or 1)]


def _replace(
    connection: Connection,
    database: Database,
    versions: Sequence[VersionId],
    model: str,
    rows: Sequence[tuple[VersionId, float, int, bytes]],
) -> None:
    lock_until_commit(connection, database, "vectors")  # so that their ids rise in the order of commits
    connection.execute(delete(VECTOR).where(VECTOR.c.version_id.in_(versions), VECTOR.c.model == model))
    if not rows:
        return
    known = connection.execute(select(VERSION.c.id, VERSION.c.shots).where(VERSION.c.id.in_(versions)))
    exact: dict[Any, list[float]] = {row.id: json.loads(row.shots) for row in known if row.shots}
    database.insert_many(
        connection,
        VECTOR,
        ("version_id", "model", "time", "shot", "data"),
        [
            (version, model, time, shot_at(exact[version], time) if version in exact else shot, row)
            for version, time, shot, row in rows
        ],
    )
