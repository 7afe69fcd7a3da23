"""Obsolete runs: of a stage or a version that the pipeline no longer asks for, and not done."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_

from dampipe.jobs import state
from dampipe.jobs.index_hints import in_state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import STAGE, RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database

BATCH = 5_000
"""Runs that one transaction deletes."""
_IDLE = (RunState.PENDING, RunState.ON_HOLD, RunState.FAILED, RunState.SKIPPED)


def delete_obsolete_runs(database: Database, keys: Sequence[RunKey]) -> int:
    """Delete runs of stages that wait, failed or were skipped under another key than these; returns how many.

    Done runs stay: their results are in use until the new ones exist. A run that a worker holds ends as usual.
    """
    current = [(key.stage, key.version) for key in keys]
    deleted = 0
    while True:
        # Of all that waits hardly ever any: the search takes no write lock.
        with database.read() as connection:
            obsolete = (
                in_state(connection, *_IDLE),
                RUN.c.kind == STAGE,
                tuple_(RUN.c.stage, RUN.c.version).not_in(current),
            )
            ids = connection.execute(select(RUN.c.id).where(*obsolete).limit(BATCH)).scalars().all()
        if ids:
            with database.write() as connection:
                deleted += state.delete_idle(connection, RUN.c.id.in_(ids))
        if len(ids) < BATCH:
            return deleted
