"""What is tried again by itself, night by night: stages that gave up for a reason that may have passed."""

from sqlalchemy import exists, func, literal, or_, select, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import LOCATION
from dampipe.jobs.index_hints import in_state
from dampipe.jobs.model import RunState
from dampipe.jobs.queue import reset_values
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database


def retry_passing(database: Database) -> int:
    """Let parked runs with a transient error start afresh where the file is still there; returns how many."""
    there = select(literal(1)).where(
        or_(LOCATION.c.id == RUN.c.location_id, LOCATION.c.asset_id == RUN.c.asset_id),
        LOCATION.c.state == LocationState.PRESENT,
    )
    with database.write() as connection:
        return connection.execute(
            update(RUN)
            .where(RUN.c.state == RunState.FAILED, RUN.c.error_kind == "transient", exists(there))
            .values(reset_values())
        ).rowcount


def retry_skipped(database: Database) -> int:
    """Let runs that were skipped for want of something (a model) start afresh where it is there by now.

    Whether it is, the runs tell: once a stage was done for some asset after it was skipped for others, these
    start afresh, else one of them does, to find out. Returns how many.
    """
    done, newest = RUN.alias("done"), func.max(RUN.c.id)
    with database.write() as connection:
        skipped = (in_state(connection, RunState.SKIPPED), RUN.c.error_kind == "unavailable")
        rows = connection.execute(
            select(RUN.c.stage, newest.label("one"), func.max(RUN.c.finished_at).label("since"))
            .where(*skipped)
            .group_by(RUN.c.stage)
        ).all()
        started = 0
        for row in rows:
            proof = select(literal(1)).where(
                done.c.stage == row.stage, done.c.state == RunState.DONE, done.c.finished_at > row.since
            )
            there = connection.execute(select(exists(proof))).scalar_one()
            which = (RUN.c.stage == row.stage, *skipped) if there else (RUN.c.id == row.one,)
            started += connection.execute(update(RUN).where(*which).values(reset_values())).rowcount
    return started
