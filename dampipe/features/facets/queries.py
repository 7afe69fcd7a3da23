"""The SQL of the facet index: the only writer of its tables.

One transaction refreshes what some marks are about (`dampipe/kernel/facets/dirty.py`): it reads the facts and the values
of these versions, compares their keys with those that they had, and rewrites the chunks of the keys that differ, and the
blocks of the texts that do. It works on arrays: a library of a million has sixty million pairs of a version and a key.
Who refreshes holds the row of `facet_state`, so that no two do so at a time, and revisions rise in the order of commits.
"""

import json
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.columns import COLUMNS, Column, pack_column
from dampipe.features.facets.contents import Contents, read_contents
from dampipe.features.facets.keys import PLAN_VERSION, Key, mode_of
from dampipe.features.facets.postings import CHUNK_BITS
from dampipe.features.facets.tables import FACET_KEY, FACET_POSTING, FACET_STATE, FACET_TEXT, FACET_VERSION
from dampipe.features.facets.texts import BLOCK_BITS, block_of, pack, texts_of, unpack
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.facets.dirty import (
    count_dirty,
    drop_marks,
    mark_selected_assets,
    mark_selected_versions,
    take_dirty,
)
from dampipe.kernel.field import MetadataField

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

BATCH = 16_384
"""Marks of one transaction, which takes a second: a quarter of a chunk where all versions are marked."""
_KEY_BITS = 32
_KEY_MASK = (1 << _KEY_BITS) - 1
"""A version and a key that it has are one number of 63 bits here."""
MOST_REMEMBERED = 1_000_000
"""Keys whose numbers a process remembers."""

_NO_TEXTS = {column.field for column in COLUMNS}
_BLOCK = ("field", "block", "revision", "texts")
_STATE = select(FACET_STATE.c.plan)
_LOCKED = select(FACET_STATE.c.plan, FACET_STATE.c.revision).with_for_update()


def plan_of(fields: Mapping[str, MetadataField]) -> str:
    """How fields are indexed, as it is stored."""
    modes = {key: f"{'fact' if one.is_fact else 'value'} {mode_of(one)}" for key, one in fields.items()}
    return json.dumps({"version": PLAN_VERSION, "fields": modes}, sort_keys=True)


@dataclass(frozen=True)
class Waiting:
    """What the index has still to read."""

    marks: int
    """Counted up to a limit only."""
    is_planned: bool
    """Whether the fields are indexed as they are declared now."""


