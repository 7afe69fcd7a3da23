"""What runs gave and how they stand: read only."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, func, or_, select

from dampipe.domain.runs import RunState
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.keys import RunKey
from dampipe.storage.catalog.tables import RUN


class Results:
    """The results of one catalogue's runs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def outputs(self, keys: Iterable[RunKey], assets: Sequence[int]) -> dict[tuple[int, str], str]:
        """JSON outputs of done runs, by (asset, stage)."""
        wanted = [and_(RUN.c.stage == k.stage, RUN.c.version == k.version) for k in keys]
        if not wanted:
            return {}
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN.c.asset_id, RUN.c.stage, RUN.c.output).where(
                    RUN.c.asset_id.in_(assets), RUN.c.state == RunState.DONE, or_(*wanted)
                )
            )
            return {(row.asset_id, row.stage): row.output for row in rows}

    def counts(self) -> dict[str, dict[str, int]]:
        """How many runs of each stage are in each state."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN.c.stage, RUN.c.state, func.count()).group_by(RUN.c.stage, RUN.c.state)
            ).all()
        found: dict[str, dict[str, int]] = {}
        for stage, state, count in rows:
            found.setdefault(stage, {})[state] = count
        return found
