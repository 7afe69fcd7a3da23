"""The work items of plans: each does one action. What it has done is saved in the transaction that ends it, once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.assets.queries import assets_of
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.queue import record_verification
from dampipe.features.sources.folders import add_sidecars, ensure_folder
from dampipe.features.sources.locations import record_copy
from dampipe.features.sources.model import LocationState, Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.tables import LOCATION
from dampipe.features.tiers import plans, reasons
from dampipe.features.tiers.bandwidth import Bandwidth
from dampipe.features.tiers.beside import Sidecars, in_order
from dampipe.features.tiers.copying import Copier, Problems
from dampipe.features.tiers.deleting import Deleter
from dampipe.features.tiers.known_copies import KnownCopy, known_copies, lock_copies
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.move_events import CopyMade
from dampipe.features.tiers.reclassing import Reclasser, entry_from_json, entry_to_json
from dampipe.features.tiers.task import (
    MoveTask,
    Outcome,
    Stopped,
    done,
    failed,
    load_task,
    note,
    skipped,
    stopped,
)
from dampipe.features.tiers.transfers import Transfer
from dampipe.jobs.work import WorkItem
from dampipe.kernel.copied import Copied, file_copied
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import (
    CatalogueDown,
    Conflict,
    DampipeError,
    InvalidInput,
    Permanent,
    StageError,
    StorageFull,
    Transient,
)
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.ids import FolderId, LocationId
from dampipe.kernel.paths import join_root, printable, split_key
from dampipe.kernel.progress import Reporter

COPY, RECLASS, DELETE = "tier-copy", "tier-reclass", "tier-delete"
KINDS = {ActionKind.COPY: COPY, ActionKind.RECLASS: RECLASS, ActionKind.DELETE: DELETE}
"""The kind of work item of each kind of action."""
MARKING, DELETING = "mark", "delete"
"""What a work item of a deletion does."""
FULL_DELAY = 600.0
"""Seconds before a copy is tried again whose destination was full."""


class _Handler:
    """What the three have in common."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler. What may pass is raised as Transient; everything else is an outcome of the action."""
        with self._db.read() as connection:
            task = load_task(connection, int(item.parameters["action"]))
        if task is None:
            return skipped(reasons.GONE)
        if task.plan_state is not PlanState.RUNNING:
            return stopped()
        try:
            return self._do(task, item, on_progress)
        except Stopped:
            return stopped()
        except StorageFull as error:
            raise Transient.of(error, delay=FULL_DELAY) from error
        except (Transient, CatalogueDown):
            raise
        except (StageError, InvalidInput) as error:
            return self._failed(task, item, error)

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """See WorkHandler."""
        number = int(item.parameters["action"])
        task = load_task(connection, number)
        if task is not None:
            self._save_bad(connection, task, result)
        if result["outcome"] == "done" and task is not None:
            result = self._save(connection, task, result) or {"outcome": "saved"}
        if result["outcome"] in ("skipped", "failed"):
            state = ActionState(result["outcome"])
            before = (ActionState.QUEUED, ActionState.LEAVING)
            plans.set_actions(
                connection,
                self._db,
                [number],
                before,
                state,
                reason=result["reason"],
                detail=result["detail"],
            )
        elif result["outcome"] == "stopped":
            self._save_stopped(connection, item, number)

    def _do(self, task: MoveTask, item: WorkItem, on_progress: Reporter) -> Outcome:
        raise NotImplementedError

    def _save(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome | None:
        """Write what was done, with the action's state; returns another outcome where that is not allowed any more."""
        raise NotImplementedError

    def _failed(self, task: MoveTask, item: WorkItem, error: DampipeError) -> Outcome:
        return failed(error)

    def _save_stopped(self, connection: Connection, item: WorkItem, number: int) -> None:
        plans.set_actions(connection, self._db, [number], [ActionState.QUEUED], ActionState.WAITING)

    def _save_bad(self, connection: Connection, task: MoveTask, outcome: Outcome) -> None:
        """Report what was found damaged while it was read, as a fixity check does."""
        for location, verdict, reason in outcome.get("bad", ()):
            same = select(LOCATION.c.id).where(
                LOCATION.c.id == location, LOCATION.c.version_id == task.version
            )
            if connection.execute(same).first() is not None:
                record_verification(
                    connection, self._db, LocationId(location), task.version, Verdict(verdict), reason
                )

    def _end(self, connection: Connection, task: MoveTask, outcome: Outcome, made: int | None = None) -> None:
        before = (ActionState.QUEUED, ActionState.LEAVING, ActionState.WAITING)
        code, text = outcome.get("note", ("", ""))
        plans.set_actions(
            connection, self._db, [task.action], before, ActionState.DONE, reason=code, detail=text, made=made
        )


class CopyHandler(_Handler):
    """Makes a copy, reads it back, and records it."""

    def __init__(
        self,
        database: Database,
        sources: SourceRepository,
        copier: Copier,
        sidecars: Sidecars,
        bandwidth: Bandwidth,
    ) -> None:
        super().__init__(database)
        self._sources = sources
        self._copier = copier
        self._sidecars = sidecars
        self._bandwidth = bandwidth

    def _do(self, task: MoveTask, item: WorkItem, on_progress: Reporter) -> Outcome:
        destination = self._destination(task)
        if destination is None:
            return skipped(reasons.GONE)
        if not destination.managed:
            return skipped(reasons.NOT_MANAGED)
        with self._db.read() as connection:
            copies = known_copies(connection, self._db, task.version)
        there = [one for one in copies if one.source == destination.id]
        if any(one.state is LocationState.LEAVING for one in there):
            return skipped(reasons.IS_LEAVING)
        present = sorted(
            (one for one in there if one.is_there),
            key=lambda one: (not one.is_readable, one.file.key != task.row.key),
        )
        if present and not present[0].is_readable:
            return skipped(reasons.IS_ARCHIVED)
        if present:
            return self._verify(task, present[0], copies, destination, on_progress)
        origins = sorted(copies, key=lambda one: one.location != task.row.location_id)
        problems = Problems()
        transfer = Transfer(self._db, task.plan, 2 * task.row.size, self._bandwidth, on_progress)
        try:
            copied = self._copier.copy(
                origins, destination, task.row.key, task.sha1, task.row.size, problems, transfer
            )
            beside = self._copy_sidecars(task, copies, destination, task.row.key, transfer)
        except Permanent as error:
            return failed(error, bad=problems.bad)
        except Conflict as error:
            if error.code != reasons.NAME_TAKEN.code:
                raise
            return failed(error, bad=problems.bad)
        return done(entry=entry_to_json(copied.entry), key=_encoded(task.row.key), bad=problems.bad, **beside)

    def _copy_sidecars(
        self,
        task: MoveTask,
        copies: Sequence[KnownCopy],
        destination: Source,
        key: str,
        transfer: Transfer,
    ) -> dict[str, Any]:
        """Copy what belongs to the file: the copy counts only with it. Returns what the outcome says of it."""
        others = [one for one in copies if one.source != destination.id]
        others.sort(key=lambda one: one.location != task.row.location_id)
        copied = self._sidecars.copy(in_order(others), destination, key, transfer)
        result: dict[str, Any] = {
            "sidecars": [_encoded(name) for name in copied.names],
            "origins": [
                [location, [[_encoded(there), _encoded(here)] for there, here in names.items()]]
                for location, names in copied.origins.items()
            ],
        }
        if copied.different:
            result["note"] = note(reasons.SIDECARS_DIFFER, copied.different)
        return result

    def _verify(
        self,
        task: MoveTask,
        there: KnownCopy,
        copies: Sequence[KnownCopy],
        destination: Source,
        on_progress: Reporter,
    ) -> Outcome:
        """A stale plan: the destination has a copy already, which is read back instead."""
        transfer = Transfer(self._db, task.plan, task.row.size, self._bandwidth, on_progress)
        verdict, reason, entry = self._copier.verify(there, task.sha1, transfer)
        if verdict is Verdict.SAME and entry is not None:
            beside = self._copy_sidecars(task, copies, destination, there.file.key, transfer)
            return done(entry=entry_to_json(entry), key=_encoded(there.file.key), **beside)
        if verdict in (Verdict.EDITED, Verdict.GONE):
            return skipped(reasons.CHANGED)
        return {**failed(Permanent(reasons.DAMAGED)), "bad": [[there.location, verdict, reason]]}

    def _save(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome | None:
        source = task.row.source_id
        destination = self._destination(task)
        if source is None or destination is None:
            return skipped(reasons.GONE)
        copies = lock_copies(connection, self._db, task.version)
        if any(one.source == source and one.state is LocationState.LEAVING for one in copies):
            return skipped(reasons.IS_LEAVING)
        key = _decoded(outcome["key"])
        folder, name = split_key(key)
        entry = entry_from_json(outcome["entry"], key)
        holder = ensure_folder(connection, self._db, destination.id, folder)
        if self._is_leaving(connection, holder, name):
            return skipped(reasons.IS_LEAVING)
        made = record_copy(connection, self._db, holder, name, entry, task.version)
        record_verification(connection, self._db, made, task.version, Verdict.SAME)
        if outcome["sidecars"]:
            add_sidecars(connection, holder, name, [_decoded(one) for one in outcome["sidecars"]])
        origins = {
            LocationId(location): {_decoded(there): _decoded(here) for there, here in names}
            for location, names in outcome["origins"]
        }
        file_copied(connection, self._db, Copied(made, task.version, origins))
        self._end(connection, task, outcome, made)
        path = printable(join_root(destination.root, key))
        asset = assets_of(connection, [task.version]).get(task.version)
        payload = CopyMade(plan=task.plan, source=destination.name, path=path)
        record_event(connection, payload, actor=WORKER, asset=asset, sha1=task.sha1)
        return None

    @staticmethod
    def _is_leaving(connection: Connection, folder: FolderId, name: str) -> bool:
        here = (LOCATION.c.folder_id == folder, LOCATION.c.name == name)
        leaving = select(LOCATION.c.id).where(*here, LOCATION.c.state == LocationState.LEAVING)
        return connection.execute(leaving).first() is not None

    def _destination(self, task: MoveTask) -> Source | None:
        return next((one for one in self._sources.all() if one.id == task.row.source_id), None)


class ReclassHandler(_Handler):
    """Moves a file to another storage class."""

    def __init__(self, database: Database, reclasser: Reclasser) -> None:
        super().__init__(database)
        self._reclasser = reclasser

    def _do(self, task: MoveTask, item: WorkItem, on_progress: Reporter) -> Outcome:
        return self._reclasser.move(task)

    def _save(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome | None:
        why_not = self._reclasser.save(connection, task, outcome)
        if why_not is None:
            self._end(connection, task, outcome)
        return why_not


class DeleteHandler(_Handler):
    """Marks a location as leaving; when its time of grace is over, deletes its file."""

    def __init__(self, database: Database, deleter: Deleter) -> None:
        super().__init__(database)
        self._deleter = deleter

    def _do(self, task: MoveTask, item: WorkItem, on_progress: Reporter) -> Outcome:
        if item.parameters["phase"] == DELETING:
            return {**self._deleter.delete(task), "phase": DELETING}
        return {**self._deleter.look(task), "phase": MARKING}

    def _failed(self, task: MoveTask, item: WorkItem, error: DampipeError) -> Outcome:
        """A leaving file that cannot be deleted stays."""
        if item.parameters["phase"] == DELETING:
            return self._deleter.give_back(task, failed(error))
        return failed(error)

    def _save(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome | None:
        if outcome["phase"] == DELETING:
            self._deleter.finish(connection, task)
            self._end(connection, task, outcome)
            return None
        why_not = self._deleter.mark(connection, task, outcome["seen"])
        if why_not is None:
            plans.set_actions(connection, self._db, [task.action], [ActionState.QUEUED], ActionState.LEAVING)
        return why_not

    def _save_stopped(self, connection: Connection, item: WorkItem, number: int) -> None:
        """What is leaving stays so."""
        state = ActionState.LEAVING if item.parameters["phase"] == DELETING else ActionState.WAITING
        plans.set_actions(connection, self._db, [number], [ActionState.QUEUED], state)


def _encoded(key: str) -> str:
    """A key as JSON takes it: lone surrogates are not text."""
    return key.encode("utf-8", "surrogateescape").hex()


def _decoded(stored: str) -> str:
    return bytes.fromhex(stored).decode("utf-8", "surrogateescape")
