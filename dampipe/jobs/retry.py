"""Retries: failed and skipped runs start from the beginning, on request or as part of a sync."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, exists, func, literal, or_, select

from dampipe.jobs import state
from dampipe.jobs.index_hints import in_state
from dampipe.jobs.model import RunState
from dampipe.jobs.subjects import Subjects
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId, VersionId

FILE_ARCHIVED, FILE_RESTORING = "file.archived", "file.restoring"
"""Codes of the errors of files that their storage has to restore first."""


class RunRetries:
    """The runs of one catalogue that have failed or were skipped."""

    def __init__(self, database: Database, subjects: Subjects) -> None:
        self._db = database
        self._subjects = subjects

    def retry(
        self,
        versions: Sequence[VersionId] | None = None,
        kinds: Sequence[str] | None = None,
        stage: str | None = None,
        shown: ColumnElement[bool] | None = None,
    ) -> int:
        """Reset failed and skipped runs of these versions, error kinds and stage (None: any); returns how many.

        shown: a further condition on rows of the table `run`.
        """
        where: list[ColumnElement[bool]] = [RUN.c.error_kind.is_not(None)]
        if versions is not None:
            locations = self._subjects.locations_of(versions)
            where.append(or_(RUN.c.version_id.in_(versions), RUN.c.location_id.in_(locations)))
        if kinds is not None:
            where.append(RUN.c.error_kind.in_(kinds))
        if stage is not None:
            where.append(RUN.c.stage == stage)
        if shown is not None:
            where.append(shown)
        with self._db.write() as connection:
            return state.reset(connection, *where)

    def retry_locations(self, locations: Sequence[LocationId]) -> int:
        """Reset failed runs of the first stage for these files; returns how many."""
        with self._db.write() as connection:
            return state.reset(connection, RUN.c.location_id.in_(locations))

    def retry_restored(self, location: LocationId) -> int:
        """Start runs at once that wait for a file that was archived; returns how many."""
        mine = or_(
            RUN.c.location_id == location, RUN.c.version_id == self._subjects.version_of(literal(location))
        )
        with self._db.write() as connection:
            waiting = state.hasten(connection, mine, _is_error(FILE_RESTORING))
            return waiting + state.reset(connection, mine, _is_error(FILE_ARCHIVED))

    def retry_transient(self) -> int:
        """Reset runs that were parked after too many transient errors, where a file is present; returns how many."""
        present = self._subjects.has_present_file(RUN.c.location_id, RUN.c.version_id)
        parked = (RUN.c.state == RunState.FAILED, RUN.c.error_kind == "transient")
        with self._db.write() as connection:
            return state.reset(connection, *parked, present)

    def retry_unavailable(self) -> int:
        """Reset runs that were skipped for want of something (a model) where it is there by now; returns how many.

        The runs themselves show whether it is: once a stage was done for some asset after it was skipped for
        others, all of these are reset, otherwise one of them, to find out.
        """
        newest = func.max(RUN.c.id)
        with self._db.write() as connection:
            skipped = (
                in_state(connection, RunState.SKIPPED),
                RUN.c.error_kind == "unavailable",
                # Whoever restores a file starts them; each would only ask the storage.
                or_(
                    ~_is_error(FILE_ARCHIVED),
                    self._subjects.has_readable_file(RUN.c.location_id, RUN.c.version_id),
                ),
            )
            rows = connection.execute(
                select(RUN.c.stage, newest.label("probe"), func.max(RUN.c.finished_at).label("since"))
                .where(*skipped)
                .group_by(RUN.c.stage)
            ).all()
            started = 0
            for row in rows:
                if _was_done_since(connection, row.stage, row.since):
                    started += state.reset(connection, RUN.c.stage == row.stage, *skipped)
                else:
                    started += state.reset(connection, RUN.c.id == row.probe)
        return started


def _is_error(code: str) -> ColumnElement[bool]:
    """Whether a run's last attempt ended with an error of that code."""
    return func.coalesce(RUN.c.error, "").contains(f'"{code}"')


def _was_done_since(connection: Connection, stage: str, since: float) -> bool:
    done = select(literal(1)).where(
        RUN.c.stage == stage, RUN.c.state == RunState.DONE, RUN.c.finished_at > since
    )
    return bool(connection.execute(select(exists(done))).scalar_one())
