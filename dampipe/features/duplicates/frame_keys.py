"""The SQL of the keys of frames: stored with a fingerprint, and looked up for candidates."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, delete, text

from dampipe.features.duplicates.keys import frame_keys
from dampipe.features.duplicates.tables import FRAME_KEY
from dampipe.features.duplicates.track import Track
from dampipe.kernel.db.database import Database

CROWDED = 100
"""A key that so many assets have says nothing: slates, logos, colour bars, empty sky. It is not looked up, and no
further asset gets it, so that the cost of a search does not grow with the number of slates."""

# Built once: to build such a statement takes longer than to run it.
_DELETE = delete(FRAME_KEY).where(FRAME_KEY.c.asset_id == bindparam("of"))
_LISTED = {
    True: "SELECT value AS key FROM json_each(:keys)",
    False: "SELECT unnest(CAST(:keys AS BIGINT[])) AS key",
}
"""The keys as rows, for SQLite and for PostgreSQL."""
_IS_CROWDED = f"EXISTS (SELECT 1 FROM frame_key f WHERE f.key = listed.key LIMIT 1 OFFSET {CROWDED - 1})"


def _statement(is_sqlite: bool, query: str) -> TextClause:
    return text(f"WITH listed AS ({_LISTED[is_sqlite]}) {query}")


_CROWDED = {
    is_sqlite: _statement(is_sqlite, f"SELECT key FROM listed WHERE {_IS_CROWDED}") for is_sqlite in _LISTED
}
_CANDIDATES = {
    is_sqlite: _statement(
        is_sqlite,
        "SELECT f.asset_id FROM listed JOIN frame_key f ON f.key = listed.key "
        f"WHERE NOT {_IS_CROWDED} AND f.asset_id <> :of "
        "GROUP BY f.asset_id ORDER BY count(*) DESC, f.asset_id LIMIT :most",
    )
    for is_sqlite in _LISTED
}


def replace_keys(connection: Connection, database: Database, tracks: Mapping[int, Track | None]) -> None:
    """Replace the keys of assets by those of their new fingerprints; None: there is no fingerprint any more.

    In the transaction that saves the fingerprints.
    """
    keys = {asset: frame_keys(track.rows) for asset, track in tracks.items() if track is not None}
    connection.execute(_DELETE, [{"of": asset} for asset in tracks])
    listed = {key for some in keys.values() for key in some}
    values = {"keys": _values(database, listed)}
    crowded = set(connection.execute(_CROWDED[database.is_sqlite], values).scalars())
    rows = [(key, asset) for asset, some in keys.items() for key in some if key not in crowded]
    database.insert_many(connection, FRAME_KEY, ("key", "asset_id"), rows)


def candidates(
    connection: Connection, database: Database, keys: Collection[int], asset: int, most: int
) -> list[int]:
    """Assets other than `asset` that have some of the keys, those that share most first, up to `most`."""
    values = {"keys": _values(database, keys), "of": asset, "most": most}
    return list(connection.execute(_CANDIDATES[database.is_sqlite], values).scalars())


def _values(database: Database, keys: Collection[int]) -> Any:
    """Many keys as one value."""
    return json.dumps(sorted(keys)) if database.is_sqlite else sorted(keys)
