"""The SQL of the facet index: the only writer of its tables.

One transaction refreshes what some marks are about (`dampipe/kernel/facets/dirty.py`): it reads the facts and the values
of these versions, compares their keys with those that they had, and rewrites the chunks of the keys that differ. Who
refreshes holds the row of `facet_state`, so that no two do so at a time, and revisions rise in the order of commits.
"""

import json
import struct
from array import array
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.keys import EVERY, PLAN_VERSION, Key, Mode, mode_of, number_name, text_name
from dampipe.features.facets.postings import CHUNK_BITS
from dampipe.features.facets.tables import FACET_KEY, FACET_POSTING, FACET_STATE, FACET_VERSION
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.facets.dirty import (
    count_dirty,
    mark_selected_assets,
    mark_selected_versions,
    take_dirty,
)
from dampipe.kernel.field import MetadataField

BATCH = 4_000
"""Marks of one transaction."""
MOST_REMEMBERED = 1_000_000
"""Keys whose numbers a process remembers."""

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
            found = self._keys_of(connection, fields, versions)
            met = self._numbers(connection, {key for keys in found.values() for key in keys})
            had = self._forward(connection, versions)
            has = {version: frozenset(met[key] for key in keys) for version, keys in found.items()}
            changed = {version for version in versions if had.get(version) != has.get(version)}
            if self._post(connection, changed, had, has, state.revision + 1):
                connection.execute(update(FACET_STATE).values(revision=state.revision + 1))
            self._save_forward(connection, changed, has)
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
            mark_selected_versions(connection, select(VERSION.c.id))
        else:
            mark_selected_assets(
                connection, select(VALUE.c.asset_id).where(VALUE.c.field.in_(differ)).distinct()
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

    def _keys_of(
        self, connection: Connection, fields: Mapping[str, MetadataField], versions: Sequence[int]
    ) -> dict[int, set[Key]]:
        """The keys that versions have now, of those that exist."""
        facts = [one for one in fields.values() if one.column is not None]
        columns = [one.column.label(f"fact{n}") for n, one in enumerate(facts) if one.column is not None]
        query: Select[Any] = select(VERSION.c.id, VERSION.c.asset_id, *columns)
        assets: dict[int, int] = {}
        found: dict[int, set[Key]] = {}
        modes = [(one.key, mode_of(one), Key(one.key, "")) for one in facts]
        made: dict[tuple[str, Any], Key | None] = {}
        for row in connection.execute(query.where(in_ids(self._db, VERSION.c.id, versions))):
            assets[row[0]] = row[1]
            found[row[0]] = keys = {EVERY}
            for (key, mode, present), content in zip(modes, row[2:], strict=True):
                if content is None:
                    continue
                keys.add(present)
                if (key, content) not in made:
                    name = fact_name(mode, content)
                    made[key, content] = None if name is None else Key(key, name)
                if (one := made[key, content]) is not None:
                    keys.add(one)
        of_assets = self._values_of(connection, fields, sorted(set(assets.values())))
        for version, asset in assets.items():
            found[version] |= of_assets.get(asset, set())
        return found

    def _values_of(
        self, connection: Connection, fields: Mapping[str, MetadataField], assets: Sequence[int]
    ) -> dict[int, set[Key]]:
        columns = (
            VALUE.c.asset_id, VALUE.c.field, VALUE.c.folded, VALUE.c.number, VALUE.c.term_id,
            VALUE.c.linked_id,
        )  # fmt: skip
        modes = {key: mode_of(one) for key, one in fields.items() if not one.is_fact}
        query = select(*columns).where(in_ids(self._db, VALUE.c.asset_id, assets), VALUE.c.is_effective)
        present = {key: Key(key, "") for key in modes}
        found: dict[int, set[Key]] = {}
        made: dict[tuple[Any, ...], Key | None] = {}
        for asset, *said in connection.execute(query):
            key = said[0]
            if key not in modes:  # its field was removed, and its values kept
                continue
            of_asset = found.setdefault(asset, set())
            of_asset.add(present[key])
            value = tuple(said)
            if value not in made:
                name = value_name(modes[key], *said[1:])
                made[value] = None if name is None else Key(key, name)
            if (one := made[value]) is not None:
                of_asset.add(one)
        return found

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

    def _forward(self, connection: Connection, versions: Sequence[int]) -> dict[int, frozenset[int]]:
        """The keys that versions had."""
        mine = in_ids(self._db, FACET_VERSION.c.version_id, versions)
        query = select(FACET_VERSION.c.version_id, FACET_VERSION.c.key_ids).where(mine)
        return {row[0]: frozenset(unpacked(row[1])) for row in connection.execute(query)}

    def _save_forward(
        self,
        connection: Connection,
        changed: Collection[int],
        has: Mapping[int, Collection[int]],
    ) -> None:
        """Keep which keys versions have."""
        if not changed:
            return
        known = in_ids(self._db, FACET_VERSION.c.version_id, sorted(changed))
        connection.execute(delete(FACET_VERSION).where(known))
        rows = [(one, packed(has[one])) for one in sorted(changed) if one in has]
        self._db.insert_many(connection, FACET_VERSION, ("version_id", "key_ids"), rows)

    def _post(
        self,
        connection: Connection,
        changed: Collection[int],
        had: Mapping[int, frozenset[int]],
        has: Mapping[int, frozenset[int]],
        revision: int,
    ) -> bool:
        """Rewrite the chunks of keys that versions have now and had not, or the other way; returns whether any."""
        nothing: frozenset[int] = frozenset()
        by_chunk: dict[int, dict[int, tuple[list[int], list[int]]]] = {}
        for version in changed:
            before, after = had.get(version, nothing), has.get(version, nothing)
            keys = by_chunk.setdefault(version >> CHUNK_BITS, {})
            for key in after - before:
                keys.setdefault(key, ([], []))[0].append(version)
            for key in before - after:
                keys.setdefault(key, ([], []))[1].append(version)
        for chunk, keys in by_chunk.items():
            if not keys:
                continue
            mine = (FACET_POSTING.c.chunk == chunk, in_ids(self._db, FACET_POSTING.c.key_id, sorted(keys)))
            stored = select(FACET_POSTING.c.key_id, FACET_POSTING.c.numbers).where(*mine)
            present = {row[0]: AssetSet.deserialize(bytes(row[1])) for row in connection.execute(stored)}
            rows = []
            for key, (added, removed) in keys.items():
                numbers = (present.get(key, NONE) | AssetSet(added)) - AssetSet(removed)
                rows.append((key, chunk, revision, numbers.serialize()))
            connection.execute(delete(FACET_POSTING).where(*mine))
            # An empty set stays, so that those who remember the key learn of it.
            columns = ("key_id", "chunk", "revision", "numbers")
            self._db.insert_many(connection, FACET_POSTING, columns, rows)
        return any(by_chunk.values())


def value_name(
    mode: Mode, folded: str | None, number: float | None, term: int | None, linked: int | None
) -> str | None:
    """The name of the key of a value; None: it has none."""
    match mode:
        case Mode.TEXT if folded is not None:
            return text_name(folded)
        case Mode.TERM if term is not None:
            return str(term)
        case Mode.ASSET if linked is not None:
            return str(linked)
        case Mode.NUMBER | Mode.SPAN | Mode.MONTH if number is not None:
            return number_name(mode, number)
        case _:
            return None


def fact_name(mode: Mode, content: Any) -> str | None:
    """The name of the key of a fact; None: it has none."""
    match mode:
        case Mode.TEXT:
            return text_name(content) if isinstance(content, str) else None
        case Mode.NUMBER | Mode.SPAN | Mode.MONTH:
            number = float(content)
            return number_name(mode, number) if isfinite(number) else None
        case _:
            return None


def packed(numbers: Collection[int]) -> bytes:
    """Numbers of keys as they are stored."""
    return struct.pack(f"<{len(numbers)}I", *sorted(numbers))


def unpacked(stored: bytes) -> Sequence[int]:
    """The numbers that `packed` stored."""
    return array("I", bytes(stored)) if _IS_LITTLE else struct.unpack(f"<{len(stored) // 4}I", stored)


_IS_LITTLE = struct.pack("=H", 1) == struct.pack("<H", 1)
