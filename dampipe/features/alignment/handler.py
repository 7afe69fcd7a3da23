"""Aligns two versions in the background: a work item, since hours of footage take seconds, which no reader waits for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from dampipe.features.alignment.service import CarryService
from dampipe.jobs import state
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkItem
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.progress import Reporter

ALIGN = "align"
"""The kind of work item. Its subject is the one version, its key the number of the other one."""


class AlignHandler:
    """Aligns one pair. Idempotent: a pair that is aligned is not aligned again."""

    def __init__(self, carrying: CarryService) -> None:
        self._carrying = carrying

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler. Without signatures these are requested, and the item ends: who needs it adds it again."""
        if item.subject.version is None:
            return {"is_aligned": False}
        try:
            return {"is_aligned": self._carrying.align(SYSTEM, item.subject.version, int(item.key))}
        except (NotFound, InvalidInput) as error:
            return {"is_aligned": False, "reason": str(error)}

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Delete items that are done: the alignment is their result."""
        state.delete_done(
            connection, RUN.c.stage == ALIGN, RUN.c.version_id == item.subject.version, RUN.c.id != item.id
        )
