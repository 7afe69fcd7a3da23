"""The SQL of operations on versions (merge, stack, split, undo): each is one transaction, with its record and its event.

The only writer of the table `version_operation`; the versions themselves are written by `features/assets/lineage.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from dampipe.features.assets.lineage import (
    AssetFacts,
    absorb,
    detach,
    locked_facts,
    make_current,
    settle,
)
from dampipe.features.assets.tables import VERSION
from dampipe.features.versions.events import AssetMerged, AssetSettled, AssetSplit
from dampipe.features.versions.model import Metadata, OperationKind, OperationReport, OperationState
from dampipe.features.versions.tables import VERSION_OPERATION
from dampipe.kernel.current import current_changed
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.ids import AssetId, VersionId
from dampipe.kernel.merges import Kept, copy_all, merge_all, restore_all


def merge(
    connection: Connection,
    database: Database,
    kind: OperationKind,
    source: AssetFacts,
    target: AssetFacts,
    actor: str,
    now: float,
    *,
    newest: bool,
) -> OperationReport:
    """Make the versions of one asset versions of another, which gets its metadata; both are locked.

    newest: whether the current version of the first becomes the current one.
    """
    kept = merge_all(connection, database, source.id, target.id)
    absorb(connection, source, target, now)
    if newest:
        make_current(connection, source.current, now)
    current_changed(connection, database, [target.id])
    names = sha1s(connection, (*target.versions, *source.versions))
    state = OperationState(
        moved=source.versions,
        moved_current=source.current,
        current=target.current,
        added_at=source.added_at,
        replaces=source.replaces,
        sha1s=(names[target.current], names[source.current]),
        owners={name: one.state for name, one in kept.items()},
        texts=_texts(kept),
    )
    moved = tuple(names[version] for version in source.versions)
    done = AssetMerged(kind=kind, merged=source.id, versions=moved)
    record_event(connection, done, actor=actor, asset=target.id, sha1=names[source.current], at=now)
    return _record(connection, kind, now, actor, target.id, source.id, state)


def split(
    connection: Connection,
    database: Database,
    asset: AssetFacts,
    version: VersionId,
    metadata: Metadata,
    actor: str,
    now: float,
) -> OperationReport:
    """Make one of several versions of a locked asset an asset of its own."""
    made = detach(connection, (version,), version, asset, asset=None, added_at=now)
    kept: dict[str, Kept] = {}
    if metadata is Metadata.BOTH:
        kept = copy_all(connection, database, asset.id, made)
    elif metadata is Metadata.NEW:
        kept = merge_all(connection, database, asset.id, made)
    names = sha1s(connection, asset.versions)
    current_changed(connection, database, [asset.id, made])
    stays = locked_facts(connection, (asset.id,))[asset.id].current
    state = OperationState(
        moved=(version,),
        moved_current=version,
        current=asset.current,
        added_at=now,
        sha1s=(names[stays], names[version]),
        kept_by=metadata,
        texts=_texts(kept),
    )
    done = AssetSplit(kind=OperationKind.SPLIT, split=made, versions=(names[version],))
    record_event(connection, done, actor=actor, asset=asset.id, sha1=names[version], at=now)
    return _record(connection, OperationKind.SPLIT, now, actor, asset.id, made, state)


def undo(connection: Connection, database: Database, row: Row[Any], actor: str, now: float) -> str | None:
    """Undo an operation that no later one concerns; returns why not, if that cannot be done."""
    state = OperationState.model_validate_json(row.state)
    is_split = row.kind == OperationKind.SPLIT
    assets = locked_facts(connection, (row.asset_id, row.other_id))
    kept, other = assets.get(row.asset_id), assets.get(row.other_id)
    if kept is None or (is_split and other is None):
        return "one of the assets was deleted"
    names = sha1s(connection, state.moved)
    event: EventPayload
    if is_split:
        assert other is not None
        merge_all(connection, database, other.id, kept.id)
        absorb(connection, other, kept, now)
        event = AssetMerged(kind="undo", merged=other.id, versions=tuple(names.values()))
    else:
        moved = [version for version in state.moved if version in kept.versions]
        if other is not None or not moved or len(moved) == len(kept.versions):
            return "its versions were deleted or belong to another asset"
        current = state.moved_current if state.moved_current in moved else moved[-1]
        detach(connection, moved, current, kept, asset=row.other_id, added_at=state.added_at)
        restore_all(connection, database, row.other_id, kept.id, state.owners)
        event = AssetSplit(kind="undo", split=row.other_id, versions=tuple(names.values()))
    if state.current in locked_facts(connection, (row.asset_id,))[AssetId(row.asset_id)].versions:
        make_current(connection, state.current, now)
    current_changed(connection, database, [row.asset_id, *([] if is_split else [row.other_id])])
    sha1 = names.get(state.moved_current)
    record_event(connection, event, actor=actor, asset=kept.id, sha1=sha1, at=now)
    connection.execute(
        update(VERSION_OPERATION).where(VERSION_OPERATION.c.id == row.id).values(undone_at=now)
    )
    return None


def settle_with_event(connection: Connection, asset: int, now: float) -> None:
    """Let a provisional asset be one of its own, and say so."""
    settle(connection, asset)
    record_event(connection, AssetSettled(), actor=WORKER, asset=asset, at=now)


def moved_by(rows: Sequence[Row[Any]]) -> list[int]:
    """The numbers of the versions that operations moved."""
    return sorted({one for row in rows for one in OperationState.model_validate_json(row.state).moved})


def operations_of(connection: Connection, asset: int) -> Sequence[Row[Any]]:
    """The operations on an asset that were not undone, newest first."""
    concerned = or_(VERSION_OPERATION.c.asset_id == asset, VERSION_OPERATION.c.other_id == asset)
    mine = select(VERSION_OPERATION).where(concerned, VERSION_OPERATION.c.undone_at.is_(None))
    return connection.execute(mine.order_by(VERSION_OPERATION.c.id.desc())).all()


def sha1s(connection: Connection, versions: Sequence[int]) -> dict[int, str]:
    """The SHA-1s of versions, by number, oldest first."""
    query = select(VERSION.c.id, VERSION.c.sha1).where(VERSION.c.id.in_(versions)).order_by(VERSION.c.id)
    return {row.id: row.sha1 for row in connection.execute(query)}


def report(row: Row[Any], names: Mapping[int, str]) -> OperationReport:
    """An operation as faces show it. names: the SHA-1s of versions by number; one that is not in it is left out."""
    state = OperationState.model_validate_json(row.state)
    return OperationReport(
        kind=OperationKind(row.kind),
        at=datetime.fromtimestamp(row.at, UTC),
        actor=row.actor,
        asset=state.sha1s[0],
        other=state.sha1s[1],
        versions=tuple(names[version] for version in sorted(state.moved) if version in names),
        metadata=state.texts,
        kept_by=state.kept_by,
    )


def _record(
    connection: Connection,
    kind: OperationKind,
    now: float,
    actor: str,
    asset: int,
    other: int,
    state: OperationState,
) -> OperationReport:
    values = {"kind": kind, "at": now, "actor": actor, "asset_id": asset, "other_id": other}
    made = (
        VERSION_OPERATION.insert()
        .values(**values, state=state.model_dump_json())
        .returning(VERSION_OPERATION)
    )
    return report(connection.execute(made).one(), sha1s(connection, state.moved))


def _texts(kept: dict[str, Kept]) -> dict[str, str]:
    return {name: one.text for name, one in kept.items() if one.text}
