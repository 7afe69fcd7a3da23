"""Compares a provisional asset with what it may replace, by their previews and by the frames of their proxies.

A work item, since reading signatures and aligning hours of footage takes seconds, which no transaction should.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, select

from dampipe.features.alignment.service import CarryService
from dampipe.features.assets.lineage import provisional
from dampipe.features.assets.tables import VERSION
from dampipe.features.versions.footage import is_same, is_same_by_frames
from dampipe.features.versions.model import OperationKind
from dampipe.features.versions.operations import settle_with_event, sha1s
from dampipe.features.versions.provisional import (
    PROXY,
    footage_of,
    has_proxy,
    is_to_come,
    lock_pair_of,
    merge_pair,
)
from dampipe.jobs.work import WorkItem
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.progress import Reporter


@dataclass(frozen=True)
class _Sides:
    """The versions of a provisional asset and of what it may replace, oldest first."""

    new: tuple[int, ...]
    old: tuple[int, ...]

    @classmethod
    def of(cls, connection: Connection, version: int) -> Self | None:
        """Those of the provisional asset that has the version; None if it is not provisional any more."""
        asset = connection.execute(select(VERSION.c.asset_id).where(VERSION.c.id == version)).scalar()
        pairs = dict(provisional(connection, [asset])) if asset is not None else {}
        if asset not in pairs:
            return None
        of_asset = select(VERSION.c.id).order_by(VERSION.c.id)
        new, old = (
            tuple(connection.execute(of_asset.where(VERSION.c.asset_id == side)).scalars())
            for side in (asset, pairs[asset])
        )
        return cls(new, old)


class CompareHandler:
    """Compares one provisional asset. Idempotent; what it finds holds while both assets have the same versions."""

    def __init__(self, database: Database, carrying: CarryService) -> None:
        self._db = database
        self._carrying = carrying

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler. The result `is_same` is None while proxies or their signatures are to come."""
        assert item.subject.version is not None
        with self._db.read() as connection:
            sides = _Sides.of(connection, item.subject.version)
            if sides is None:
                return {}
            mine, theirs = footage_of(connection, sides.new), footage_of(connection, sides.old)
        same: bool | None = bool(mine) and any(is_same(one, mine[-1]) for one in reversed(theirs))
        if not same:
            same = self._by_frames(sides)
        return {"is_same": same, "versions": [list(sides.new), list(sides.old)]}

    def _by_frames(self, sides: _Sides) -> bool | None:
        """Whether the newest version shows the same as one of the old asset; None: it is not known yet."""
        new, is_pending = sides.new[-1], False
        for old in reversed(sides.old):
            with self._db.read() as connection:
                without = [one for one in (new, old) if not has_proxy(connection, one)]
                if without:
                    is_pending |= is_to_come(connection, without, (PROXY,))
                    continue
                names = sha1s(connection, (new, old))
            try:
                found = self._carrying.aligned_tracks(SYSTEM, names[new], names[old])
            except (NotFound, InvalidInput):  # no signatures can be made, or the one is sound
                continue
            if found is None:
                is_pending = True
            elif is_same_by_frames(found.alignment, found.first, found.second):
                return True
        return None if is_pending else False

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """See WorkHandler."""
        assert item.subject.version is not None
        pair = lock_pair_of(connection, item.subject.version)
        if pair is None or result.get("is_same") is None:
            return
        if result["versions"] != [list(pair.new.versions), list(pair.old.versions)]:
            return  # the next sweep requests another comparison
        now = database_time(connection)
        if result["is_same"]:
            merge_pair(connection, self._db, OperationKind.FOOTAGE, pair, now)
        else:
            settle_with_event(connection, pair.new.id, now)
