"""Deletions: a location is marked as leaving, its time of grace passes, its file is deleted.

    A  guarantee under locks → location LEAVING            (one transaction)
       … grace: it can be kept …
    B  guarantee under the same locks again → action QUEUED (one transaction; it cannot be kept any more)
       the file is deleted if it is still the one that is known, and then its sidecars (beside.py)
    C  location row deleted, action DONE                    (one transaction)

Before A and B a worker looks whether the copies that are relied on are in their storages, unchanged, and are not the
file itself in a storage that is known as two sources. Killed between
B and C, the next attempt begins with B. All times are the database's.
"""

import time
from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import Connection

from dampipe.features.assets.queries import assets_of
from dampipe.features.sources.locations import delete_left, mark_leaving, take_back
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.tiers import plans, reasons
from dampipe.features.tiers.beside import Sidecars
from dampipe.features.tiers.guarantee import Refusal, proofs, refusal
from dampipe.features.tiers.known_copies import KnownCopy, find_copy, known_copies, lock_copies
from dampipe.features.tiers.model import ActionState, PlanState
from dampipe.features.tiers.mounted import Mounted
from dampipe.features.tiers.move_events import CopyDeleted, CopyKept, CopyLeaving
from dampipe.features.tiers.one_file import is_one_file
from dampipe.features.tiers.same_storage import SameStorage
from dampipe.features.tiers.task import (
    MoveTask,
    Outcome,
    done,
    failed,
    load_task,
    note,
    refused,
    skipped,
    stopped,
)
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, StageError, Transient
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.ids import LocationId
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileStore, ManagedStore

AWAY_DELAY = 60.0
"""Seconds before a deletion is tried again while a storage is away that holds a copy that is relied on."""
LONGEST_DOUBT = 15.0
"""Seconds between the transaction B and the call that deletes: a process that was stopped for longer begins again."""


_MARKED = (ActionState.LEAVING, ActionState.QUEUED)
"""The states of an action, in B, whose location it has marked as leaving."""


