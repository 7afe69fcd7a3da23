"""Orphans: derivatives that nothing refers to any more, made by earlier recipes or by interrupted work."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Connection, exists, literal, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database

ASSETS_PER_TRANSACTION = 50
"""Assets checked in one transaction."""
_OPEN = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)


class OrphanedBlobs:
    """Finds blobs that can be deleted.

    An asset with open runs keeps all its blobs: what is being made has no row yet, and a proxy that the preview
    made in the same pass gets its row only when the proxy stage runs. An asset that the catalogue does not know
    keeps all, too: it may belong to another catalogue.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, keys: Iterable[tuple[str, str]]) -> Iterator[str]:
        """The orphans among keys, each given with its asset's SHA-1."""
        for some in _by_asset(keys):
            with self._db.read() as connection:
                yield from self._unused(connection, some)

    def remove(self, keys: Iterable[tuple[str, str]], delete: Callable[[str], object]) -> None:
        """Delete the orphans among keys."""
        for some in _by_asset(keys):
            with self._db.write() as connection:
                # The locks keep workers from claiming or creating a run of these assets meanwhile.
                # Runs are locked before assets, in the order in which completing a stage locks them.
                mine = RUN.c.version_id.in_(select(VERSION.c.id).where(VERSION.c.sha1.in_(some)))
                connection.execute(select(RUN.c.id).where(mine).order_by(RUN.c.id).with_for_update()).all()
                locked = select(VERSION.c.id).where(VERSION.c.sha1.in_(some)).order_by(VERSION.c.id)
                connection.execute(locked.with_for_update()).all()
                for key in self._unused(connection, some):
                    delete(key)

    def _unused(self, connection: Connection, keys: Mapping[str, list[str]]) -> list[str]:
        under_way = exists(select(literal(1)).where(RUN.c.version_id == VERSION.c.id, RUN.c.state.in_(_OPEN)))
        idle = connection.execute(
            select(VERSION.c.sha1).where(VERSION.c.sha1.in_(keys), ~under_way)
        ).scalars()
        used = select(DERIVATIVE.c.key).join(VERSION).where(VERSION.c.sha1.in_(keys))
        kept = set(connection.execute(used).scalars())
        return [key for sha1 in idle for key in keys[sha1] if key not in kept]


def _by_asset(keys: Iterable[tuple[str, str]]) -> Iterator[dict[str, list[str]]]:
    """Keys by asset, `ASSETS_PER_TRANSACTION` assets at a time."""
    some: dict[str, list[str]] = {}
    for sha1, key in keys:
        if sha1 not in some and len(some) == ASSETS_PER_TRANSACTION:
            yield some
            some = {}
        some.setdefault(sha1, []).append(key)
    if some:
        yield some
