"""Creates the runs of one asset, as the completion of its first stage would."""

from collections.abc import Callable

from sqlalchemy import Connection, literal, select

from dampipe.jobs import state
from dampipe.jobs.plan import Plan
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId


class RunPlanner:
    """Plans the runs of assets that were identified without a run of the first stage."""

    def __init__(self, database: Database, plan: Callable[[], Plan]) -> None:
        self._db = database
        self._plan = plan

    def plan(self, connection: Connection, version: VersionId) -> None:
        """Create the runs that follow the first stage for a version, those that it lacks.

        The sweep gives them to the broker.
        """
        plan = self._plan()
        for follow_up in plan.follow_ups(plan.first):
            subject = select(literal(version).label("id"))
            state.create_runs(connection, self._db, follow_up.run, subject)
