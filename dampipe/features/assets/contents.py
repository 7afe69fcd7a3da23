"""The contents of files: versions and their assets, created, found again, and deleted."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from dampipe.features.assets.events import AssetAdded, VersionCurrent
from dampipe.features.assets.lineage import IS_CURRENT, make_current
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.sources.locations import tie_to_version
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.current import current_changed
from dampipe.kernel.db.database import Database, insert_into
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.facets.dirty import mark_versions
from dampipe.kernel.ids import AssetId, LocationId, VersionId
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import ContentHash

# Built once: to build such a statement takes several times as long as to run it.
_FILE = select(LOCATION.c.name, LOCATION.c.previous_id).where(LOCATION.c.id == bindparam("of"))
_BY_SHA1 = select(VERSION.c.id, VERSION.c.asset_id).where(VERSION.c.sha1 == bindparam("of"))
_NEW_VERSION: dict[str, Any] = {
    name: bindparam(name) for name in ("asset_id", "sha1", "size", "name", "added_at")
}
_IS_NEW = ~exists(select(literal(1)).where(VERSION.c.sha1 == bindparam("of")))
_ADD_ASSET = (
    insert(ASSET)
    .from_select(
        ["added_at", "replaces_id"],
        select(bindparam("added_at", type_=Float), bindparam("replaces_id", type_=Integer)).where(_IS_NEW),
    )
    .returning(ASSET.c.id)
)
"""Of a content that no version has; returns nothing where one has it."""


def identify(
    connection: Connection, database: Database, location: int, content: ContentHash, now: float
) -> tuple[VersionId, AssetId]:
    """Tie a location to the version of its content, created if it is new, and return the version's id.

    Where the file had another content before, a new version is of a provisional asset, which may turn out to be the
    same one; and an earlier version of the same asset, put back, is its current version again.
    """
    file = connection.execute(_FILE, {"of": location}).one()
    version, asset = ensure_version(
        connection, database, content.sha1, content.size, file.name, now, file.previous_id
    )
    tie_to_version(connection, LocationId(location), version)
    return version, asset


def ensure_version(
    connection: Connection,
    database: Database,
    sha1: str,
    size: int,
    name: str,
    now: float,
    previous: int | None = None,
) -> tuple[VersionId, AssetId]:
    """The ids of the version with that SHA-1 and of its asset, created if there is none.

    previous: the version that was at its place before, see `identify`.
    """
    before = None if previous is None else _replaced(connection, previous)
    replaces = None if before is None else before.asset_id
    new = {"of": sha1, "added_at": now, "replaces_id": replaces}
    asset = connection.execute(_ADD_ASSET, new).scalar()
    if asset is not None:
        row = {"asset_id": asset, "sha1": sha1, "size": size, "name": printable(name), "added_at": now}
        version = connection.execute(_add_version(database.is_sqlite), row).scalar()
        if version is not None:
            mark_versions(connection, [version])
            added = AssetAdded(sha1=sha1)
            record_event(connection, added, actor=WORKER, asset=asset, sha1=sha1, at=now)
            return VersionId(version), AssetId(asset)
        connection.execute(delete(ASSET).where(ASSET.c.id == asset))  # another worker has added it meanwhile
    known = connection.execute(_BY_SHA1, {"of": sha1}).one()
    if before is not None and before.superseded_at is None:
        _put_back(connection, database, known.id, before.asset_id, now)
    return VersionId(known.id), AssetId(known.asset_id)


@cache
def _add_version(is_sqlite: bool) -> Any:
    new = insert_into(VERSION, is_sqlite).values(_NEW_VERSION)
    return new.on_conflict_do_nothing().returning(VERSION.c.id)


def _replaced(connection: Connection, previous: int) -> Any:
    """The row of a version: its asset, and whether it is the current one."""
    query = select(VERSION.c.asset_id, VERSION.c.superseded_at).where(VERSION.c.id == previous)
    return connection.execute(query).first()


def _put_back(connection: Connection, database: Database, version: int, asset: int, now: float) -> None:
    """Make a version current if it is a superseded one of that asset."""
    mine = select(VERSION.c.sha1).where(VERSION.c.id == version, VERSION.c.asset_id == asset, ~IS_CURRENT)
    sha1 = connection.execute(mine).scalar()
    if sha1 is not None:
        make_current(connection, version, now)
        record_event(connection, VersionCurrent(sha1=sha1), actor=WORKER, asset=asset, sha1=sha1, at=now)
        current_changed(connection, database, [asset])


def delete_versions(
    connection: Connection, versions: Sequence[int], where: ColumnElement[bool]
) -> list[AssetId]:
    """Delete those of the versions for which a condition holds, with their rows in all tables.

    An asset goes with its last version; where its current one goes, the newest that is left becomes current. Returns
    the assets of which another version is current, for `current_changed`.
    """
    gone = delete(VERSION).where(VERSION.c.id.in_(versions), where)
    deleted = connection.execute(gone.returning(VERSION.c.id, VERSION.c.asset_id)).all()
    mark_versions(connection, [row.id for row in deleted])
    assets = sorted({row.asset_id for row in deleted})
    left = select(VERSION.c.asset_id, func.max(VERSION.c.id)).where(VERSION.c.asset_id.in_(assets))
    newest = {row[0]: row[1] for row in connection.execute(left.group_by(VERSION.c.asset_id))}
    has_current = select(VERSION.c.asset_id).where(VERSION.c.asset_id.in_(newest), IS_CURRENT)
    without = newest.keys() - set(connection.execute(has_current).scalars())
    for asset in without:
        connection.execute(update(VERSION).where(VERSION.c.id == newest[asset]).values(superseded_at=None))
    mark_dirty(connection, newest)
    connection.execute(
        delete(ASSET).where(ASSET.c.id.in_([asset for asset in assets if asset not in newest]))
    )
    return [AssetId(asset) for asset in without]
