"""The outputs of runs, and how they stand: read only."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from sqlalchemy import ColumnElement, bindparam, func, select, true

from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import Running, RunState, Subject
from dampipe.jobs.subjects import SubjectName, Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from dampipe.kernel.progress import Progress

# The state is looked at afterwards: asked for it, SQLite walks all done runs of the stage.
_OUTPUTS = select(RUN.c.version_id, RUN.c.state, RUN.c.output).where(
    RUN.c.stage == bindparam("of_stage"),
    RUN.c.version == bindparam("of_version"),
    RUN.c.version_id.in_(bindparam("versions", expanding=True)),
)
_UNKNOWN = SubjectName("?")


class RunReads:
    """The results and states of one catalogue's runs."""

    def __init__(self, database: Database, subjects: Callable[[], Subjects]) -> None:
        self._db = database
        self._subjects = subjects
        self._counts: AdaptiveCache[dict[str, dict[str, int]]] = AdaptiveCache()

    def outputs(
        self, keys: Iterable[RunKey], versions: Sequence[VersionId]
    ) -> dict[tuple[VersionId, str], str]:
        """The outputs of done runs as JSON, by version and stage."""
        keys, found = list(keys), dict[tuple[VersionId, str], str]()
        if not keys:
            return found
        with self._db.read() as connection:
            for key in keys:
                values = {"of_stage": key.stage, "of_version": key.version, "versions": versions}
                for version, state, output in connection.execute(_OUTPUTS, values):
                    if state == RunState.DONE:
                        found[version, key.stage] = output
        return found

    def have_ended(self, keys: Sequence[RunKey], version: VersionId) -> bool:
        """Whether each of these stages has a run for the version, and none is still to be done."""
        ended = 0
        with self._db.read() as connection:
            for key in keys:
                values = {"of_stage": key.stage, "of_version": key.version, "versions": [version]}
                ended += sum(
                    state in (RunState.DONE, RunState.FAILED, RunState.SKIPPED)
                    for _, state, _ in connection.execute(_OUTPUTS, values)
                )
        return ended == len(keys)

    def running(
        self, stages: Sequence[str], limit: int, where: ColumnElement[bool] | None = None
    ) -> list[Running]:
        """The runs of these stages that workers hold now, the longest first, at most `limit`.

        where: a condition on rows of the table `run`; the names of assets are their SHA-1 then, since an asset may
        be called as a file that is not to be shown.
        """
        query = (
            select(
                *(RUN.c.stage, RUN.c.owner, RUN.c.started_at, RUN.c.attempts, RUN.c.progress),
                *(RUN.c.location_id, RUN.c.version_id),
            )
            .where(
                RUN.c.stage.in_(stages), RUN.c.state == RunState.RUNNING, true() if where is None else where
            )
            .order_by(RUN.c.started_at, RUN.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            subjects = [Subject(location=row.location_id, version=row.version_id) for row in rows]
            names = self._subjects().names(connection, subjects) if subjects else {}
        return [
            Running(
                stage=row.stage,
                name=_shown_name(subject, names.get(subject, _UNKNOWN), where is None),
                asset=names.get(subject, _UNKNOWN).sha1,
                machine=(row.owner or "").partition("/")[0].partition(":")[0],
                since=row.started_at,
                attempts=row.attempts,
                progress=Progress.model_validate_json(row.progress) if row.progress else None,
            )
            for row, subject in zip(rows, subjects, strict=True)
        ]

    def counts(
        self, where: ColumnElement[bool] | None = None, key: Hashable = "counts"
    ) -> dict[str, dict[str, int]]:
        """How many runs of each stage are in each state; slow counts are cached for some seconds.

        where: a condition on rows of the table `run`; key: equal for equal conditions.
        """
        return self._counts.get(key, lambda: self._count(where))

    def _count(self, where: ColumnElement[bool] | None) -> dict[str, dict[str, int]]:
        query = select(RUN.c.stage, RUN.c.state, func.count()).group_by(RUN.c.stage, RUN.c.state)
        with self._db.read() as connection:
            rows = connection.execute(query if where is None else query.where(where)).all()
        found: dict[str, dict[str, int]] = {}
        for stage, state, count in rows:
            found.setdefault(stage, {})[state] = count
        return found


def _shown_name(subject: Subject, name: SubjectName, is_open: bool) -> str:
    return name.name if is_open or subject.location is not None else name.sha1 or "?"
