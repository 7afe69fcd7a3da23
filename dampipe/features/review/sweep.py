"""The share of comments in a sweep: they are carried to a version that became current, and an event says so."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from dampipe.features.alignment.model import Fate
from dampipe.features.review.carrying import Carrier
from dampipe.features.review.events import CommentsCarried
from dampipe.features.review.queries import anchored, due_carries, finish_carry, postpone_carry
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event

ASSETS = 50
"""Assets that are looked at in one call."""
SECONDS = 1.0
"""After which a sweep leaves the rest to the next one."""
FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0
"""Seconds until an asset is looked at again, whose proxies or signatures are still to come: as long as it has waited."""


class CarrySweep:
    """Has versions aligned to which comments are to be carried."""

    def __init__(self, database: Database, carrier: Carrier) -> None:
        self._db = database
        self._carrier = carrier

    def __call__(self) -> Mapping[str, int]:
        """Look at assets that are due; returns of how many it is known now where the comments are, if of any."""
        until, done = time.monotonic() + SECONDS, 0
        with self._db.read() as connection:
            rows = due_carries(connection, ASSETS)
        for row in rows:
            done += self._carry(row)
            if time.monotonic() > until:
                break
        return {"comments_carried": done} if done else {}

    def _carry(self, row: Row[Any]) -> int:
        with self._db.read() as connection:
            comments = anchored(connection, row.asset_id)
        places = self._carrier.places(comments, {one.id: one.to for one in comments})
        fates = [place.fate for place in places.values()]
        if Fate.PENDING in fates:
            for source, target in {(one.version_id, one.to) for one in comments}:
                self._carrier.ensure(source, target)
            with self._db.write() as connection:
                waited = max(FIRST_DELAY, min(LONGEST_DELAY, row.next_at - row.since))
                postpone_carry(connection, row, waited)
            return 0
        with self._db.write() as connection:
            if not finish_carry(connection, row) or not comments:
                return 0
            payload = CommentsCarried(carried=fates.count(Fate.CARRIED), gone=fates.count(Fate.GONE))
            record_event(connection, payload, actor=WORKER, asset=row.asset_id, sha1=comments[0].sha1)
        return 1
