"""The SQL of the keys of frames: stored with a fingerprint, and looked up for candidates."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, TextClause, bindparam, delete, func, select, text

from dampipe.features.duplicates.keys import PLANES, frame_keys, planes_for, probes
from dampipe.features.duplicates.tables import FINGERPRINT, FRAME_KEY
from dampipe.features.duplicates.track import Track
from dampipe.kernel.db.database import Database

CROWDED = 100
"""A key that so many assets have says nothing: slates, logos, colour bars, empty sky. It is not looked up, and no
further asset gets it, so that the cost of a search does not grow with the number of slates."""

# Built once: to build such a statement takes longer than to run it.
_NEWEST = select(func.max(FINGERPRINT.c.version_id))
"""About how many assets there are, without counting them."""
_DELETE = delete(FRAME_KEY).where(FRAME_KEY.c.version_id == bindparam("of"))
_LISTED = {
    True: "SELECT json_extract(value, '$[0]') AS low, json_extract(value, '$[1]') AS high FROM json_each(:ranges)",
    False: "SELECT * FROM unnest(CAST(:low AS BIGINT[]), CAST(:high AS BIGINT[])) AS range (low, high)",
}
"""Ranges of keys as rows, for SQLite and for PostgreSQL."""
_IS_CROWDED = (
    f"EXISTS (SELECT 1 FROM frame_key f WHERE f.key BETWEEN low AND high LIMIT 1 OFFSET {CROWDED - 1})"
)
_SHARING = {
    True: "listed JOIN frame_key f ON f.key BETWEEN low AND high",
    # LATERAL with a limit: the planner expects a range to hold a share of the table.
    False: "listed CROSS JOIN LATERAL "
    f"(SELECT version_id FROM frame_key WHERE key BETWEEN low AND high LIMIT {CROWDED}) f",
}


def _statements(query: Callable[[bool], str]) -> dict[bool, TextClause]:
    """A query of ranges, for SQLite (True) and for PostgreSQL (False)."""
    return {
        is_sqlite: text(f"WITH listed AS ({_LISTED[is_sqlite]}) {query(is_sqlite)}") for is_sqlite in _LISTED
    }


_CROWDED = _statements(lambda _: f"SELECT low FROM listed WHERE {_IS_CROWDED}")
_STORE = _statements(
    lambda _: (
        "INSERT INTO frame_key (key, version_id) SELECT low, CAST(:of AS INTEGER) FROM listed "
        f"WHERE NOT {_IS_CROWDED} ON CONFLICT DO NOTHING"
    )
)
_CANDIDATES = _statements(
    lambda is_sqlite: (
        f"SELECT f.version_id FROM {_SHARING[is_sqlite]} WHERE NOT {_IS_CROWDED} AND f.version_id <> :of "
        "GROUP BY f.version_id ORDER BY count(*) DESC, f.version_id LIMIT :most"
    )
)


def store_keys(connection: Connection, database: Database, version: int, track: Track) -> None:
    """Store the keys of a version that has none, in the transaction that saves its fingerprint."""
    keys = np.array(frame_keys(track.rows), np.int64)
    values = {**_values(database, np.stack([keys, keys], axis=1)), "of": version}
    connection.execute(_STORE[database.is_sqlite], values)


def delete_keys(connection: Connection, version: int) -> None:
    """Delete the keys of a version whose fingerprint is replaced."""
    connection.execute(_DELETE, {"of": version})


def candidates(connection: Connection, database: Database, track: Track, asset: int, most: int) -> list[int]:
    """Assets other than `asset` that may show the same as a track of it, up to `most`, the likeliest first."""
    newest = connection.execute(_NEWEST).scalar() or 0
    planes = planes_for(newest)
    ranges = probes(track.rows, planes)
    crowded = _crowded(connection, database, ranges)
    if crowded:  # smaller cells instead, around the same frames
        finest = probes(track.rows, PLANES)
        within = np.isin(finest[:, 0] >> (PLANES - planes) << (PLANES - planes), list(crowded))
        ranges = np.concatenate([ranges[~np.isin(ranges[:, 0], list(crowded))], finest[within]])
    values = {**_values(database, ranges), "of": asset, "most": most}
    return list(connection.execute(_CANDIDATES[database.is_sqlite], values).scalars())


def _crowded(connection: Connection, database: Database, ranges: NDArray[np.int64]) -> set[int]:
    """The first keys of those ranges in which CROWDED rows or more are."""
    values = _values(database, ranges)
    return set(connection.execute(_CROWDED[database.is_sqlite], values).scalars())


def _values(database: Database, ranges: NDArray[np.int64]) -> dict[str, Any]:
    """Many ranges as one value, or as one of their beginnings and one of their ends."""
    if database.is_sqlite:
        return {"ranges": json.dumps(ranges.tolist())}
    return {"low": ranges[:, 0].tolist(), "high": ranges[:, 1].tolist()}
