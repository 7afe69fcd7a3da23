"""What the facet index knows, in memory: sets of versions by field and key, brought up to date chunk by chunk."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.facets.tables import FACET_KEY, FACET_POSTING, FACET_STATE
from dampipe.kernel.asset_set import NONE, AssetSet

CHUNK_BITS = 16
"""A chunk holds 2**16 numbers, as a container of a roaring bitmap does."""
MOST_BYTES = 512 * 2**20
"""Bytes of serialised sets that one process keeps; fields that were not asked for recently are forgotten first."""


@dataclass(frozen=True)
class FieldPostings:
    """The sets of one field, as they were at one revision."""

    revision: int = -1
    names: Mapping[str, int] = field(default_factory=dict)
    """Numbers of keys by their names."""
    sets: Mapping[int, AssetSet] = field(default_factory=dict)
    """Versions by the number of the key; none is empty."""
    size: int = 0
    """Bytes, about."""

    def named(self, name: str) -> AssetSet:
        """The versions that have the key of a name."""
        key = self.names.get(name)
        return NONE if key is None else self.sets.get(key, NONE)

    def present(self) -> Iterable[tuple[str, AssetSet]]:
        """Names of keys that versions have, with these."""
        return ((name, self.sets[key]) for name, key in self.names.items() if key in self.sets)


class PostingCache:
    """The postings of fields, read when they are first asked for. Thread-safe."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._epoch = -1
        self._fields: OrderedDict[str, FieldPostings] = OrderedDict()

    def read(self, connection: Connection, fields: Collection[str]) -> dict[str, FieldPostings]:
        """The postings of fields as they are now."""
        state = connection.execute(select(FACET_STATE.c.revision, FACET_STATE.c.epoch)).one()
        with self._lock:
            if state.epoch != self._epoch:
                self._fields.clear()
                self._epoch = state.epoch
            known = {name: self._fields.get(name, FieldPostings()) for name in fields}
            old = [name for name, one in known.items() if one.revision < state.revision]
            if old:
                fresh = [name for name in old if known[name].revision < 0]
                stale = [name for name in old if known[name].revision >= 0]
                changed = _read(connection, fresh, -1) if fresh else {}
                if stale:
                    since = min(known[name].revision for name in stale)
                    changed |= _read(connection, stale, since)
                for name in old:
                    known[name] = _updated(known[name], changed.get(name, ()), state.revision)
            for name, one in known.items():
                self._fields[name] = one
                self._fields.move_to_end(name)
            self._forget(keep=fields)
            return known

    def _forget(self, keep: Collection[str]) -> None:
        total = sum(one.size for one in self._fields.values())
        for name in list(self._fields):
            if total <= self._most:
                return
            if name not in keep:
                total -= self._fields.pop(name).size


def _read(connection: Connection, fields: Collection[str], since: int) -> dict[str, list[Any]]:
    """The chunks of fields that were written after a revision, by field."""
    columns = (
        FACET_KEY.c.field, FACET_KEY.c.id, FACET_KEY.c.name, FACET_POSTING.c.chunk,
        FACET_POSTING.c.numbers,
    )  # fmt: skip
    joined = FACET_POSTING.join(FACET_KEY, FACET_KEY.c.id == FACET_POSTING.c.key_id)
    query = select(*columns).select_from(joined).where(FACET_KEY.c.field.in_(sorted(fields)))
    if since >= 0:
        query = query.where(FACET_POSTING.c.revision > since)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row[0], []).append(row)
    return found


def _updated(known: FieldPostings, rows: Iterable[Any], revision: int) -> FieldPostings:
    """Postings with some chunks replaced."""
    chunks: dict[int, dict[int, bytes]] = {}
    names, sets, size = dict(known.names), dict(known.sets), known.size
    for _, key, name, chunk, numbers in rows:
        if name not in names:
            names[name] = key
            size += 200  # of the name and the objects
        chunks.setdefault(key, {})[chunk] = numbers
    for key, new in chunks.items():
        parts = [AssetSet.deserialize(bytes(numbers)) for numbers in new.values()]
        before = sets.get(key)
        if before is not None:
            parts.append(without_chunks(before, new))
        after = AssetSet.union(parts)
        size += sum(map(len, new.values()))
        if after:
            sets[key] = after
        else:
            sets.pop(key, None)
    return FieldPostings(revision, names, sets, size)


def without_chunks(numbers: AssetSet, chunks: Iterable[int]) -> AssetSet:
    """The numbers that lie in none of the chunks."""
    spans = (AssetSet(range(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS)) for chunk in chunks)
    return numbers - AssetSet.union(spans)