class Deleter:
    """Deletes files whose content has enough other copies."""

    def __init__(
        self,
        database: Database,
        stores: Callable[[str], FileStore],
        mounted: Mounted,
        boot_time: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        is_same_storage: SameStorage | None = None,
    ) -> None:
        """stores: opens the storage of a root. boot_time: seconds, in which also count those of a stopped process."""
        self._db = database
        self._stores = stores
        self._mounted = mounted
        self._boot_time = boot_time
        self._is_same_storage = is_same_storage or SameStorage(stores)
        self._sidecars = Sidecars(database, stores)

    # A

    def look(self, task: MoveTask) -> Outcome:
        """Whether the file may be marked as leaving, as far as it can be told before the transaction that decides."""
        with self._db.read() as connection:
            copies = known_copies(connection, self._db, task.version)
            now = database_time(connection)
        seen, same = self._seen(task, copies, now)
        why = self._why_not(task, copies, LocationState.PRESENT, now, seen)
        if why is not None:
            return refused(_told(why, same))
        mine = find_copy(copies, task.row.location_id)
        assert mine is not None
        problem = self._is_unchanged(mine)
        return done(seen=seen) if problem is None else refused(problem)

    def mark(self, connection: Connection, task: MoveTask, seen: Sequence[int]) -> Outcome | None:
        """A: mark the location as leaving; None: it is, else why not."""
        copies = lock_copies(connection, self._db, task.version)
        why = self._why_not(task, copies, LocationState.PRESENT, database_time(connection), seen)
        if why is not None:
            return refused(why)
        mine = find_copy(copies, task.row.location_id)
        assert mine is not None
        at = mark_leaving(connection, mine.location, task.rule.grace)
        assert at is not None
        payload = CopyLeaving(
            plan=task.plan, source=mine.source_name, path=printable(mine.path), leaves_at=at
        )
        _record(connection, task, payload)
        return None

    # B

    def delete(self, task: MoveTask) -> Outcome:
        """Delete the file, unless the guarantee does not hold any more. Raises StageError."""
        with self._db.read() as connection:
            copies = known_copies(connection, self._db, task.version)
            now = database_time(connection)
        seen, same = self._seen(task, copies, now)
        mine = find_copy(copies, task.row.location_id)
        if mine is None:
            return skipped(reasons.CHANGED)
        problem = self._is_unchanged(mine)
        if problem is not None and problem.code is reasons.GONE:
            # Deleted by an attempt that was killed, or by someone else.
            return self._delete_sidecars(task, mine, copies, now, seen, is_again=True)
        if problem is not None:
            return self.give_back(task, refused(problem))
        began = self._boot_time()
        with self._db.write() as connection:
            # The order is that of all transactions here: the copies, then the action.
            copies = lock_copies(connection, self._db, task.version)
            current = load_task(connection, task.action, lock=True)
            if current is None or current.row.state not in _MARKED:
                return skipped(reasons.CHANGED)
            if current.plan_state is not PlanState.RUNNING:
                return stopped()
            now, mine = database_time(connection), find_copy(copies, task.row.location_id)
            why = self._why_not(current, copies, LocationState.LEAVING, now, seen)
            if why is not None and not why.passes:
                return self._give_back(connection, current, refused(_told(why, same)))
            if why is not None or mine is None or mine.leaves_at is None or mine.leaves_at > now:
                return stopped()
            plans.set_actions(connection, self._db, [task.action], _MARKED, ActionState.QUEUED)
        store = cast(ManagedStore, self._stores(mine.file.root))
        try:
            entry = store.stat(mine.file.key)
            if not mine.file.is_same(entry):
                return self.give_back(task, skipped(reasons.CHANGED))
            if self._boot_time() - began > LONGEST_DOUBT:
                raise Transient(reasons.BEING_READ, delay=0.0)
            store.delete(mine.file.key, entry)
        except NotFound:
            pass
        except Conflict:
            return self.give_back(task, skipped(reasons.CHANGED))
        except Transient:
            raise
        except (StageError, InvalidInput) as error:  # the storage refuses it: the file stays
            return self.give_back(task, failed(error))
        return self._delete_sidecars(task, mine, copies, now, seen)

    def _delete_sidecars(
        self,
        task: MoveTask,
        mine: KnownCopy,
        copies: Sequence[KnownCopy],
        now: float,
        seen: Sequence[int],
        *,
        is_again: bool = False,
    ) -> Outcome:
        """Delete what belonged to the file that is gone, as far as copies that are relied on have it too."""
        relied_on: list[KnownCopy] = []
        if self._why_not(task, copies, LocationState.LEAVING, now, seen) is None:
            relied_on = [one for one in copies if one.location in seen]
        stays = self._sidecars.delete(mine, relied_on, is_again=is_again)
        return done(note=note(reasons.SIDECARS_STAY, stays)) if stays else done()

    def give_back(self, task: MoveTask, outcome: Outcome) -> Outcome:
        """Have the file stay, if it is leaving on behalf of this action; returns the outcome."""
        with self._db.write() as connection:
            lock_copies(connection, self._db, task.version)
            current = load_task(connection, task.action, lock=True)
            if current is None or current.row.state not in _MARKED:
                return outcome
            return self._give_back(connection, current, outcome)

    def _give_back(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome:
        """The file stays: its location is present again."""
        location = LocationId(task.row.location_id or 0)
        mine = find_copy(known_copies(connection, self._db, task.version), location)
        if mine is not None and take_back(connection, location):
            payload = CopyKept(
                source=mine.source_name, path=printable(mine.path), reason=str(outcome["reason"])
            )
            _record(connection, task, payload)
        return outcome

    # C

    def finish(self, connection: Connection, task: MoveTask) -> None:
        """C: forget the location of a file that was deleted."""
        location = LocationId(task.row.location_id or 0)
        mine = find_copy(lock_copies(connection, self._db, task.version), location)
        if mine is not None and delete_left(connection, location):
            payload = CopyDeleted(plan=task.plan, source=mine.source_name, path=printable(mine.path))
            _record(connection, task, payload)

    # What is checked

    def _why_not(
        self,
        task: MoveTask,
        copies: Sequence[KnownCopy],
        before: LocationState,
        now: float,
        seen: Sequence[int],
    ) -> Refusal | None:
        if not task.is_in_force:
            return Refusal(reasons.RULE_CHANGED)
        return refusal(copies, task.row.location_id or 0, before, task.guarantee, now, seen)

    def _seen(self, task: MoveTask, copies: Sequence[KnownCopy], now: float) -> tuple[list[int], list[str]]:
        """The copies that are relied on and whose files are there now, unchanged; and the names of sources whose copy
        is none, since it is the file itself.

        Raises Transient if too few are, and a storage is away that may have more.
        """
        seen: list[int] = []
        same: list[str] = []
        away: Transient | None = None
        mine = find_copy(copies, task.row.location_id)
        told_apart = [] if mine is None else [mine]
        for one in proofs(copies, task.row.location_id or 0, task.guarantee, now):
            if one.tier is Tier.OFFLINE or any(is_one_file(one.path, other.path) for other in told_apart):
                continue
            try:
                if one.file.is_same(self._stores(one.file.root).stat(one.file.key)):
                    if any(self._is_same_storage(other, one) for other in told_apart):
                        same.append(one.source_name)
                        continue
                    seen.append(one.location)
                    told_apart.append(one)
            except NotFound:
                continue
            except Transient as error:
                away = error
            except DampipeError:
                continue
        is_refused = mine is None or self._why_not(task, copies, mine.state, now, seen) is not None
        if away is not None and mine is not None and is_refused:
            raise Transient.of(away, delay=AWAY_DELAY) from away
        return seen, same

    def _is_unchanged(self, mine: KnownCopy) -> Refusal | None:
        """Why the file is not the one that is known; None: it is. Raises Transient where its storage is away."""
        store = self._stores(mine.file.root)
        try:
            entry = store.stat(mine.file.key)
        except NotFound:
            self._mounted.check_root(mine.source, mine.file.root, store)
            return Refusal(reasons.GONE)
        return None if mine.file.is_same(entry) else Refusal(reasons.CHANGED)


def _told(why: Refusal, same: Sequence[str]) -> Refusal:
    """Why there are too few copies, if some were none."""
    if why.code is reasons.TOO_FEW_COPIES and same:
        return Refusal(reasons.SAME_STORAGE, {"sources": ", ".join(same)})
    return why


def _record(connection: Connection, task: MoveTask, payload: EventPayload) -> None:
    asset = assets_of(connection, [task.version]).get(task.version)
    record_event(connection, payload, actor=WORKER, asset=asset, sha1=task.sha1)
