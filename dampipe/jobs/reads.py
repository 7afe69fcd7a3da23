"""What runs gave and how they stand: read only."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, func, select

from dampipe.features.assets.tables import ASSET, LOCATION
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import Running, RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.progress import Progress

# The state is looked at afterwards: asked for it, SQLite walks all done runs of the stage.
_OUTPUTS = select(RUN.c.asset_id, RUN.c.state, RUN.c.output).where(
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version == bindparam("of_version"),
    RUN.c.asset_id.in_(bindparam("assets", expanding=True)),
)


class RunReads:
    """The results of one catalogue's runs."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._counts: AdaptiveCache[dict[str, dict[str, int]]] = AdaptiveCache()

    def outputs(self, keys: Iterable[RunKey], assets: Sequence[int]) -> dict[tuple[int, str], str]:
        """JSON outputs of done runs, by (asset, stage)."""
        keys, found = list(keys), dict[tuple[int, str], str]()
        if not keys:
            return found
        with self._db.read() as connection:
            for key in keys:
                which = {"of_stage": key.stage, "of_version": key.version, "assets": assets}
                for asset, state, output in connection.execute(_OUTPUTS, which):
                    if state == RunState.DONE:
                        found[asset, key.stage] = output
        return found

    def running(self, stages: Sequence[str], limit: int) -> list[Running]:
        """What is worked on now in these stages, the longest first; of long lists the beginning."""
        query = (
            select(RUN.c.stage, RUN.c.owner, RUN.c.started_at, RUN.c.attempts, RUN.c.progress)
            .add_columns(ASSET.c.sha1, ASSET.c.name.label("asset_name"), LOCATION.c.name.label("file_name"))
            .select_from(
                RUN.outerjoin(ASSET, ASSET.c.id == RUN.c.asset_id).outerjoin(
                    LOCATION, LOCATION.c.id == RUN.c.location_id
                )
            )
            .where(RUN.c.stage.in_(stages), RUN.c.state == RunState.RUNNING)
            .order_by(RUN.c.started_at, RUN.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [
            Running(
                stage=row.stage,
                name=row.asset_name or printable(row.file_name or "?"),
                asset=row.sha1,
                machine=(row.owner or "").partition("/")[0].partition(":")[0],
                since=row.started_at,
                attempts=row.attempts,
                progress=Progress.model_validate_json(row.progress) if row.progress else None,
            )
            for row in rows
        ]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many runs of each stage are in each state; of many, as they were some seconds ago."""
        return self._counts.get("counts", self._count)

    def _count(self) -> dict[str, dict[str, int]]:
        with self._db.read() as connection:
            rows = connection.execute(
                select(RUN.c.stage, RUN.c.state, func.count()).group_by(RUN.c.stage, RUN.c.state)
            ).all()
        found: dict[str, dict[str, int]] = {}
        for stage, state, count in rows:
            found.setdefault(stage, {})[state] = count
        return found
