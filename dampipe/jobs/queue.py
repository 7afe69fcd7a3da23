"""The backlog: which runs are to be dispatched next, and which have to be brought back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import ASSET, LOCATION
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.tables import SCAN
from dampipe.jobs.complete import NEW_RUN
from dampipe.jobs.keys import FollowUp, RunKey
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable

_RETRIED = [RunState.FAILED, RunState.SKIPPED]


def _count(*where: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(RUN).where(*where)


# Built once: to build such a statement takes several times as long as to run it, and every chain needs them.
_LANE = RUN.c.lane == bindparam("of_lane")
_STAGE = RUN.c.stage == bindparam("of_stage")
_READY = (
    _LANE,
    RUN.c.state == RunState.PENDING,
    RUN.c.queued_at.is_(None),
    RUN.c.not_before <= bindparam("now"),
)
# Two counts over the index; an OR of both states would walk all that waits. A batch holds many runs more.
_IN_FLIGHT = select(
    *(
        _count(_LANE, RUN.c.state == state, RUN.c.queued_at > 0).scalar_subquery()
        for state in (RunState.PENDING, RunState.RUNNING)
    )
)
_WAITING = (
    select(RUN.c.id, RUN.c.stage, RUN.c.attempts)
    .where(*_READY)
    .order_by(RUN.c.priority.desc(), RUN.c.id.desc())
    .limit(bindparam("most"))
)
_IDS: Any = bindparam("ids", expanding=True)
_MARK = (
    update(RUN)
    .where(
        RUN.c.id.in_(
            select(RUN.c.id)
            .where(RUN.c.id.in_(_IDS), *_READY)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
    )
    .values(queued_at=bindparam("now"))
    .returning(RUN.c.id, RUN.c.stage, RUN.c.location_id, RUN.c.asset_id, RUN.c.priority)
)
_SOME = select(literal(1)).where(_STAGE, RUN.c.state == RunState.PENDING).limit(bindparam("most"))
_RUNS_AND_CHAINS = select(
    select(func.count()).select_from(_SOME.subquery()).scalar_subquery(),
    _count(
        *(_LANE, _STAGE, RUN.c.state == RunState.PENDING, RUN.c.queued_at > 0, RUN.c.attempts == 0)
    ).scalar_subquery(),
)
_PLACE_NAMES = select(LOCATION.c.id, LOCATION.c.name).where(LOCATION.c.id.in_(_IDS))
_ASSET_NAMES = select(ASSET.c.id, ASSET.c.name).where(ASSET.c.id.in_(_IDS))


@dataclass(frozen=True)
class QueuedRun:
    """A run that a chain is to start with."""

    stage: str
    subject: Subject
    name: str
    """The file's name, as it may be printed."""


