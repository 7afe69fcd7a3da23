"""Storage classes: a file is moved to another class by its storage; its key stays, and so does its location.

What is archived cannot be read back, so a copy that was not verified recently is read back before.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Connection

from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.queue import record_verification
from dampipe.features.fixity.worker import check_remote
from dampipe.features.sources.locations import record_facts
from dampipe.features.tiers import reasons
from dampipe.features.tiers.known_copies import KnownCopy, known_copies, lock_copies
from dampipe.features.tiers.task import MoveTask, Outcome, done, skipped
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.storage.files.base import FileEntry, FileStore, StorageState, TieredStore


class Reclasser:
    """Moves files to other storage classes."""

    def __init__(self, database: Database, stores: Callable[[str], FileStore]) -> None:
        """stores: opens the storage of a root."""
        self._db = database
        self._stores = stores

    def move(self, task: MoveTask) -> Outcome:
        """Have a file in the class that the action names. Raises StageError, and Conflict where it is archived."""
        if not task.is_in_force:
            return skipped(reasons.RULE_CHANGED)
        with self._db.read() as connection:
            mine = _mine(known_copies(connection, self._db, task.version), task)
            now = database_time(connection)
        if mine is None or not mine.is_there:
            return skipped(reasons.CHANGED)
        if not mine.is_managed:
            return skipped(reasons.NOT_MANAGED)
        store = cast(TieredStore, self._stores(mine.file.root))
        if not hasattr(store, "set_storage_class"):
            return skipped(reasons.NOT_TIERED)
        try:
            entry = store.stat(mine.file.key)
        except NotFound:
            return skipped(reasons.GONE)
        if not mine.file.is_same(entry):
            return skipped(reasons.CHANGED)
        if entry.storage_class == task.row.storage_class:
            return done(entry=entry_to_json(entry), verified=False, key=os.fsencode(mine.file.key).hex())
        is_proved = mine.verified_at is not None and mine.verified_at >= now - task.rule.verified_within
        if not is_proved:
            verdict, reason = check_remote(mine.file, task.sha1, store)
            if verdict is not Verdict.SAME:
                return {**skipped(reasons.DAMAGED), "bad": [[mine.location, verdict, reason]]}
        moved = store.set_storage_class(mine.file.key, task.row.storage_class)
        return done(entry=entry_to_json(moved), verified=not is_proved, key=os.fsencode(mine.file.key).hex())

    def save(self, connection: Connection, task: MoveTask, outcome: Outcome) -> Outcome | None:
        """Record what the storage says now; None: that was done, else why not."""
        mine = _mine(lock_copies(connection, self._db, task.version), task)
        if mine is None or mine.file.key != os.fsdecode(bytes.fromhex(outcome["key"])):
            return skipped(reasons.CHANGED)
        record_facts(connection, mine.location, entry_from_json(outcome["entry"]))
        if outcome["verified"]:
            record_verification(connection, self._db, mine.location, task.version, Verdict.SAME)
        return None


def _mine(copies: Sequence[KnownCopy], task: MoveTask) -> KnownCopy | None:
    """The file that the action is about: that of its key in its source, which an earlier action may have made, else
    another one of that source."""
    there = [one for one in copies if one.source == task.row.source_id and one.is_there]
    return min(there, key=lambda one: one.file.key != task.row.key, default=None)


def entry_to_json(entry: FileEntry) -> dict[str, Any]:
    """A file as a work item keeps it, without its key, which may not be text."""
    return {name: value for name, value in asdict(entry).items() if name != "key"}


def entry_from_json(stored: Mapping[str, Any], key: str = "") -> FileEntry:
    """What `entry_to_json` has made."""
    facts = {**stored, "state": StorageState(stored["state"])}
    return FileEntry(key=key, **facts)
