"""Verifications in the catalogue: which files are to be read again, and who reads one now."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, literal_column, or_, select, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.paths import full_path, place_columns
from dampipe.features.assets.tables import ASSET, FOLDER, LOCATION
from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.tables import SOURCE
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import printable

PLACES = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE)
AT_ONCE = 2000
"""Rows written in one transaction."""
_WANTED: ColumnElement[bool] = literal_column("verification.wanted_until > 0")
"""In the very words of the index."""
_KNOWN = and_(LOCATION.c.state == LocationState.PRESENT, LOCATION.c.asset_id.is_not(None))


@dataclass(frozen=True)
class FixityCheck:
    """A file that is to be read, as the catalogue knows it."""

    location: int
    asset: int
    path: str
    sha1: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Below:
    """Files of a source: all of it, those in and below a folder, or one."""

    source: int
    folder: str = ""
    name: str | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        """As a condition."""
        mine = FOLDER.c.source_id == self.source
        if self.name is not None:
            return and_(mine, FOLDER.c.path == self.folder, LOCATION.c.name == self.name)
        if not self.folder:
            return mine
        # Paths are bytes: a range, since LIKE is for text. "0" follows "/".
        inside = and_(FOLDER.c.path > f"{self.folder}/", FOLDER.c.path < f"{self.folder}0")
        return and_(mine, or_(FOLDER.c.path == self.folder, inside))


class FixityQueue:
    """The verifications of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def share(self, places: Sequence[Below], percent: float, since: float) -> int:
        """How many files a share of `percent` still asks for, those seen since then taken off."""
        seen = func.coalesce(VERIFICATION.c.at, 0.0)
        with self._db.read() as connection:
            row = connection.execute(
                select(func.count(), func.coalesce(func.sum(case((seen >= since, 1), else_=0)), 0))
                .select_from(PLACES.outerjoin(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id))
                .where(_KNOWN, or_(*(place.where for place in places)))
            ).one()
        return max(0, -int(-row[0] * percent // 100) - int(row[1]))

    def want(self, places: Sequence[Below], until: float, limit: int | None, before: float) -> int:
        """Ask for readings that begin before `until`; returns of how many files.

        limit: most files, those whose content was seen longest ago first, and only those not seen
        since `before`; None: all. Files that were bad at the last reading are always among them.
        """
        bad = VERIFICATION.c.result.in_(BAD)
        seen = case((VERIFICATION.c.at > 0, VERIFICATION.c.at), else_=ASSET.c.added_at)
        some = (
            select(LOCATION.c.id.label("location_id"), LOCATION.c.asset_id)
            .select_from(
                PLACES.join(ASSET, ASSET.c.id == LOCATION.c.asset_id).outerjoin(
                    VERIFICATION,
                    and_(
                        VERIFICATION.c.location_id == LOCATION.c.id,
                        VERIFICATION.c.asset_id == LOCATION.c.asset_id,
                    ),
                )
            )
            .where(_KNOWN, or_(*(place.where for place in places)))
        )
        if limit is None:
            return self._want(some, until)
        oldest = (
            some.where(seen < before, or_(bad.is_(None), ~bad)).order_by(seen, LOCATION.c.id).limit(limit)
        )
        return self._want(some.where(bad), until) + (self._want(oldest, until) if limit else 0)

    def _want(self, some: Any, until: float) -> int:
        # Picked in one transaction and written in others: others want to write, too.
        count = 0
        with self._db.read() as connection:
            picked = connection.execution_options(yield_per=AT_ONCE).execute(some)
            for rows in picked.partitions(AT_ONCE):
                count += self._ask([row.location_id for row in rows], until)
        return count

    def _ask(self, locations: Sequence[int], until: float) -> int:
        values = {"wanted_until": until, "lease_until": 0.0, "at": 0.0}
        there = select(LOCATION.c.id, LOCATION.c.asset_id, *(literal(value) for value in values.values()))
        insert = self._db.insert(VERIFICATION).from_select(
            ["location_id", "asset_id", *values], there.where(_KNOWN, LOCATION.c.id.in_(locations))
        )
        other = VERIFICATION.c.asset_id != insert.excluded.asset_id
        asked = insert.on_conflict_do_update(
            index_elements=["location_id"],
            set_={
                "asset_id": insert.excluded.asset_id,
                "wanted_until": insert.excluded.wanted_until,
                "at": case((other, 0.0), else_=VERIFICATION.c.at),
                "result": case((other, None), else_=VERIFICATION.c.result),
                "reason": case((other, None), else_=VERIFICATION.c.reason),
            },
        )
        with self._db.write() as connection:
            return connection.execute(asked, execution_options={"preserve_rowcount": True}).rowcount

    def claim(self, owner: str, lease: float, most: int) -> FixityCheck | None:
        """A file to read now, the one seen longest ago; None: none is wanted, or `most` are being read."""
        now = time()
        wanted = and_(_WANTED, VERIFICATION.c.wanted_until > now, VERIFICATION.c.lease_until < now)
        with self._db.write() as connection:
            if connection.execute(select(func.count()).where(_held(now))).scalar_one() >= most:
                return None
            oldest = (
                select(VERIFICATION.c.location_id)
                .where(wanted)
                .order_by(VERIFICATION.c.at, VERIFICATION.c.location_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            # In a statement of its own: as a part of the update PostgreSQL may pick more than one.
            location = connection.execute(oldest).scalar()
            if location is None:
                return None
            connection.execute(
                update(VERIFICATION)
                .where(VERIFICATION.c.location_id == location)
                .values(owner=owner, lease_until=now + lease)
            )
            place = connection.execute(
                select(
                    LOCATION.c.size, LOCATION.c.mtime_ns, VERIFICATION.c.asset_id, ASSET.c.sha1,
                    *place_columns(self._db),
                )
                .select_from(PLACES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id))
                .join(ASSET, ASSET.c.id == VERIFICATION.c.asset_id)
                .where(LOCATION.c.id == location)
            ).one()  # fmt: skip
        return FixityCheck(location, place.asset_id, full_path(place), place.sha1, place.size, place.mtime_ns)

    def renew(self, check: FixityCheck, owner: str, lease: float) -> None:
        """Go on reading for another `lease` seconds."""
        with self._db.write() as connection:
            connection.execute(
                update(VERIFICATION).where(*_holding(check, owner)).values(lease_until=time() + lease)
            )

    def finish(self, check: FixityCheck, owner: str, verdict: Verdict, reason: str) -> None:
        """Keep what a reading came to, unless another content was identified there meanwhile."""
        now = time()
        with self._db.write() as connection:
            row = connection.execute(
                update(VERIFICATION)
                .where(*_holding(check, owner))
                .values(
                    owner=None,
                    lease_until=0.0,
                    wanted_until=0.0,
                    at=now,
                    result=verdict,
                    reason=reason or None,
                )
                .returning(VERIFICATION.c.location_id)
            ).first()
            if row is not None and verdict in BAD:
                record_event(
                    connection, "file.bad", check.asset, now,
                    path=printable(check.path), verdict=str(verdict), reason=reason,
                )  # fmt: skip

    def waiting(self, places: Sequence[Below] = ()) -> tuple[int, int]:
        """How many files are still to be read, and how many are being read, of these places or anywhere."""
        now = time()
        where = [or_(*(place.where for place in places))] if places else []
        whole = PLACES.join(VERIFICATION, VERIFICATION.c.location_id == LOCATION.c.id)
        counts = [
            select(func.count()).select_from(whole if places else VERIFICATION).where(*these, *where)
            for these in ((_WANTED, VERIFICATION.c.wanted_until > now), (_held(now),))
        ]
        with self._db.read() as connection:
            wanted, reading = connection.execute(select(*(one.scalar_subquery() for one in counts))).one()
        return int(wanted), int(reading)

    def is_idle(self) -> bool:
        """Whether files are wanted and nobody reads."""
        now = time()
        wanted = select(VERIFICATION.c.location_id).where(_WANTED, VERIFICATION.c.wanted_until > now).limit(1)
        with self._db.read() as connection:
            if connection.execute(wanted).first() is None:
                return False
            return not connection.execute(select(func.count()).where(_held(now))).scalar_one()

    def owners(self) -> list[str]:
        """Who is reading now."""
        with self._db.read() as connection:
            rows = connection.execute(select(VERIFICATION.c.owner).where(_held(time())))
            return [owner for owner in rows.scalars() if owner]

    def release(self, owner: str) -> None:
        """Let others read what this owner cannot go on with."""
        with self._db.write() as connection:
            connection.execute(
                update(VERIFICATION)
                .where(VERIFICATION.c.lease_until > 0, VERIFICATION.c.owner == owner)
                .values(owner=None, lease_until=0.0)
            )


def _held(now: float) -> ColumnElement[bool]:
    return VERIFICATION.c.lease_until >= now


def _holding(check: FixityCheck, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (
        VERIFICATION.c.location_id == check.location,
        VERIFICATION.c.asset_id == check.asset,
        VERIFICATION.c.owner == owner,
    )
