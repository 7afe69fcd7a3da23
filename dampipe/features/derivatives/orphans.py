"""Leftovers: derivatives that nothing refers to any more, made by earlier recipes or by work that was broken off."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Connection, exists, literal, select

from dampipe.features.assets.tables import ASSET
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database

IN_ONE_GO = 50
"""Assets looked at in one transaction."""
_OPEN = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)


class OrphanedBlobs:
    """Which blobs of one catalogue's assets can go.

    An asset for which there is anything still to do keeps all: what is being made has no row yet, and what
    the preview made along for the proxy gets one only when the proxy's turn comes. An asset that the catalogue
    does not know keeps all, too: it may be another catalogue's.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, keys: Iterable[tuple[str, str]]) -> Iterator[str]:
        """Those of the keys, each given with its asset's SHA-1, that nothing refers to."""
        for some in _portions(keys):
            with self._db.read() as connection:
                yield from self._unused(connection, some)

    def remove(self, keys: Iterable[tuple[str, str]], delete: Callable[[str], object]) -> None:
        """Delete those of the keys that nothing refers to."""
        for some in _portions(keys):
            with self._db.write() as connection:
                # Nobody starts to make one of them again meanwhile: a run would have to be made or claimed.
                # Runs before assets, as the end of a stage locks them.
                mine = RUN.c.asset_id.in_(select(ASSET.c.id).where(ASSET.c.sha1.in_(some)))
                connection.execute(select(RUN.c.id).where(mine).order_by(RUN.c.id).with_for_update()).all()
                locked = select(ASSET.c.id).where(ASSET.c.sha1.in_(some)).order_by(ASSET.c.id)
                connection.execute(locked.with_for_update()).all()
                for key in self._unused(connection, some):
                    delete(key)

    def _unused(self, connection: Connection, keys: Mapping[str, list[str]]) -> list[str]:
        under_way = exists(select(literal(1)).where(RUN.c.asset_id == ASSET.c.id, RUN.c.state.in_(_OPEN)))
        idle = connection.execute(select(ASSET.c.sha1).where(ASSET.c.sha1.in_(keys), ~under_way)).scalars()
        used = select(DERIVATIVE.c.key).join(ASSET).where(ASSET.c.sha1.in_(keys))
        kept = set(connection.execute(used).scalars())
        return [key for sha1 in idle for key in keys[sha1] if key not in kept]


def _portions(keys: Iterable[tuple[str, str]]) -> Iterator[dict[str, list[str]]]:
    """Keys by asset, so many assets at a time."""
    some: dict[str, list[str]] = {}
    for sha1, key in keys:
        if sha1 not in some and len(some) == IN_ONE_GO:
            yield some
            some = {}
        some.setdefault(sha1, []).append(key)
    if some:
        yield some
