"""The owners of the facet index, in memory, brought up to date block by block; and what asks for them."""

import threading

from sqlalchemy import Connection, select

from dampipe.features.facets.owners import FIELD, Owners
from dampipe.features.facets.tables import FACET_STATE, FACET_TEXT


class OwnerCache:
    """The owners of one catalogue, read when they are first asked for: 4 bytes a version. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = (-1, -1, Owners())
        """The epoch and the revision of the index, and the owners as they were then."""

    def read(self, connection: Connection) -> Owners:
        """The owners as they are now."""
        state = connection.execute(select(FACET_STATE.c.revision, FACET_STATE.c.epoch)).one()
        with self._lock:
            epoch, revision, owners = self._kept
        if epoch != state.epoch:
            revision, owners = -1, Owners()
        if revision < state.revision:
            mine = (FACET_TEXT.c.field == FIELD, FACET_TEXT.c.revision > revision)
            rows = connection.execute(select(FACET_TEXT.c.block, FACET_TEXT.c.texts).where(*mine))
            owners = owners.replaced((row[0], bytes(row[1])) for row in rows)
            with self._lock:
                self._kept = state.epoch, state.revision, owners
        return owners
