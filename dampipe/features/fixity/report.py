"""Reports on fixity checks: verdicts of a verification, and files that are bad."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.model import BAD, Verdict, Verified
from dampipe.features.fixity.queue import FILES, FileScope
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import Failure
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import EVERYTHING, View

_IS_BAD: ColumnElement[bool] = literal_column("verification.result IN ('mismatch', 'unreadable')")
"""Written exactly as in the partial index."""


class FixityReport:
    """The verdicts of one catalogue's fixity checks."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def report(self, scopes: Sequence[FileScope], since: float, requested: int) -> Verified:
        """The verdicts of the checks in these scopes since then, of which `requested` were asked for."""
        read = and_(VERIFICATION.c.at >= since, or_(*(scope.where for scope in scopes)))
        checks = FILES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id)
        with self._db.read() as connection:
            counts = {
                row.result: (int(row.files), int(row.bytes))
                for row in connection.execute(
                    select(
                        VERIFICATION.c.result,
                        func.count().label("files"),
                        func.sum(LOCATION.c.size).label("bytes"),
                    )
                    .select_from(checks)
                    .where(read)
                    .group_by(VERIFICATION.c.result)
                )
            }
            bad = connection.execute(
                select(VERIFICATION.c.result, *place_columns(self._db))
                .select_from(checks)
                .where(read, VERIFICATION.c.result.in_(BAD))
                .order_by(LOCATION.c.id)
            ).all()
            now = database_time(connection)
        return Verified(
            wanted=requested,
            same=counts.get(Verdict.SAME, (0, 0))[0],
            mismatch=tuple(printable(full_path(row)) for row in bad if row.result == Verdict.MISMATCH),
            unreadable=tuple(printable(full_path(row)) for row in bad if row.result == Verdict.UNREADABLE),
            edited=counts.get(Verdict.EDITED, (0, 0))[0],
            gone=counts.get(Verdict.GONE, (0, 0))[0],
            bytes=counts.get(Verdict.SAME, (0, 0))[1],
            seconds=now - since,
        )

    def failures(self, limit: int, view: View = EVERYTHING) -> list[Failure]:
        """Files whose last check was bad, newest first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(VERIFICATION, VERSION.c.sha1, *place_columns(self._db))
                .select_from(FILES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id))
                .join(VERSION, VERSION.c.id == VERIFICATION.c.version_id)
                .where(view.shows_folder(LOCATION.c.folder_id))
                .where(_IS_BAD, VERIFICATION.c.version_id == LOCATION.c.version_id)
                .order_by(VERIFICATION.c.at.desc())
                .limit(limit)
            ).all()
        return [
            Failure(
                asset=row.sha1,
                path=printable(full_path(row)),
                stage="verify",
                kind=row.result,
                reason=row.reason or "",
                attempts=1,
                at=row.at,
            )
            for row in rows
        ]
