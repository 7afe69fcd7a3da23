"""Runs that nobody will do: those of a stage or a version that the pipeline no longer asks for, and not done."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_

from dampipe.jobs.index_hints import in_state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database

AT_ONCE = 5_000
"""Runs that one transaction forgets."""
_UNDONE = (RunState.PENDING, RunState.ON_HOLD, RunState.FAILED, RunState.SKIPPED)


def delete_obsolete_runs(database: Database, keys: Sequence[RunKey]) -> int:
    """Forget what waits, failed or was skipped under another key than these; returns how many.

    What was done stays: its results are in use until the new ones are there. A run that a worker has in hand
    ends by itself.
    """
    asked = [(key.stage, key.version) for key in keys]
    gone = 0
    while True:
        # Of all that waits hardly ever any: nobody is to wait for the look.
        with database.read() as connection:
            undone = (in_state(connection, *_UNDONE), tuple_(RUN.c.stage, RUN.c.version).not_in(asked))
            ids = connection.execute(select(RUN.c.id).where(*undone).limit(AT_ONCE)).scalars().all()
        if ids:
            with database.write() as connection:
                still = (RUN.c.id.in_(ids), RUN.c.state.in_(_UNDONE))
                gone += connection.execute(delete(RUN).where(*still)).rowcount
        if len(ids) < AT_ONCE:
            return gone
