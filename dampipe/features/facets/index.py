"""The facet index of one catalogue: refreshed by who reads it, and by the sweep."""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.column_cache import ColumnCache, Known
from dampipe.features.facets.columns import OWNER, Column
from dampipe.features.facets.keys import Key
from dampipe.features.facets.owners import Owners
from dampipe.features.facets.postings import FieldPostings, PostingCache
from dampipe.features.facets.queries import BATCH, FacetRepository
from dampipe.features.facets.text_cache import TextCache
from dampipe.features.facets.texts import Block
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids

BY_READERS = 20_000
"""Marks up to which a reader refreshes the index; with more, it answers without, and the sweep refreshes it."""

LOOKED_UP = 500
"""Assets or versions that SQL looks up one by one, faster than the index is asked whether it is up to date."""


@dataclass(frozen=True)
class _Memory:
    """What this process remembers of the index of one catalogue."""

    cache: PostingCache = field(default_factory=PostingCache)
    texts: TextCache = field(default_factory=TextCache)
    columns: ColumnCache = field(default_factory=ColumnCache)
    keys: dict[Key, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Of refreshes: threads wait here, and not for the database."""


_MEMORIES: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()
_MAKING = threading.Lock()


class FacetIndex:
    """Thread-safe; all of one Database share what they remember. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database
        with _MAKING:
            memory = _MEMORIES.setdefault(database, _Memory())
        self._cache, self._texts, self._columns = memory.cache, memory.texts, memory.columns
        self._lock = memory.lock
        self._repository = FacetRepository(database, memory.keys)

    def refresh(self, most: int | None = None) -> bool:
        """Read again what is dirty; returns whether nothing is left.

        most: where there are more marks than that, nothing is done; None: any number.
        """
        limit = 1 if most is None else most + 1
        while True:
            with self._db.read() as connection:
                waiting = self._repository.waiting(connection, limit)
            if waiting.is_planned and not waiting.marks:
                return True
            if most is not None and waiting.marks > most:
                return False
            with self._lock:
                self._repository.refresh_batch()

    def refresh_some(self, most: int) -> int:
        """Read again about `most` marks; returns how many."""
        done = 0
        while done < most:
            with self._db.read() as connection:
                waiting = self._repository.waiting(connection, 1)
            if waiting.is_planned and not waiting.marks:
                break
            with self._lock:
                done += self._repository.refresh_batch(min(BATCH, most - done))
            self._db.give_way()
        return done

    def clear(self) -> None:
        """Empty the index: the next refresh builds it again."""
        self._repository.clear()

    def waiting(self, most: int) -> int:
        """How many marks wait; counts up to `most`."""
        with self._db.read() as connection:
            return self._repository.waiting(connection, most).marks

    def read(self, connection: Connection, fields: Collection[str]) -> dict[str, FieldPostings]:
        """What is known of fields, by key. The field "" holds all versions."""
        return self._cache.read(connection, fields)

    def texts(self, connection: Connection, field: str) -> Iterable[Block]:
        """The texts of a field of the mode `column`."""
        return self._texts.read(connection, field)

    def owners(self, connection: Connection) -> Owners:
        """Which asset each version is of."""
        return Owners(self.column(connection, OWNER).entries)

    def column(self, connection: Connection, column: Column) -> Known:
        """What a column has for all versions."""
        return self._columns.read(connection, column)

    def versions_of(self, assets: AssetSet) -> AssetSet:
        """All versions of assets, as the catalogue has them now."""
        if len(assets) > LOOKED_UP and self.refresh(BY_READERS):
            with self._db.read() as connection:
                return self.owners(connection).versions_of(assets)
        return self._numbers(VERSION.c.id, VERSION.c.asset_id, assets)

    def assets_of(self, versions: AssetSet) -> AssetSet:
        """The assets of versions, as the catalogue has them now."""
        if len(versions) > LOOKED_UP and self.refresh(BY_READERS):
            with self._db.read() as connection:
                return self.owners(connection).assets_of(versions)
        return self._numbers(VERSION.c.asset_id, VERSION.c.id, versions)

    def _numbers(self, wanted: ColumnElement[int], column: ColumnElement[int], numbers: AssetSet) -> AssetSet:
        if not numbers:
            return NONE
        with self._db.read() as connection:
            mine = in_ids(self._db, column, numbers)
            return AssetSet.from_numpy(read_ids(self._db, connection, wanted, mine))
