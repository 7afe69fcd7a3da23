"""The SQL of checks: which derivatives to look at, and what was found."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, tuple_, update

from dampipe.features.assets.names import shown_name
from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.model import Problem
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.jobs.model import STAGE, RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.visibility import EVERYTHING, View

PAGE = 200
"""Derivatives that are looked at between two writes."""
OPEN = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)
_COLUMNS = (
    *(DERIVATIVE.c.id, DERIVATIVE.c.version_id, DERIVATIVE.c.kind, DERIVATIVE.c.key, DERIVATIVE.c.size),
    *(DERIVATIVE.c.checksum, DERIVATIVE.c.checked_at, DERIVATIVE.c.problem),
)
_SAME = and_(
    DERIVATIVE.c.id == bindparam("row"),
    DERIVATIVE.c.version_id == bindparam("of_version"),
    DERIVATIVE.c.kind == bindparam("of_kind"),
    # A derivative that was made again meanwhile has another row, which may have the old row's id.
    or_(DERIVATIVE.c.checksum == bindparam("old"), DERIVATIVE.c.checksum.is_(None)),
)
_SOUND = (
    update(DERIVATIVE)
    .where(_SAME)
    .values(checked_at=bindparam("now"), checksum=bindparam("found"), problem=None)
)
_BAD = update(DERIVATIVE).where(_SAME).values(checked_at=bindparam("now"), problem=bindparam("what"))


@dataclass(frozen=True)
class DerivativeCheck:
    """A derivative to look at, as the catalogue knows it."""

    id: int
    version: int
    kind: str
    key: str
    size: int
    checksum: str | None
    checked_at: float
    problem: str | None

    @classmethod
    def of(cls, row: Any) -> "DerivativeCheck":
        """From a row of the table."""
        return cls(
            row.id, row.version_id, row.kind, row.key, row.size, row.checksum, row.checked_at, row.problem
        )


class CheckRepository:
    """The derivatives of one catalogue, as checks see them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def now(self) -> float:
        """The database's time."""
        with self._db.read() as connection:
            return database_time(connection)

    def count(self, versions: Sequence[int] | None = None) -> int:
        """How many derivatives there are, of all versions or of these."""
        query = select(func.count()).select_from(DERIVATIVE)
        if versions is not None:
            query = query.where(in_ids(self._db, DERIVATIVE.c.version_id, versions))
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def pages(self, versions: Sequence[int] | None = None) -> Iterator[list[DerivativeCheck]]:
        """All derivatives, or those of some versions."""
        query, after = select(*_COLUMNS).order_by(DERIVATIVE.c.id), 0
        if versions is not None:
            query = query.where(in_ids(self._db, DERIVATIVE.c.version_id, versions))
        while page := self._read(query.where(DERIVATIVE.c.id > after).limit(PAGE)):
            yield page
            after = page[-1].id

    def oldest(self, limit: int, before: float) -> Iterator[list[DerivativeCheck]]:
        """Up to `limit` derivatives that were not checked since `before`, those that were checked longest ago first."""
        position = tuple_(DERIVATIVE.c.checked_at, DERIVATIVE.c.id)
        query = select(*_COLUMNS).where(DERIVATIVE.c.checked_at < before)
        query = query.order_by(DERIVATIVE.c.checked_at, DERIVATIVE.c.id)
        after: tuple[float, int] = (-1.0, 0)
        while limit > 0 and (page := self._read(query.where(position > after).limit(min(limit, PAGE)))):
            yield page
            limit -= len(page)
            after = (page[-1].checked_at, page[-1].id)

    def bad(
        self, limit: int, versions: Sequence[int] | None = None, view: View = EVERYTHING
    ) -> list[DerivativeCheck]:
        """Derivatives whose last check has found a problem, the newest first."""
        query = select(*_COLUMNS).where(DERIVATIVE.c.problem.is_not(None)).order_by(DERIVATIVE.c.id.desc())
        if versions is not None:
            query = query.where(in_ids(self._db, DERIVATIVE.c.version_id, versions))
        return self._read(query.where(view.shows_version(DERIVATIVE.c.version_id)).limit(limit))

    def sample(self, count: int) -> list[DerivativeCheck]:
        """Up to `count` derivatives by chance; as many look-ups by id, however large the library is."""
        with self._db.read() as connection:
            low, high = connection.execute(select(func.min(DERIVATIVE.c.id), func.max(DERIVATIVE.c.id))).one()
            if low is None:
                return []
            by_id = select(*_COLUMNS).order_by(DERIVATIVE.c.id)
            if high - low < 4 * count:
                rows = list(connection.execute(by_id).all())
                random.shuffle(rows)
                return [DerivativeCheck.of(row) for row in rows[:count]]
            numbers = random.sample(range(low, high + 1), count)
            found = {
                row.id: row
                for number in numbers
                for row in connection.execute(by_id.where(DERIVATIVE.c.id >= number).limit(1))
            }
        return [DerivativeCheck.of(row) for row in found.values()]

    def names(self, versions: Sequence[int], view: View = EVERYTHING) -> dict[int, tuple[str, str]]:
        """SHA-1 and name of versions; where the name is not visible, the SHA-1 stands for it."""
        query = select(VERSION.c.id, VERSION.c.sha1, shown_name(view)).where(
            in_ids(self._db, VERSION.c.id, versions)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return {row.id: (row.sha1, row.shown or row.sha1) for row in rows}

    def in_progress(self, versions: Sequence[int]) -> set[int]:
        """Those of the versions that are being processed or wait for it: their derivatives may change now."""
        query = select(RUN.c.version_id).where(
            in_ids(self._db, RUN.c.version_id, versions), RUN.c.state.in_(OPEN), RUN.c.kind == STAGE
        )
        with self._db.read() as connection:
            return set(connection.execute(query).scalars()) if versions else set()

    def record_sound(self, checks: Sequence[tuple[DerivativeCheck, str]], now: float) -> None:
        """Store the checksums and the time of a check, and forget earlier problems."""
        rows = [{**_key(check), "found": checksum, "now": now} for check, checksum in checks]
        if rows:
            with self._db.write() as connection:
                connection.execute(_SOUND, rows)

    def record_bad(self, checks: Sequence[tuple[DerivativeCheck, Problem]], now: float) -> None:
        """Store what is wrong, unless the derivative was made again since it was looked at."""
        rows = [{**_key(check), "what": problem.value, "now": now} for check, problem in checks]
        if rows:
            with self._db.write() as connection:
                connection.execute(_BAD, rows)

    def report(self, key: str, problem: Problem) -> bool:
        """Note that a reader has found a derivative to be lost; whether that was news."""
        new = (DERIVATIVE.c.key == key, DERIVATIVE.c.problem.is_(None))
        with self._db.write() as connection:
            return bool(connection.execute(update(DERIVATIVE).where(*new).values(problem=problem)).rowcount)

    def _read(self, query: Select[Any]) -> list[DerivativeCheck]:
        with self._db.read() as connection:
            return [DerivativeCheck.of(row) for row in connection.execute(query)]


def _key(check: DerivativeCheck) -> dict[str, object]:
    return {"row": check.id, "of_version": check.version, "of_kind": check.kind, "old": check.checksum}
