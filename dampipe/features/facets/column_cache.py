"""The columns of the facet index, in memory, brought up to date block by block; and what asks for them."""

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from dampipe.features.facets.columns import Column, replaced_blocks
from dampipe.features.facets.tables import FACET_STATE, FACET_TEXT

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Known(NamedTuple):
    """A column as it was at one time."""

    epoch: int
    revision: int
    """Of the index when it was read. Arrays of one epoch and revision belong together."""
    entries: "NDArray[Any]"
    """By the numbers of versions; the same object as long as nothing in it has changed."""


class ColumnCache:
    """The columns of one catalogue, read when they are first asked for. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Known] = {}

    def read(self, connection: Connection, column: Column) -> Known:
        """A column as it is now."""
        import numpy as np

        state = connection.execute(select(FACET_STATE.c.revision, FACET_STATE.c.epoch)).one()
        with self._lock:
            kept = self._kept.get(column.field)
        if kept is None or kept.epoch != state.epoch:
            kept = Known(state.epoch, -1, np.zeros(0, column.dtype))
        if kept.revision < state.revision:
            mine = (FACET_TEXT.c.field == column.field, FACET_TEXT.c.revision > kept.revision)
            rows = connection.execute(select(FACET_TEXT.c.block, FACET_TEXT.c.texts).where(*mine))
            changed = [(row[0], bytes(row[1])) for row in rows]
            kept = Known(state.epoch, state.revision, replaced_blocks(column, kept.entries, changed))
            with self._lock:
                self._kept[column.field] = kept
        return kept
