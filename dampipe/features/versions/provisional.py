"""Provisional assets: files whose bytes changed at their paths, until it is known what they show.

A provisional asset becomes a version of the one that it replaced, or an asset of its own, in one transaction: that in
which the preview of either is saved, or that of a work item of the kind `compare` (`compare.py`). So neither is done
twice, whenever a process is killed.

Previews decide only that two contents show the same. Otherwise the proxies are waited for, whose frame signatures see
what falls between the frames of a preview; without proxies the asset is one of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, exists, literal, or_, select

from dampipe.features.assets.lineage import AssetFacts, locked_facts, provisional
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.derivatives.sign_items import SIGN
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.features.duplicates.track import Track
from dampipe.features.sources.model import LocationState, VersionRule
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.features.versions.footage import Footage, is_same
from dampipe.features.versions.model import OperationKind
from dampipe.features.versions.operations import merge, settle_with_event
from dampipe.jobs import state
from dampipe.jobs.model import STAGE, RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.ids import AssetId, VersionId
from dampipe.media.info import MediaKind
from dampipe.media.outputs import DerivativeKind

AT_ONCE = 40_000
"""Pairs of frames of two contents up to which they are compared within a transaction, which takes 0.2 s at most."""
COMPARE = "compare"
"""The kind of work item that compares."""
KEY = "footage"
PROXY = "proxy"
BEFORE_PROXY = ("probe", "preview")
_UNFINISHED = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)


@dataclass(frozen=True)
class Pair:
    """A provisional asset and what it may replace, both locked."""

    new: AssetFacts
    old: AssetFacts


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
            pair = _lock_pair(connection, new, old)
            if pair is not None:
                merge_pair(connection, database, OperationKind.PATH, pair, now)
                merged += 1
    return merged


def by_kind(connection: Connection, assets: Sequence[int], now: float) -> None:
    """Settle those provisional assets that are not film: a still or a sound is a version only by hand."""
    for new, _ in provisional(connection, assets):
        kinds = select(VERSION.c.kind).where(VERSION.c.asset_id == new, VERSION.c.superseded_at.is_(None))
        if connection.execute(kinds).scalar() not in (None, MediaKind.VIDEO):
            settle_with_event(connection, new, now)


def by_preview(connection: Connection, database: Database, assets: Sequence[int], now: float) -> int:
    """Compare the previews of provisional assets, given as their numbers or those of what they replace.

    Those that show the same are merged; of the others a comparison is requested, which decides. So it is for long
    footage, whose comparison takes seconds. Returns how many were decided.
    """
    decided = 0
    for new, old in provisional(connection, assets):
        pair = _lock_pair(connection, new, old)
        if pair is None:
            continue
        mine, theirs = (footage_of(connection, side.versions) for side in (pair.new, pair.old))
        if not mine or not theirs:
            decided += _request_if_complete(connection, database, pair, now)
        elif _is_short(mine[-1], theirs) and any(is_same(one, mine[-1]) for one in reversed(theirs)):
            merge_pair(connection, database, OperationKind.FOOTAGE, pair, now)
            decided += 1
        else:
            request_comparison(connection, database, pair.new.current)
    return decided


def when_complete(connection: Connection, database: Database, assets: Sequence[int], now: float) -> int:
    """Request the comparison of provisional assets for which no preview, proxy or signature is to come any more.

    One that has nothing to be compared by is settled. assets: as by_preview has them. Returns how many were settled.
    """
    settled = 0
    for new, old in provisional(connection, assets):
        pair = _lock_pair(connection, new, old)
        if pair is not None:
            settled += _request_if_complete(connection, database, pair, now)
    return settled


def request_comparison(connection: Connection, database: Database, version: VersionId) -> None:
    """Create the work item that compares the provisional asset of a version, unless there is one."""
    state.delete_done(connection, RUN.c.stage == COMPARE, RUN.c.version_id == version)
    WorkRepository(database).add(connection, COMPARE, KEY, Subject(version=version))


def provisional_assets(connection: Connection, after: int, limit: int) -> list[int]:
    """The numbers of provisional assets, in their order."""
    query = select(ASSET.c.id).where(ASSET.c.replaces_id.is_not(None), ASSET.c.id > after)
    return list(connection.execute(query.order_by(ASSET.c.id).limit(limit)).scalars())


def is_to_come(connection: Connection, versions: Sequence[int], stages: Sequence[str]) -> bool:
    """Whether a run of one of these stages or kinds of work may still be done for one of these versions."""
    has_file = exists().where(
        LOCATION.c.version_id == RUN.c.version_id, LOCATION.c.state == LocationState.PRESENT
    )
    can_run = or_(RUN.c.state == RunState.RUNNING, RUN.c.kind != STAGE, has_file)
    to_come = select(RUN.c.id).where(
        RUN.c.version_id.in_(versions),
        RUN.c.stage.in_(stages),
        RUN.c.state.in_(_UNFINISHED),
        can_run,
    )
    return connection.execute(to_come.limit(1)).first() is not None


def has_proxy(connection: Connection, version: int) -> bool:
    """Whether a version has a proxy."""
    mine = (DERIVATIVE.c.version_id == version, DERIVATIVE.c.kind == DerivativeKind.PROXY)
    return connection.execute(select(DERIVATIVE.c.version_id).where(*mine).limit(1)).first() is not None


def _request_if_complete(connection: Connection, database: Database, pair: Pair, now: float) -> bool:
    """Settle the new asset if it has nothing to be compared by, else request its comparison; whether it was settled.

    Neither while previews, proxies or signatures of either asset are to come.
    """
    sides = [side.versions for side in (pair.new, pair.old)]
    for versions in sides:
        previewed = {version for version, _ in _rows(connection, versions)}
        if is_to_come(connection, [one for one in versions if one not in previewed], BEFORE_PROXY):
            return False
        without = [one for one in versions if not has_proxy(connection, one)]
        if is_to_come(connection, without, (PROXY,)) or is_to_come(connection, versions, (SIGN,)):
            return False
    if not all(_rows(connection, versions) for versions in sides):  # a proxy is made after the preview
        settle_with_event(connection, pair.new.id, now)
        return True
    waiting = select(RUN.c.id).where(
        RUN.c.stage == COMPARE, RUN.c.version_id == pair.new.current, RUN.c.state != RunState.DONE
    )
    if connection.execute(waiting.limit(1)).first() is None:
        request_comparison(connection, database, pair.new.current)
    return False


def _is_short(mine: Footage, theirs: Sequence[Footage]) -> bool:
    return all(len(one.track.times) * len(mine.track.times) <= AT_ONCE for one in theirs)


def _lock_pair(connection: Connection, new: int, old: int) -> Pair | None:
    """Lock a provisional asset and what it may replace; None if it is not provisional any more."""
    found = locked_facts(connection, (new, old))
    source, target = found.get(AssetId(new)), found.get(AssetId(old))
    if source is None or target is None or source.replaces != target.id:
        return None
    return Pair(source, target)


def lock_pair_of(connection: Connection, version: int) -> Pair | None:
    """The same for the asset of a version."""
    asset = connection.execute(select(VERSION.c.asset_id).where(VERSION.c.id == version)).scalar()
    replaced = dict(provisional(connection, [asset])).get(AssetId(asset)) if asset is not None else None
    return _lock_pair(connection, asset, replaced) if asset is not None and replaced is not None else None


def merge_pair(
    connection: Connection, database: Database, kind: OperationKind, pair: Pair, now: float
) -> None:
    """Make the new asset the current version of the old one."""
    merge(connection, database, kind, pair.new, pair.old, WORKER, now, newest=True)


def footage_of(connection: Connection, versions: Sequence[int]) -> list[Footage]:
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
