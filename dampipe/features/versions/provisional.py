"""Provisional assets: files whose bytes changed at their paths, until it is known what they show.

A provisional asset becomes a version of the one that it replaced, or an asset of its own, in one transaction: that in
which the preview of either is saved, or of a sweep. So neither is done twice, whenever a process is killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, exists, literal, select

from dampipe.features.assets.lineage import AssetFacts, lock_assets, provisional
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.features.duplicates.track import Track
from dampipe.features.sources.model import LocationState, VersionRule
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.features.versions.footage import Footage, is_same
from dampipe.features.versions.model import OperationKind
from dampipe.features.versions.operations import merge, settle_with_event
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.ids import AssetId
from dampipe.media.info import MediaKind

AT_ONCE = 40_000
"""Pairs of frames of two contents up to which they are compared within a transaction, which takes 0.2 s at most."""
_UNFINISHED = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)


def by_path(connection: Connection, database: Database, assets: Sequence[int], now: float) -> int:
    """Merge provisional assets whose file lies in a source where every such file is a version; returns how many."""
    merged = 0
    for new, old in provisional(connection, assets):
        rules = (
            select(literal(1))
            .select_from(
                VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
                .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
            )
            .where(VERSION.c.asset_id == new, SOURCE.c.versions == VersionRule.PATH)
        )
        if connection.execute(rules.limit(1)).first() is not None:
            _merge(connection, database, OperationKind.PATH, new, old, now)
            merged += 1
    return merged


def by_kind(connection: Connection, assets: Sequence[int], now: float) -> None:
    """Settle those provisional assets that are not film: a still or a sound is a version only by hand."""
    for new, _ in provisional(connection, assets):
        kinds = select(VERSION.c.kind).where(VERSION.c.asset_id == new, VERSION.c.superseded_at.is_(None))
        if connection.execute(kinds).scalar() not in (None, MediaKind.VIDEO):
            settle_with_event(connection, new, now)


@dataclass(frozen=True)
class Verdict:
    """What a comparison outside of a transaction has found."""

    is_same: bool
    compared: tuple[int, int]
    """How many versions of both assets had fingerprints; the verdict holds while there are as many."""


def by_footage(
    connection: Connection,
    database: Database,
    assets: Sequence[int],
    now: float,
    verdict: Verdict | None = None,
) -> int:
    """Decide about provisional assets, given as their numbers or those of what they replace; returns how many.

    Long footage is compared outside of transactions only, since that takes seconds: by `decide`, in a sweep.
    """
    decided = 0
    for new, old in provisional(connection, assets):
        found = lock_assets(connection, (new, old))
        if old in found and new in found and found[new].replaces == old:
            decided += _compare(connection, database, found[new], found[old], now, verdict)
    return decided


def decide(database: Database, asset: int) -> int:
    """Compare a provisional asset with what it may replace, and decide in a transaction; returns 1 if that was done."""
    with database.read() as connection:
        old = dict(provisional(connection, [asset])).get(AssetId(asset))
        mine = _footage_of(connection, asset)
        theirs = [] if old is None else _footage_of(connection, old)
    verdict = None
    if mine and theirs:
        same = any(is_same(one, mine[-1]) for one in reversed(theirs))
        verdict = Verdict(same, (len(mine), len(theirs)))
    with database.write() as connection:
        return by_footage(connection, database, [asset], database_time(connection), verdict)


def provisional_assets(connection: Connection, after: int, limit: int) -> list[int]:
    """The numbers of provisional assets, in their order."""
    query = select(ASSET.c.id).where(ASSET.c.replaces_id.is_not(None), ASSET.c.id > after)
    return list(connection.execute(query.order_by(ASSET.c.id).limit(limit)).scalars())


def _compare(
    connection: Connection,
    database: Database,
    new: AssetFacts,
    old: AssetFacts,
    now: float,
    verdict: Verdict | None,
) -> bool:
    """Decide about one; False while it has to wait for a preview, or for a comparison of long footage."""
    mine = _footage(connection, new.versions)
    if not mine:
        return _settle_unless(connection, new.versions, new, now)
    theirs = _footage(connection, old.versions)
    if verdict is not None and verdict.compared == (len(mine), len(theirs)):
        same = verdict.is_same
    elif any(len(one.track.times) * len(mine[-1].track.times) > AT_ONCE for one in theirs):
        return False
    else:
        same = any(is_same(one, mine[-1]) for one in reversed(theirs))
    if same:
        _merge(connection, database, OperationKind.FOOTAGE, new.id, old.id, now)
        return True
    seen = {version for version, _ in _rows(connection, old.versions)}
    missing = [version for version in old.versions if version not in seen]
    return _settle_unless(connection, missing, new, now)


def _settle_unless(connection: Connection, versions: Sequence[int], asset: AssetFacts, now: float) -> bool:
    """Settle the asset, unless the preview of one of the versions may still come."""
    has_file = exists().where(
        LOCATION.c.version_id == RUN.c.version_id, LOCATION.c.state == LocationState.PRESENT
    )
    running = RUN.c.state == RunState.RUNNING
    to_come = select(RUN.c.id).where(
        RUN.c.version_id.in_(versions),
        RUN.c.stage.in_(("probe", "preview")),
        RUN.c.state.in_(_UNFINISHED),
        has_file | running,
    )
    if connection.execute(to_come.limit(1)).first() is not None:
        return False
    settle_with_event(connection, asset.id, now)
    return True


def _merge(
    connection: Connection, database: Database, kind: OperationKind, new: int, old: int, now: float
) -> None:
    found = lock_assets(connection, (new, old))
    source, target = found.get(AssetId(new)), found.get(AssetId(old))
    if source is not None and target is not None and source.replaces == old:
        merge(connection, database, kind, source, target, WORKER, now, newest=True)


def _footage_of(connection: Connection, asset: int) -> list[Footage]:
    versions = select(VERSION.c.id).where(VERSION.c.asset_id == asset)
    return _footage(connection, list(connection.execute(versions).scalars()))


def _footage(connection: Connection, versions: Sequence[int]) -> list[Footage]:
    """What is known of the footage of versions that have fingerprints, oldest first."""
    found = []
    for _, row in _rows(connection, versions):
        times = np.frombuffer(bytes(row.times), "<f8")
        hashes = np.frombuffer(bytes(row.data), np.int8).reshape(len(times), -1)
        found.append(Footage(row.duration, Track.of(times, hashes)))
    return found


def _rows(connection: Connection, versions: Sequence[int]) -> list[tuple[int, Row[Any]]]:
    query = (
        select(FINGERPRINT, VERSION.c.duration)
        .join_from(FINGERPRINT, VERSION, VERSION.c.id == FINGERPRINT.c.version_id)
        .where(FINGERPRINT.c.version_id.in_(versions))
        .order_by(FINGERPRINT.c.version_id)
    )
    return [(row.version_id, row) for row in connection.execute(query)]
