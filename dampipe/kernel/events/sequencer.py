"""The sequencer: numbers events after they were committed, one process at a time.

An event without a number is not there yet for any reader. A number is given in a transaction of its own, which sees
committed events only and holds the lock of the table `event_sequence`. So the numbers that a reader sees have no gap
that is filled later: a reader that has read up to N has read every event up to N. Ids that a database gives to
rows as they are written do not have this property: a transaction that was given a lower id may commit later.

Any process may number, and readers do so before they read. A process that is killed loses nothing: either its
transaction is committed, or the events are still without a number.
"""

from sqlalchemy import bindparam, func, select, update

from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT, SEQUENCE

BATCH = 1000
"""Events that are numbered in one transaction."""

_UNNUMBERED = EVENT.c.seq.is_(None)
_ANY = select(EVENT.c.id).where(_UNNUMBERED).limit(1)
_LOCK = select(SEQUENCE.c.last).with_for_update(skip_locked=True)
_DUE = select(EVENT.c.id).where(_UNNUMBERED).order_by(EVENT.c.at, EVENT.c.id).limit(bindparam("most"))
_ADVANCE = update(SEQUENCE).values(last=bindparam("newest"))
_OLDEST = select(func.min(EVENT.c.at)).where(_UNNUMBERED)


class Sequencer:
    """Numbers the events of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def number(self, most: int = 1_000_000) -> int:
        """Number committed events in the order of their times; returns how many.

        Returns at once where another process is numbering. most: numbering ends after at least so many.
        """
        done = 0
        while done < most and self._has_unnumbered():
            numbered = self._number_batch()
            done += numbered
            if numbered < BATCH:
                break
            self._db.give_way()
        return done

    def backlog(self) -> float | None:
        """The time of the oldest event without a number, in seconds since 1970; None if there is none."""
        with self._db.read() as connection:
            oldest: float | None = connection.execute(_OLDEST).scalar()
            return oldest

    def _has_unnumbered(self) -> bool:
        with self._db.read() as connection:
            return connection.execute(_ANY).first() is not None

    def _number_batch(self) -> int:
        with self._db.write() as connection:
            last = connection.execute(_LOCK).scalar()
            if last is None:
                return 0  # another process has the lock
            # A statement of its own, after the lock: PostgreSQL lets it see what was committed until now.
            ids = connection.execute(_DUE, {"most": BATCH}).scalars().all()
            if ids:
                rows = list(zip(ids, range(last + 1, last + 1 + len(ids)), strict=True))
                self._db.update_many(connection, EVENT, {}, ("seq",), rows, where="event.seq IS NULL")
                connection.execute(_ADVANCE, {"newest": last + len(ids)})
        return len(ids)
