"""The end of runs: outputs, states, events and the follow-up runs, for many at once, all or nothing."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from dampipe.jobs import state
from dampipe.jobs.events import StageDone
from dampipe.jobs.keys import ClaimedRun, FollowUp, RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.savers import PreviousOutput, SaverRegistry
from dampipe.jobs.subjects import Identity, Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, NewEvent, record_events
from dampipe.kernel.ids import AssetId, RunId, VersionId
from dampipe.kernel.stage_io import ContentHash, StageOutput

# Built once. The state is looked at afterwards: asked for it, SQLite walks all done runs of the stage.
_UPSTREAM = select(RUN.c.version_id, RUN.c.state).where(
    RUN.c.version_id.in_(bindparam("ids", expanding=True)),
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version == bindparam("of_version"),
)


@dataclass(frozen=True)
class FinishedRun:
    """A run with its output, which is turned into JSON before the transaction that others wait for."""

    run: ClaimedRun
    output: StageOutput
    output_json: str
    warnings_json: str
    machine: str | None = None
    """The machine that has a copy of the file, as far as is known."""

    @classmethod
    def of(cls, run: ClaimedRun, output: StageOutput, machine: str | None = None) -> "FinishedRun":
        """A run and what its stage returned for it."""
        return cls(run, output, output.model_dump_json(), json.dumps(output.warnings), machine)


@dataclass(frozen=True)
class Completion:
    """What runs of one stage have in common when they end."""

    key: RunKey
    follow_ups: Sequence[FollowUp]
    owner: str
    lead: RunId
    """The run whose chain is under way, so that this chain carries the next run itself."""
    at_machines: Collection[tuple[str, str]] = ()
    """Queues of follow-up runs that workers of a machine serve for this one, as pairs of queue and machine."""


@dataclass(frozen=True)
class _Ended:
    """A finished run that this worker still held, and what its row said."""

    finished: FinishedRun
    version: VersionId
    identity: Identity
    priority: int
    has_chain: bool
    """A chain is under way that carries the follow-up runs of its own lane."""


class RunCompleter:
    """Completes the runs of one catalogue."""

    def __init__(self, database: Database, subjects: Subjects, savers: SaverRegistry) -> None:
        self._db = database
        self._subjects = subjects
        self._savers = savers
        self._still_held = state.still_held(*subjects.identity_columns(RUN.c.version_id))

    def complete(
        self, finished: Sequence[FinishedRun], completion: Completion
    ) -> list[frozenset[str] | None]:
        """Save outputs, states, events and follow-up runs, all or nothing: one statement each for all runs.

        Returns for each run the lanes in which a follow-up was created that no chain carries; None: another
        worker has claimed the run meanwhile, and this worker's result is not kept.
        """
        with self._db.write() as connection:
            return self._complete(connection, finished, completion)

    def _complete(
        self, connection: Connection, finished: Sequence[FinishedRun], completion: Completion
    ) -> list[frozenset[str] | None]:
        ids = [one.run.id for one in finished]
        rows = state.lock_held(connection, ids, completion.owner, self._still_held)
        locked = {(row.id, row.attempts): row for row in rows}
        held = [one for one in finished if (one.run.id, one.run.attempts) in locked]
        if not held:
            return [None] * len(finished)
        now = float(rows[0].now)
        results = [(one.run.id, one.output_json, one.warnings_json) for one in held]
        state.complete(connection, self._db, results, now)
        ended = []
        for one in held:
            row = locked[one.run.id, one.run.attempts]
            has_chain = one.run.id == completion.lead or (one.run.queued and not row.wake_on_finish)
            version, identity = self._identify(connection, one, row, now)
            ended.append(_Ended(one, version, identity, row.priority, has_chain))
        by_version = {one.version: one for one in ended}
        assets = {version: AssetId(one.identity.asset) for version, one in by_version.items()}
        outputs = [(one.version, one.finished.output) for one in by_version.values()]
        # A run that is made again since its files are lost still has its output: `state.remake`.
        previous = {
            version: PreviousOutput(one.finished.run.id, output)
            for version, one in by_version.items()
            if (output := locked[one.finished.run.id, one.finished.run.attempts].output) is not None
        }
        moved = self._savers.save(connection, self._db, outputs, now, previous, assets)
        if any(row.has_other_versions for row in rows):
            state.delete_other_versions(connection, completion.key, list(by_version))
        lanes = self._follow_up(connection, by_version, completion, now)
        self._record(connection, ended, moved, completion.key.stage, now)
        by_run = {one.finished.run.id: frozenset(lanes[one.version]) for one in ended}
        return [by_run.get(one.run.id) for one in finished]

    def _record(
        self,
        connection: Connection,
        ended: Sequence[_Ended],
        moved: Collection[VersionId],
        stage: str,
        now: float,
    ) -> None:
        """Record that the runs are done. moved: versions whose asset is another one now."""
        changed = self._subjects.identities(connection, list(moved)) if moved else {}
        events = []
        for one in ended:
            done = StageDone(stage=stage, warnings=one.finished.output.warnings)
            identity = changed.get(one.version, one.identity)
            events.append(NewEvent(done, identity.asset, identity.sha1))
        record_events(connection, self._db, events, actor=WORKER, at=now)

    def _identify(
        self, connection: Connection, finished: FinishedRun, row: Row[Any], now: float
    ) -> tuple[VersionId, Identity]:
        """The version that a run's output belongs to, created if a new content was identified."""
        subject, output = finished.run.subject, finished.output
        if isinstance(output, ContentHash):
            assert subject.location is not None
            version, asset = self._subjects.identify(connection, subject.location, output, now)
            return version, Identity(asset, output.sha1)
        assert subject.version is not None
        return subject.version, Identity(row.asset, row.sha1)

    def _follow_up(
        self, connection: Connection, ended: dict[VersionId, _Ended], completion: Completion, now: float
    ) -> dict[VersionId, set[str]]:
        """Create the runs that come next; returns by version the lanes of those that no chain carries."""
        lanes: dict[VersionId, set[str]] = {version: set() for version in ended}
        for upcoming in completion.follow_ups:
            ready = sorted(self._ready(connection, list(ended), completion.key, upcoming))
            carried = {version for version in ready if ended[version].has_chain and upcoming.same_chain}
            # Follow-up runs inherit the priority.
            runs = [
                (
                    version,
                    now if version in carried else None,
                    ended[version].priority,
                    _machine(ended[version], upcoming, completion, is_carried=version in carried),
                )
                for version in ready
            ]
            state.create_follow_ups(connection, self._db, upcoming.run, runs, now)
            for version in ready:
                if version not in carried:
                    lanes[version].add(upcoming.run.lane)
        return lanes

    def _ready(
        self, connection: Connection, versions: list[VersionId], done: RunKey, upcoming: FollowUp
    ) -> list[VersionId]:
        """Those of the versions of which all upstream runs are done."""
        for key in upcoming.upstream:
            if key != done:
                values = {"of_stage": key.stage, "of_version": key.version, "ids": versions}
                rows = connection.execute(_UPSTREAM, values)
                versions = [VersionId(version) for version, run_state in rows if run_state == RunState.DONE]
        return versions


def _machine(ended: _Ended, upcoming: FollowUp, completion: Completion, *, is_carried: bool) -> str | None:
    """The machine that has the file of a follow-up run; None where its message goes to the queue of all machines."""
    machine = ended.finished.machine
    if machine is None or not is_carried or not upcoming.file_queue:
        return machine  # the dispatcher decides where its message goes, or its stage opens no file
    return machine if (upcoming.file_queue, machine) in completion.at_machines else None