class FacetRepository:
    """The facet index of one catalogue, as it is stored."""

    def __init__(self, database: Database, keys: dict[Key, int] | None = None) -> None:
        """keys: numbers of keys by field and name, remembered: no key ever gets another."""
        self._db = database
        self._keys = {} if keys is None else keys

    def waiting(self, connection: Connection, most: int) -> Waiting:
        """What has to be read again; counts up to `most` marks."""
        plan = connection.execute(_STATE).scalar_one()
        is_planned = plan == plan_of(library_fields(connection))
        return Waiting(count_dirty(connection, most), is_planned)

    def clear(self) -> None:
        """Empty the index, so that it is built again."""
        with self._db.write() as connection:
            connection.execute(_LOCKED)
            connection.execute(delete(FACET_POSTING))
            connection.execute(delete(FACET_VERSION))
            connection.execute(delete(FACET_TEXT))
            drop_marks(connection)  # the first refresh marks all versions
            epoch = FACET_STATE.c.epoch + 1
            connection.execute(update(FACET_STATE).values(plan="", epoch=epoch))

    def refresh_batch(self, most: int = BATCH) -> int:
        """Refresh the index for up to `most` marks, in one transaction; returns how many."""
        met: dict[Key, int] = {}
        with self._db.write() as connection:
            state = connection.execute(_LOCKED).one()
            fields = library_fields(connection)
            self._plan(connection, state.plan, fields)
            marked = take_dirty(connection, self._db, most)
            if not marked.marks:
                return 0
            versions = self._versions(connection, marked.assets, marked.versions)
            contents = read_contents(self._db, connection, fields, versions)
            met = self._numbers(connection, contents.keys.keys())
            has = pairs_of(contents, met)
            had = self._forward(connection, versions)
            revision = state.revision + 1
            is_changed = self._post(connection, had, has, revision)
            for column in COLUMNS:
                is_changed |= self._save_column(connection, column, versions, contents, revision)
            if self._save_texts(connection, versions, contents.texts, revision) or is_changed:
                connection.execute(update(FACET_STATE).values(revision=revision))
        if len(self._keys) > MOST_REMEMBERED:
            self._keys.clear()
        self._keys.update(met)
        return marked.marks

    def _plan(self, connection: Connection, stored: str, fields: Mapping[str, MetadataField]) -> None:
        """Mark what has to be read again because fields are indexed in another way than before."""
        plan = plan_of(fields)
        if plan == stored:
            return
        old = json.loads(stored) if stored else {"version": None, "fields": {}}
        before, after = old["fields"], json.loads(plan)["fields"]
        differ = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        are_facts = any("fact" in f"{before.get(key)} {after.get(key)}" for key in differ)
        if old["version"] != PLAN_VERSION or are_facts:
            # In their order: marks are taken as they were made, and neighbours share chunks and blocks.
            mark_selected_versions(connection, select(VERSION.c.id).order_by(VERSION.c.id))
        else:
            mark_selected_assets(
                connection,
                select(VALUE.c.asset_id)
                .where(VALUE.c.field.in_(differ))
                .distinct()
                .order_by(VALUE.c.asset_id),
            )
        connection.execute(update(FACET_STATE).values(plan=plan))

    def _versions(
        self, connection: Connection, assets: Collection[int], versions: Collection[int]
    ) -> list[int]:
        """The versions that are to be read again. One that an asset had, and has no more, is another's, which is
        marked as well, or was deleted, and is marked itself."""
        mine = in_ids(self._db, VERSION.c.asset_id, sorted(assets))
        of_assets = connection.execute(select(VERSION.c.id).where(mine)).scalars() if assets else ()
        return sorted({*versions, *of_assets})

    def _numbers(self, connection: Connection, keys: Set[Key]) -> dict[Key, int]:
        """The numbers of keys by field and name; new ones get one."""
        found = {key: self._keys[key] for key in keys if key in self._keys}
        missing: dict[str, set[str]] = {}
        for name, one in keys - found.keys():
            missing.setdefault(name, set()).add(one)
        for name, wanted in missing.items():
            stored = self._stored(connection, name, sorted(wanted))
            new = [(name, one) for one in sorted(wanted - stored.keys())]
            if new:
                self._db.insert_many(connection, FACET_KEY, ("field", "name"), new)
                stored |= self._stored(connection, name, [one for _, one in new])
            found |= {Key(name, one): number for one, number in stored.items()}
        return found

    def _stored(self, connection: Connection, key: str, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for first in range(0, len(names), 500):
            mine = (FACET_KEY.c.field == key, FACET_KEY.c.name.in_(names[first : first + 500]))
            rows = connection.execute(select(FACET_KEY.c.name, FACET_KEY.c.id).where(*mine))
            found |= {row[0]: row[1] for row in rows}
        return found

    def _forward(self, connection: Connection, versions: Sequence[int]) -> "NDArray[np.int64]":
        """The keys that versions had, as pairs."""
        import numpy as np

        mine = in_ids(self._db, FACET_VERSION.c.version_id, versions)
        query = select(FACET_VERSION.c.version_id, FACET_VERSION.c.key_ids).where(mine)
        rows = connection.execute(query).all()
        keys = np.frombuffer(b"".join(bytes(row[1]) for row in rows), "<u4").astype(np.int64)
        counts = np.array([len(row[1]) // 4 for row in rows], np.int64)
        of_keys = np.repeat(np.array([row[0] for row in rows], np.int64), counts)
        return np.sort(of_keys << _KEY_BITS | keys)

    def _post(
        self, connection: Connection, had: "NDArray[np.int64]", has: "NDArray[np.int64]", revision: int
    ) -> bool:
        """Rewrite what differs: the chunks of keys, and which keys versions have; returns whether anything did."""
        import numpy as np

        added = has[~np.isin(has, had, assume_unique=True)] if had.size else has
        removed = had[~np.isin(had, has, assume_unique=True)]
        changed = _distinct(np.sort(np.concatenate([added, removed]) >> _KEY_BITS))
        if not changed.size:
            return False
        self._save_forward(connection, changed, has)
        additions, removals = _by_chunk(added), _by_chunk(removed)
        keys_of_chunks: dict[int, list[int]] = {}
        for chunk, key in additions.keys() | removals.keys():
            keys_of_chunks.setdefault(chunk, []).append(key)
        for chunk, keys in keys_of_chunks.items():
            mine = (FACET_POSTING.c.chunk == chunk, in_ids(self._db, FACET_POSTING.c.key_id, sorted(keys)))
            stored = select(FACET_POSTING.c.key_id, FACET_POSTING.c.numbers).where(*mine)
            present = {row[0]: AssetSet.deserialize(bytes(row[1])) for row in connection.execute(stored)}
            rows = []
            for key in sorted(keys):
                numbers = present.get(key, NONE) | additions.get((chunk, key), NONE)
                if (chunk, key) in removals:
                    numbers -= removals[chunk, key]
                rows.append((key, chunk, revision, numbers.serialize()))
            if present:
                connection.execute(delete(FACET_POSTING).where(*mine))
            # An empty set stays, so that those who remember the key learn of it.
            columns = ("key_id", "chunk", "revision", "numbers")
            self._db.insert_many(connection, FACET_POSTING, columns, rows)
        return True

    def _save_forward(
        self, connection: Connection, changed: "NDArray[np.int64]", has: "NDArray[np.int64]"
    ) -> None:
        """Keep which keys versions have. changed: these versions; has: pairs of them, and of others."""
        import numpy as np

        known = in_ids(self._db, FACET_VERSION.c.version_id, changed.tolist())
        connection.execute(delete(FACET_VERSION).where(known))
        begins = (4 * np.searchsorted(has, changed << _KEY_BITS)).tolist()
        ends = (4 * np.searchsorted(has, (changed + 1) << _KEY_BITS)).tolist()
        keys = (has & _KEY_MASK).astype("<u4").tobytes()
        places = zip(changed.tolist(), begins, ends, strict=True)
        rows = [(version, keys[begin:end]) for version, begin, end in places if begin < end]
        self._db.insert_many(connection, FACET_VERSION, ("version_id", "key_ids"), rows)

    def _save_texts(
        self,
        connection: Connection,
        versions: Sequence[int],
        texts: Mapping[str, Sequence[tuple[int, bytes]]],
        revision: int,
    ) -> bool:
        """Rewrite the blocks of texts in which those of versions differ; returns whether there are any.

        texts: all that these versions have now, by field.
        """
        given: dict[tuple[str, int], list[tuple[int, bytes]]] = {}
        for key, of_field in texts.items():
            for one in of_field:
                given.setdefault((key, block_of(one[0])), []).append(one)
        blocks = sorted({block_of(version) for version in versions})
        # By the fields, too, which come first in the key: else all blocks would be read.
        fields = {*texts, *connection.execute(select(FACET_TEXT.c.field).distinct()).scalars()} - _NO_TEXTS
        mine = and_(FACET_TEXT.c.field.in_(sorted(fields)), in_ids(self._db, FACET_TEXT.c.block, blocks))
        stored = select(FACET_TEXT.c.field, FACET_TEXT.c.block, FACET_TEXT.c.texts).where(mine)
        known = {(row[0], row[1]): bytes(row[2]) for row in connection.execute(stored)}
        replaced = set(versions)
        rows = []
        for key, block in sorted(given.keys() | known.keys()):
            new = list(given.get((key, block), ()))
            old = known.get((key, block))
            if old is not None:
                new += [one for one in texts_of(unpack(block, old)) if one[0] not in replaced]
            packed = pack(new)
            if packed != old:
                rows.append((key, block, revision, packed))
        for key in {row[0] for row in rows if row[:2] in known}:
            self._drop_blocks(connection, key, [row[1] for row in rows if row[0] == key])
        # An empty block stays, as an empty set does.
        self._db.insert_many(connection, FACET_TEXT, _BLOCK, rows)
        return bool(rows)

    def _save_column(
        self,
        connection: Connection,
        column: Column,
        versions: Sequence[int],
        contents: Contents,
        revision: int,
    ) -> bool:
        """Rewrite the blocks of a column in which a version has something else than before; returns whether any has."""
        import numpy as np

        gone = np.array(versions, np.int64)  # ascending
        present, values = contents.column(column)
        blocks = _distinct(gone >> BLOCK_BITS)
        mine = (FACET_TEXT.c.field == column.field, in_ids(self._db, FACET_TEXT.c.block, blocks.tolist()))
        stored = connection.execute(select(FACET_TEXT.c.block, FACET_TEXT.c.texts).where(*mine))
        known = {row[0]: bytes(row[1]) for row in stored}
        rows = []
        for block in blocks.tolist():
            first, after = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
            here = slice(*np.searchsorted(present, (first, after)))
            old = known.get(block)
            replaced = gone[slice(*np.searchsorted(gone, (first, after)))]
            packed = pack_column(column, block, old, replaced, present[here], values[here])
            if packed != old:
                rows.append((column.field, block, revision, packed))
        self._drop_blocks(connection, column.field, [row[1] for row in rows if row[1] in known])
        self._db.insert_many(connection, FACET_TEXT, _BLOCK, rows)
        return bool(rows)

    def _drop_blocks(self, connection: Connection, field: str, blocks: Sequence[int]) -> None:
        mine = (FACET_TEXT.c.field == field, in_ids(self._db, FACET_TEXT.c.block, blocks))
        connection.execute(delete(FACET_TEXT).where(*mine))


def pairs_of(contents: Contents, numbers: Mapping[Key, int]) -> "NDArray[np.int64]":
    """All pairs of a version and the number of a key that it has, as one number each, ascending, each pair once."""
    import numpy as np

    if not contents.pairs:
        return np.empty(0, np.int64)
    of_keys = np.array([numbers[key] for key in contents.keys], np.int64)
    pairs = np.concatenate([which << _KEY_BITS | of_keys[keys] for which, keys in contents.pairs])
    pairs.sort()
    return _distinct(pairs)


def _distinct(ascending: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Each number once: `numpy.unique` makes a hash table first, which takes 20 times as long."""
    import numpy as np

    return (
        ascending[np.concatenate([[True], ascending[1:] != ascending[:-1]])] if ascending.size else ascending
    )


def _by_chunk(pairs: "NDArray[np.int64]") -> dict[tuple[int, int], AssetSet]:
    """The versions of pairs by chunk and key."""
    import numpy as np

    if not pairs.size:
        return {}
    by_key = np.sort((pairs & _KEY_MASK) << _KEY_BITS | pairs >> _KEY_BITS)
    groups = by_key >> CHUNK_BITS
    begins = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    versions = by_key & _KEY_MASK
    parts = zip(groups[begins].tolist(), np.split(versions, begins[1:]), strict=True)
    chunk_of = (1 << _KEY_BITS - CHUNK_BITS) - 1
    return {
        (group & chunk_of, group >> _KEY_BITS - CHUNK_BITS): AssetSet.from_numpy(part)
        for group, part in parts
    }