class RunQueue:
    """What is still to do, seen from the dispatcher and the sweep."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def in_flight(self, lane: str) -> int:
        """How many chains of a lane the broker or a worker holds."""
        with self._db.read() as connection:
            return sum(connection.execute(_IN_FLIGHT, {"of_lane": lane}).one())

    def take(self, lane: str, limit: int, batches: Mapping[str, int] | None = None) -> list[QueuedRun]:
        """Mark up to `limit` runs of a lane as given to the broker, highest priority and newest first.

        batches: the stages of which one chain takes that many runs at once. They get as many chains as that makes;
        but what was tried before is done alone, and has one of its own.
        """
        if limit <= 0:
            return []
        now = time()
        with self._db.read() as connection:  # most calls find nothing: no write lock for them
            rows = connection.execute(_WAITING, {"of_lane": lane, "now": now, "most": limit}).all()
            left = {
                stage: _chains_missing(connection, lane, stage, batch, limit)
                for stage, batch in (batches or {}).items()
                if any(row.stage == stage and not row.attempts for row in rows)
            }
        wanted = []
        for row in rows:
            if row.attempts or row.stage not in left:
                wanted.append(row.id)
            elif left[row.stage] > 0:
                left[row.stage] -= 1
                wanted.append(row.id)
        if not wanted:
            return []
        with self._db.write() as connection:
            rows = connection.execute(_MARK, {"of_lane": lane, "now": now, "ids": wanted}).all()
            names = self._names(connection, rows)
        return [
            QueuedRun(row.stage, Subject(location=row.location_id, asset=row.asset_id), names[row.id])
            for row in sorted(rows, key=lambda row: (-row.priority, -row.id))
        ]

    def _names(self, connection: Connection, rows: Sequence[Any]) -> dict[int, str]:
        places = [row.location_id for row in rows if row.asset_id is None]
        assets = [row.asset_id for row in rows if row.asset_id is not None]
        by_place = {p: printable(name) for p, name in _pairs(connection, _PLACE_NAMES, places)}
        by_asset = dict(_pairs(connection, _ASSET_NAMES, assets))
        return {
            row.id: by_place[row.location_id] if row.asset_id is None else by_asset[row.asset_id]
            for row in rows
        }

    def plan_missing(self, steps: Sequence[FollowUp]) -> int:
        """Create every run that the pipeline asks for and nobody has; returns how many.

        That is: hash for locations without an asset, and for every other step the assets whose
        givers are done. Existing runs are left as they are.
        """
        now = time()
        made = 0
        with self._db.write() as connection:
            for step in steps:
                key = step.run
                base = LOCATION if key.on_location else ASSET
                subject = RUN.c.location_id if key.on_location else RUN.c.asset_id
                here = select(literal(1)).where(
                    RUN.c.stage == key.stage, RUN.c.version == key.version, subject == base.c.id
                )
                wanted: list[ColumnElement[bool]] = [~exists(here)]
                if key.on_location:
                    wanted += [LOCATION.c.asset_id.is_(None), LOCATION.c.state == LocationState.PRESENT]
                    # A walk that is under way may yet find that a file is a known one, moved.
                    walking = SCAN.c.state.in_([ScanState.WAITING, ScanState.WALKING])
                    theirs = LOCATION.c.scan_id.in_(select(SCAN.c.id).where(walking))
                    wanted.append(or_(LOCATION.c.scan_id.is_(None), ~theirs))
                wanted += [_has_done(giver) for giver in step.givers]
                if not step.givers and not key.on_location:
                    wanted.append(exists(select(literal(1)).where(LOCATION.c.asset_id == ASSET.c.id)))
                values = {
                    "stage": key.stage,
                    "version": key.version,
                    "lane": key.lane,
                    "state": str(RunState.PENDING),
                    "created_at": now,
                    **NEW_RUN,
                }
                source = select(base.c.id, *(literal(v) for v in values.values())).where(*wanted)
                insert = RUN.insert().from_select([subject.name, *values], source)
                made += connection.execute(insert, execution_options={"preserve_rowcount": True}).rowcount
        return made

    def retry(self, assets: Sequence[int] | None, kinds: Sequence[str] | None, stage: str | None) -> int:
        """Let failed and skipped runs start afresh; returns how many. None means any."""
        where: list[ColumnElement[bool]] = [RUN.c.error_kind.is_not(None), RUN.c.state.in_(_RETRIED)]
        if assets is not None:
            here = select(LOCATION.c.id).where(LOCATION.c.asset_id.in_(assets))
            where.append(or_(RUN.c.asset_id.in_(assets), RUN.c.location_id.in_(here)))
        if kinds is not None:
            where.append(RUN.c.error_kind.in_(kinds))
        if stage is not None:
            where.append(RUN.c.stage == stage)
        return self._update(and_(*where), reset_values())

    def retry_locations(self, locations: Sequence[int]) -> int:
        """Let failed hash runs of these locations start afresh; returns how many."""
        return self._update(and_(RUN.c.state.in_(_RETRIED), RUN.c.location_id.in_(locations)), reset_values())

    def _update(self, where: ColumnElement[bool], values: dict[str, Any]) -> int:
        with self._db.write() as connection:
            return connection.execute(update(RUN).where(where).values(values)).rowcount


def _chains_missing(connection: Connection, lane: str, stage: str, batch: int, limit: int) -> int:
    """How many chains more the runs make that wait for a batch stage, `limit` at the most."""
    of = {"of_lane": lane, "of_stage": stage, "most": batch * limit}
    runs, chains = connection.execute(_RUNS_AND_CHAINS, of).one()
    return int(-(-runs // batch) - chains)


def _pairs(connection: Connection, query: Select[int, str], ids: Sequence[int]) -> Sequence[tuple[int, str]]:
    return [(row[0], row[1]) for row in connection.execute(query, {"ids": ids})] if ids else []


def reset_values() -> dict[str, Any]:
    """What a run is set to that starts once more."""
    return {
        "state": RunState.PENDING,
        "attempts": 0,
        "not_before": 0.0,
        "queued_at": None,
        "error_kind": None,
        "reason": None,
        "finished_at": None,
    }


def _has_done(giver: RunKey) -> ColumnElement[bool]:
    done = RUN.alias()
    return exists(
        select(literal(1)).where(
            done.c.stage == giver.stage,
            done.c.version == giver.version,
            done.c.asset_id == ASSET.c.id,
            done.c.state == RunState.DONE,
        )
    )
