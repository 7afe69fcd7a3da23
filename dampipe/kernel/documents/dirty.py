"""Dirty search documents. Who writes words that people search by marks the document, in the same transaction.

So a search that begins after the transaction finds the words: it rebuilds dirty documents first. Words of a file (its
name, its folder, its source) are marked by the version that the file has; the asset of a version is looked up when the
document is rebuilt. Who gives a version to another asset marks both assets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Select, SelectBase, bindparam, delete, insert, select

from dampipe.kernel.documents.tables import DIRTY_DOCUMENT

_ASSET = insert(DIRTY_DOCUMENT).values(asset_id=bindparam("asset"))
_VERSION = insert(DIRTY_DOCUMENT).values(version_id=bindparam("version"))
_OLDEST = (
    select(DIRTY_DOCUMENT.c.id, DIRTY_DOCUMENT.c.asset_id, DIRTY_DOCUMENT.c.version_id)
    .order_by(DIRTY_DOCUMENT.c.id)
    .limit(bindparam("most"))
    .with_for_update()
)
_ANY = select(DIRTY_DOCUMENT.c.id).limit(1)


@dataclass(frozen=True)
class DirtyDocuments:
    """Documents that were marked."""

    marks: int
    assets: frozenset[int]
    versions: frozenset[int]
    """Versions whose assets' documents are meant."""


def mark_dirty(connection: Connection, assets: Iterable[int]) -> None:
    """Have the documents of assets rebuilt before the next search; part of the caller's transaction."""
    if rows := [{"asset": asset} for asset in assets]:
        connection.execute(_ASSET, rows)


def mark_dirty_versions(connection: Connection, versions: Iterable[int | None]) -> None:
    """The same for the assets that these versions have; None, a file that is not identified, is left out."""
    if rows := [{"version": version} for version in versions if version is not None]:
        connection.execute(_VERSION, rows)


def mark_selected(
    connection: Connection, *, assets: Select[Any] | None = None, versions: Select[Any] | None = None
) -> None:
    """The same for assets or versions that queries select, each without NULL: one statement for any number."""
    if assets is not None:
        connection.execute(insert(DIRTY_DOCUMENT).from_select(["asset_id"], assets))
    if versions is not None:
        connection.execute(selected_versions(versions))


def selected_versions(versions: SelectBase) -> Insert:
    """The statement that marks the versions which a query selects: for callers that keep statements."""
    return insert(DIRTY_DOCUMENT).from_select(["version_id"], versions)


def any_dirty(connection: Connection) -> bool:
    """Whether a document is dirty."""
    return connection.execute(_ANY).first() is not None


def take_dirty(connection: Connection, most: int) -> DirtyDocuments:
    """Take up to `most` marks, the oldest first, for the caller to rebuild the documents in this transaction."""
    rows: Sequence[Any] = connection.execute(_OLDEST, {"most": most}).all()
    connection.execute(delete(DIRTY_DOCUMENT).where(DIRTY_DOCUMENT.c.id.in_([row.id for row in rows])))
    return DirtyDocuments(
        marks=len(rows),
        assets=frozenset(row.asset_id for row in rows if row.asset_id is not None),
        versions=frozenset(row.version_id for row in rows if row.version_id is not None),
    )
