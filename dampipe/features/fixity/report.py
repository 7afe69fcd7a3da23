"""Reports on fixity checks: verdicts of a verification, and files that are bad."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.model import BAD, SourceProof, Verdict, Verified
from dampipe.features.fixity.queue import FILES, IDENTIFIED, FileScope
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import LOCATION, SOURCE
from dampipe.jobs.model import Failure
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import EVERYTHING, View

_IS_BAD: ColumnElement[bool] = literal_column("verification.result IN ('mismatch', 'unreadable')")
"""Written exactly as in the partial index."""
DAY = 86400.0


class FixityReport:
    """The verdicts of one catalogue's fixity checks."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._proofs: AdaptiveCache[list[SourceProof]] = AdaptiveCache()

    def by_source(self, view: View = EVERYTHING) -> list[SourceProof]:
        """How long ago the files of each source were read; slow counts are cached for some seconds."""
        return self._proofs.get((view.key, view.is_all), lambda: self._by_source(view))

    def _by_source(self, view: View) -> list[SourceProof]:
        at, result = VERIFICATION.c.at, VERIFICATION.c.result
        same = and_(result == Verdict.SAME, at > 0)
        bad = result.in_(BAD)
        changed = result.in_((Verdict.EDITED, Verdict.GONE))

        def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        with self._db.read() as connection:
            now = database_time(connection)
            counts = {
                "month": and_(same, at >= now - 30 * DAY),
                "quarter": and_(same, at < now - 30 * DAY, at >= now - 90 * DAY),
                "year": and_(same, at < now - 90 * DAY, at >= now - 365 * DAY),
                "older": and_(same, at < now - 365 * DAY),
                "never": result.is_(None),
                "bad": bad,
                "edited": changed,
                "requested": VERIFICATION.c.requested_until > now,
            }
            rows = connection.execute(
                select(
                    SOURCE.c.name.label("source"),
                    func.count().label("files"),
                    func.coalesce(func.sum(LOCATION.c.size), 0).label("bytes"),
                    func.min(case((at > 0, at))).label("oldest_at"),
                    *(count(condition).label(name) for name, condition in counts.items()),
                )
                .select_from(
                    FILES.outerjoin(
                        VERIFICATION,
                        and_(
                            VERIFICATION.c.location_id == LOCATION.c.id,
                            VERIFICATION.c.version_id == LOCATION.c.version_id,
                        ),
                    )
                )
                .where(IDENTIFIED, view.shows_folder(LOCATION.c.folder_id))
                .group_by(SOURCE.c.name)
                .order_by(SOURCE.c.name)
            ).all()
        return [SourceProof.model_validate(dict(row._mapping)) for row in rows]

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
