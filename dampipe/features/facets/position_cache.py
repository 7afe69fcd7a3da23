"""The positions of the facet index, in memory, brought up to date block by block."""

import threading

from sqlalchemy import Connection, select

from dampipe.features.facets.positions import FIELD, Positions
from dampipe.features.facets.tables import FACET_STATE, FACET_TEXT


class PositionCache:
    """The positions of one catalogue, read when they are first asked for: 24 bytes for each. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[int, int, Positions] | None = None
        """The epoch and the revision of the index, and the positions as they were then."""

    def read(self, connection: Connection) -> Positions:
        """The positions as they are now."""
        state = connection.execute(select(FACET_STATE.c.revision, FACET_STATE.c.epoch)).one()
        with self._lock:
            kept = self._kept
        if kept is None or kept[0] != state.epoch:
            kept = state.epoch, -1, Positions()
        _, revision, positions = kept
        if revision < state.revision:
            mine = (FACET_TEXT.c.field == FIELD, FACET_TEXT.c.revision > revision)
            rows = connection.execute(select(FACET_TEXT.c.block, FACET_TEXT.c.texts).where(*mine))
            positions = positions.replaced((row[0], bytes(row[1])) for row in rows)
            with self._lock:
                self._kept = state.epoch, state.revision, positions
        return positions
