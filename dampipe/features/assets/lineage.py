"""Which versions an asset has, and which one is current: the writes, in the caller's transaction.

An asset always has one current version: of the others `superseded_at` is set first, since an index allows one only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, literal, or_, select, update

from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.kernel.documents.dirty import mark_dirty, mark_dirty_versions
from dampipe.kernel.facets.dirty import mark_assets
from dampipe.kernel.ids import AssetId, VersionId
from dampipe.kernel.visibility import EVERYTHING, View

IS_CURRENT = VERSION.c.superseded_at.is_(None)
"""SQL: whether a version is the current one of its asset."""


def is_superseded(view: View = EVERYTHING, is_few: bool = False) -> ColumnElement[bool]:
    """SQL: whether another version stands for the asset: the current one, or the newest that is visible.

    is_few: the query is about a few assets, and looks their versions up one by one."""
    if view.is_all:
        return ~IS_CURRENT
    other = VERSION.alias()
    is_newer = or_(other.c.superseded_at.is_(None), other.c.id > VERSION.c.id)
    shows = view.shows_some if is_few else view.shows_version
    is_before_it = and_(other.c.asset_id == VERSION.c.asset_id, is_newer, shows(other.c.id))
    return and_(~IS_CURRENT, exists(select(literal(1)).where(is_before_it)))


@dataclass(frozen=True)
class AssetFacts:
    """An asset with its versions, oldest first."""

    id: AssetId
    added_at: float
    replaces: AssetId | None
    versions: tuple[VersionId, ...]
    current: VersionId


def locked_facts(connection: Connection, assets: Sequence[int]) -> dict[AssetId, AssetFacts]:
    """Lock assets, so that no other transaction changes their versions; those that no longer exist are left out."""
    locked = lock_assets(connection, assets, Hold.VERSIONS)
    rows = connection.execute(select(ASSET).where(ASSET.c.id.in_(locked)).order_by(ASSET.c.id)).all()
    versions = (
        select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.superseded_at)
        .where(VERSION.c.asset_id.in_([row.id for row in rows]))
        .order_by(VERSION.c.id)
    )
    of: dict[int, list[VersionId]] = {}
    current: dict[int, VersionId] = {}
    for row in connection.execute(versions):
        of.setdefault(row.asset_id, []).append(VersionId(row.id))
        if row.superseded_at is None:
            current[row.asset_id] = VersionId(row.id)
    return {
        AssetId(row.id): AssetFacts(
            AssetId(row.id), row.added_at, row.replaces_id, tuple(of[row.id]), current[row.id]
        )
        for row in rows
        if row.id in current
    }


def make_current(connection: Connection, version: int, now: float) -> None:
    """Make a version the current one of its asset."""
    asset = select(VERSION.c.asset_id).where(VERSION.c.id == version).scalar_subquery()
    others = (VERSION.c.asset_id == asset, VERSION.c.id != version, IS_CURRENT)
    connection.execute(update(VERSION).where(*others).values(superseded_at=now))
    connection.execute(update(VERSION).where(VERSION.c.id == version).values(superseded_at=None))
    mark_dirty_versions(connection, [version])


def absorb(connection: Connection, source: AssetFacts, target: AssetFacts, now: float) -> None:
    """Give all versions of one asset to another, which keeps its current one, and delete the asset that is empty."""
    connection.execute(update(VERSION).where(VERSION.c.id == source.current).values(superseded_at=now))
    connection.execute(update(VERSION).where(VERSION.c.asset_id == source.id).values(asset_id=target.id))
    replaced = update(ASSET).where(ASSET.c.replaces_id == source.id)
    connection.execute(replaced.where(ASSET.c.id == target.id).values(replaces_id=None))
    connection.execute(replaced.values(replaces_id=target.id))
    connection.execute(delete(ASSET).where(ASSET.c.id == source.id))
    mark_dirty(connection, [target.id])
    mark_assets(connection, [target.id])


def detach(
    connection: Connection,
    versions: Sequence[int],
    current: int,
    source: AssetFacts,
    *,
    asset: int | None,
    added_at: float,
    replaces: int | None = None,
) -> AssetId:
    """Give some versions of an asset, but not all, to a new one, of which `current` is the current version.

    The newest of the others becomes current where the current one goes. asset: the number of the new asset, where it
    existed before; None: the next number.
    """
    values = {"added_at": added_at, "replaces_id": replaces} | ({} if asset is None else {"id": asset})
    made = connection.execute(insert(ASSET).values(values).returning(ASSET.c.id)).scalar_one()
    mine = VERSION.c.id.in_(versions)
    connection.execute(update(VERSION).where(mine, IS_CURRENT).values(superseded_at=added_at))
    connection.execute(update(VERSION).where(mine).values(asset_id=made))
    if source.current in versions:
        newest = max(version for version in source.versions if version not in versions)
        connection.execute(update(VERSION).where(VERSION.c.id == newest).values(superseded_at=None))
    connection.execute(update(VERSION).where(VERSION.c.id == current).values(superseded_at=None))
    mark_dirty(connection, [source.id, made])
    mark_assets(connection, [source.id, made])
    return AssetId(made)


def settle(connection: Connection, asset: int) -> None:
    """Let a provisional asset be one of its own."""
    connection.execute(update(ASSET).where(ASSET.c.id == asset).values(replaces_id=None))


_ANY_PROVISIONAL = select(ASSET.c.id).where(ASSET.c.replaces_id.is_not(None)).limit(1)


def provisional(connection: Connection, assets: Sequence[int]) -> list[tuple[AssetId, AssetId]]:
    """Pairs of provisional assets and those that they may replace, of which at least one is among these assets."""
    if connection.execute(_ANY_PROVISIONAL).first() is None:  # as nearly always, and every file asks
        return []
    concerned = or_(ASSET.c.id.in_(assets), ASSET.c.replaces_id.in_(assets))
    pairs = select(ASSET.c.id, ASSET.c.replaces_id).where(ASSET.c.replaces_id.is_not(None), concerned)
    return [(AssetId(new), AssetId(old)) for new, old in connection.execute(pairs.order_by(ASSET.c.id))]
