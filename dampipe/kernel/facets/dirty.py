"""Marks of the facet index. Who writes a value or a fact of assets marks them, in the same transaction.

So a filter or a count that begins after the transaction knows it: the index is refreshed first. What another feature
writes for many assets at a time is marked by one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Select, SelectBase, bindparam, delete, insert, select

from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.facets.tables import DIRTY_FACETS

_ASSET = insert(DIRTY_FACETS).values(asset_id=bindparam("asset"))
_VERSION = insert(DIRTY_FACETS).values(version_id=bindparam("version"))
_OLDEST = (
    select(DIRTY_FACETS.c.id, DIRTY_FACETS.c.asset_id, DIRTY_FACETS.c.version_id)
    .order_by(DIRTY_FACETS.c.id)
    .limit(bindparam("most"))
)
_FIRST = select(DIRTY_FACETS.c.id).limit(1)


@dataclass(frozen=True)
class DirtyFacets:
    """What was marked."""

    marks: int
    assets: frozenset[int]
    versions: frozenset[int]


def mark_assets(connection: Connection, assets: Iterable[int]) -> None:
    """Have assets read again, with all their versions; part of the caller's transaction."""
    if rows := [{"asset": int(asset)} for asset in assets]:
        connection.execute(_ASSET, rows)


def mark_versions(connection: Connection, versions: Iterable[int]) -> None:
    """Have versions read again, also those that are deleted in the same transaction."""
    if rows := [{"version": int(version)} for version in versions]:
        connection.execute(_VERSION, rows)


def mark_selected_assets(connection: Connection, assets: Select[Any]) -> None:
    """The same for assets that a query selects, without NULL: one statement for any number."""
    connection.execute(insert(DIRTY_FACETS).from_select(["asset_id"], assets))


def mark_selected_versions(connection: Connection, versions: Select[Any]) -> None:
    """The same for versions."""
    connection.execute(selected_versions(versions))


def selected_versions(versions: SelectBase) -> Insert:
    """The statement that marks the versions which a query selects: for callers that keep statements."""
    return insert(DIRTY_FACETS).from_select(["version_id"], versions)


def count_dirty(connection: Connection, most: int) -> int:
    """How many marks there are; counts no further than `most`."""
    if connection.execute(_FIRST).first() is None:  # as nearly always
        return 0
    return len(connection.execute(select(DIRTY_FACETS.c.id).limit(most)).all())


def drop_marks(connection: Connection) -> None:
    """Take all marks away: for who reads everything again in any case."""
    connection.execute(delete(DIRTY_FACETS))


def take_dirty(connection: Connection, database: Database, most: int) -> DirtyFacets:
    """Take up to `most` marks, the oldest first, for the caller to refresh the index in this transaction. The caller
    keeps others from doing so at the same time."""
    rows: Sequence[Any] = connection.execute(_OLDEST, {"most": most}).all()
    if not rows:
        return DirtyFacets(0, frozenset(), frozenset())
    marks, assets, versions = zip(*rows, strict=True)
    connection.execute(delete(DIRTY_FACETS).where(in_ids(database, DIRTY_FACETS.c.id, marks)))
    return DirtyFacets(
        marks=len(rows), assets=frozenset(assets) - {None}, versions=frozenset(versions) - {None}
    )
