"""The blocks of texts of the facet index, in memory: brought up to date block by block."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from dampipe.features.facets.tables import FACET_STATE, FACET_TEXT
from dampipe.features.facets.texts import Block, unpack

MOST_BYTES = 512 * 2**20
"""Bytes of texts that one process keeps. A field with more is read from the catalogue whenever it is asked for."""


class _FieldTexts(NamedTuple):
    """The blocks of one field, as they were at one revision."""

    revision: int = -1
    blocks: Mapping[int, Block] = {}

    @property
    def size(self) -> int:
        """Bytes, about."""
        return sum(len(one.content) + 16 * len(one.versions) for one in self.blocks.values())


class TextCache:
    """The texts of fields, read when they are first asked for. Thread-safe."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._epoch = -1
        self._fields: OrderedDict[str, _FieldTexts] = OrderedDict()

    def read(self, connection: Connection, field: str) -> Iterable[Block]:
        """The blocks of a field as they are now."""
        state = connection.execute(select(FACET_STATE.c.revision, FACET_STATE.c.epoch)).one()
        with self._lock:
            if state.epoch != self._epoch:
                self._fields.clear()
                self._epoch = state.epoch
            known = self._fields.get(field, _FieldTexts())
        if known.revision < state.revision:
            mine = FACET_TEXT.c.field == field
            if known.revision < 0:
                stored = select(func.sum(func.length(FACET_TEXT.c.texts))).where(mine)
                if (connection.execute(stored).scalar() or 0) > self._most:
                    return _blocks(connection, field, -1)
            changed = dict(_numbered(connection, field, known.revision))
            known = _FieldTexts(state.revision, {**known.blocks, **changed})
        with self._lock:
            if state.epoch == self._epoch:
                self._fields[field] = known
                self._fields.move_to_end(field)
                self._forget(field)
        return known.blocks.values()

    def _forget(self, keep: str) -> None:
        total = sum(one.size for one in self._fields.values())
        for name in list(self._fields):
            if total <= self._most:
                return
            if name != keep:
                total -= self._fields.pop(name).size


def _blocks(connection: Connection, field: str, since: int) -> Iterable[Block]:
    return (block for _, block in _numbered(connection, field, since))


def _numbered(connection: Connection, field: str, since: int) -> Iterable[tuple[int, Block]]:
    """The blocks that were written after a revision, one by one, with their numbers."""
    mine = (FACET_TEXT.c.field == field, FACET_TEXT.c.revision > since)
    rows: Any = connection.execute(select(FACET_TEXT.c.block, FACET_TEXT.c.texts).where(*mine))
    return ((row[0], unpack(row[0], bytes(row[1]))) for row in rows)
