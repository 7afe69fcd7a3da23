"""What is tried again by itself, night by night: stages that gave up for a reason that may have passed."""

from sqlalchemy import exists, literal, or_, select, update

from dampipe.domain.assets import LocationState
from dampipe.domain.runs import RunState
from dampipe.storage.catalog.backlog import afresh
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.tables import LOCATION, RUN


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
            .values(afresh())
        ).rowcount
