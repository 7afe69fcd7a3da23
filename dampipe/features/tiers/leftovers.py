"""What killed workers have left: unfinished copies, and probes (same_storage.py), in the folders that plans write to.

No listing shows them. A look at all those folders is taken once a day, a part of it in each sweep.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast

from sqlalchemy import func, or_, select

from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers.model import ActionKind, PlanState
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import join_key, split_key
from dampipe.storage.files.base import (
    UNFINISHED,
    CleanedStore,
    FileEntry,
    FileStore,
    ManagedStore,
    is_temporary,
)
from dampipe.storage.files.stores import FileStores

DAY = 86_400.0
FOR = 8 * DAY
"""Seconds for which folders are looked at after their plan has ended."""
SECONDS = 5.0
"""Seconds that one sweep takes for it at most, and then for one folder more."""
_PAGE = 1000


class Leftovers:
    """Deletes unfinished files that are older than a day."""

    def __init__(self, database: Database, sources: SourceRepository, stores: FileStores) -> None:
        self._db = database
        self._sources = sources
        self._stores = stores
        self._began = -DAY
        self._left: Iterator[tuple[int, str]] | None = None
        """The folders of the look that is being taken: source and path."""

    def clean(
        self, seconds: float = SECONDS, age: float = DAY, clock: Callable[[], float] = time.monotonic
    ) -> int:
        """Take a look, or a part of it, if it is time; returns how many files were deleted.

        age: seconds for which a file was not written to. clock: in seconds.
        """
        began = clock()
        if self._left is None:
            if began - self._began < DAY:
                return 0
            self._began, self._left = began, self._folders()
        roots = {int(one.id): one.root for one in self._sources.all() if one.managed}
        away: set[int] = set()
        deleted = 0
        for source, folder in self._left:
            if source in roots and source not in away:
                try:
                    deleted += clean_folder(self._stores.of(roots[source]), folder, age)
                except DampipeError:  # it is away, or refuses it: tomorrow again
                    away.add(source)
            if clock() - began > seconds:
                return deleted
        self._left = None
        return deleted

    def _folders(self) -> Iterator[tuple[int, str]]:
        """The folders to which the plans of the last days may have written."""
        seen: set[tuple[int, str]] = set()
        recent = select(TIER_PLAN.c.id).where(
            TIER_PLAN.c.state != PlanState.DRAFT,
            or_(TIER_PLAN.c.finished_at.is_(None), func.coalesce(TIER_PLAN.c.finished_at, 0.0) > NOW - FOR),
        )
        after = 0
        while True:
            page = (
                select(TIER_ACTION.c.id, TIER_ACTION.c.source_id, TIER_ACTION.c.key)
                .where(
                    TIER_ACTION.c.plan_id.in_(recent),
                    TIER_ACTION.c.id > after,
                    TIER_ACTION.c.kind.in_((ActionKind.COPY, ActionKind.DELETE)),
                    TIER_ACTION.c.source_id.is_not(None),
                )
                .order_by(TIER_ACTION.c.id)
                .limit(_PAGE)
            )
            with self._db.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                after = row.id
                folder = (int(row.source_id), split_key(os.fsdecode(row.key))[0])
                if folder not in seen:
                    seen.add(folder)
                    yield folder
            if len(rows) < _PAGE:
                return


def clean_folder(store: FileStore, folder: str, age: float) -> int:
    """Delete unfinished files of a folder that are older than `age` seconds; returns how many.

    Where such files are visible, in object stores for example, only probes have their names.
    """
    if hasattr(store, "clean"):
        return cast(CleanedStore, store).clean(folder, age)
    managed, deleted = cast(ManagedStore, store), 0
    start, before = len(folder) + 1 if folder else 0, (time.time() - age) * 1e9
    for entry in store.list(join_key(folder, UNFINISHED)):
        if isinstance(entry, FileEntry) and is_temporary(entry.key[start:]) and entry.mtime_ns <= before:
            with suppress(DampipeError):
                managed.delete(entry.key, entry)
                deleted += 1
    return deleted
