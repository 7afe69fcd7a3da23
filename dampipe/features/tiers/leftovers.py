"""The folders to which plans write, where killed workers may have left unfinished copies, and probes."""

import os
from collections.abc import Iterator

from sqlalchemy import func, or_, select

from dampipe.features.sources.leftovers import FOR, Leftovers
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers.model import ActionKind, PlanState
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import split_key
from dampipe.storage.files.stores import FileStores

_PAGE = 1000


class PlanLeftovers(Leftovers):
    """What the plans of the last days have left."""

    def __init__(self, database: Database, sources: SourceRepository, stores: FileStores) -> None:
        super().__init__(sources, stores)
        self._db = database

    def folders(self) -> Iterator[tuple[int, str]]:
        """See Leftovers."""
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
