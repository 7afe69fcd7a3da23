"""The end of runs: outputs, states, events and the runs that come next, for many at once, all or nothing."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from dampipe.features.assets.savers import save_outputs
from dampipe.jobs.keys import ClaimedRun, FollowUp, RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_events
from dampipe.kernel.stage_io import ContentHash, StageOutput

NEW_RUN: dict[str, Any] = {
    "priority": 0,
    "ring": False,
    "attempts": 0,
    "not_before": 0.0,
    "lease_until": 0.0,
    "warnings": "[]",
}

_DONE: dict[str, Any] = {
    "state": RunState.DONE.value,
    "owner": None,
    "lease_until": 0.0,
    "error_kind": None,
    "reason": None,
    "progress": None,
}

# Built once: to build such a statement takes several times as long as to run it, and every run ends with them.
_IDS: Any = bindparam("ids", expanding=True)
_STILL_HELD = (
    select(RUN.c.id, RUN.c.attempts, RUN.c.ring, RUN.c.priority)
    .where(RUN.c.id.in_(_IDS), RUN.c.state == RunState.RUNNING, RUN.c.owner == bindparam("holder"))
    .with_for_update()
)
_DELETE_OTHERS = delete(RUN).where(
    RUN.c.asset_id.in_(_IDS),
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version != bindparam("but_version"),
)
# The state is looked at afterwards: asked for it, SQLite walks all done runs of the stage.
_GIVERS = select(RUN.c.asset_id, RUN.c.state).where(
    RUN.c.asset_id.in_(_IDS),
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version == bindparam("of_version"),
)


def complete_runs(
    connection: Connection,
    database: Database,
    finished: Sequence[tuple[ClaimedRun, StageOutput]],
    texts: Sequence[tuple[str, str]],
    key: RunKey,
    owner: str,
    nexts: Sequence[FollowUp],
    own: int,
    now: float,
) -> list[set[str] | None]:
    """See RunRepository.complete. A statement for all of them each, since a batch of photographs has hundreds.

    texts: of each, its output and its warnings as JSON, made before others had to wait for this.
    """
    rows = connection.execute(_STILL_HELD, {"ids": [run.id for run, _ in finished], "holder": owner}).all()
    rung = {(row.id, row.attempts): row.ring for row in rows}
    held = [(run, output) for run, output in finished if (run.id, run.attempts) in rung]
    if not held:
        return [None] * len(finished)
    given = [
        (run.id, *text)
        for (run, _), text in zip(finished, texts, strict=True)
        if (run.id, run.attempts) in rung
    ]
    database.update_many(connection, RUN, {**_DONE, "finished_at": now}, ("output", "warnings"), given)
    assets = save_outputs(connection, database, [(run.subject, output) for run, output in held], now)
    if not isinstance(held[0][1], ContentHash):
        # What other versions of the stage gave for these assets is out of date.
        connection.execute(_DELETE_OTHERS, {"ids": assets, "of_stage": key.stage, "but_version": key.version})
    carried = {
        asset: run.id == own or (run.queued and not rung[run.id, run.attempts])
        for asset, (run, _) in zip(assets, held, strict=True)
    }
    # What was wanted first stays so until its end.
    urgent = {row.id: row.priority for row in rows}
    priorities = {asset: urgent[run.id] for asset, (run, _) in zip(assets, held, strict=True)}
    uncarried: dict[int, set[str]] = {asset: set() for asset in assets}
    for upcoming in nexts:
        queued = {asset: carried[asset] and upcoming.carried for asset in uncarried}
        for asset in _create(connection, database, key, upcoming, queued, priorities, now):
            if not queued[asset]:
                uncarried[asset].add(upcoming.run.lane)
    stage = json.dumps(key.stage)
    said = [f'{{"stage": {stage}, "warnings": {warnings}}}' for _, _, warnings in given]
    record_events(connection, database, "stage.done", now, list(zip(assets, said, strict=True)))
    made = {run.id: uncarried[asset] for asset, (run, _) in zip(assets, held, strict=True)}
    return [made.get(run.id) for run, _ in finished]


def _create(
    connection: Connection,
    database: Database,
    done: RunKey,
    upcoming: FollowUp,
    queued: dict[int, bool],
    priorities: dict[int, int],
    now: float,
) -> list[int]:
    """Create the run for each of the assets whose givers are all done; returns these, new run or not."""
    ready = list(queued)
    for giver in upcoming.givers:
        if giver != done:
            theirs = {"of_stage": giver.stage, "of_version": giver.version, "ids": ready}
            rows = connection.execute(_GIVERS, theirs)
            ready = [asset for asset, state in rows if state == RunState.DONE]
    own = ("asset_id", "queued_at", "priority")
    same = {
        **{name: value for name, value in NEW_RUN.items() if name not in own},
        "stage": upcoming.run.stage,
        "version": upcoming.run.version,
        "lane": upcoming.run.lane,
        "state": RunState.PENDING.value,
        "created_at": now,
    }
    new = [(asset, now if queued[asset] else None, priorities[asset]) for asset in sorted(ready)]
    database.insert_many(connection, RUN, own, new, same)
    return ready
