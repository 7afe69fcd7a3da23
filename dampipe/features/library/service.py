"""The use cases of the library as one list: its buckets, and any part of it."""

import threading
import time
from collections.abc import Callable, Hashable, Sequence

from sqlalchemy import select

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.library.errors import ASSET_NOT_LISTED, BUCKET_UNKNOWN, PLACE_TWICE
from dampipe.features.library.lists import Listed, Lists
from dampipe.features.library.marks import Marks
from dampipe.features.library.model import (
    AssetMarks,
    AssetPage,
    Bucket,
    Buckets,
    ListRequest,
    PageRequest,
    Sha1s,
)
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.search.filters import FilterResolver
from dampipe.kernel.access import READ, SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.visibility import View, Visibility


class LibraryService:
    """The library of one catalogue as lists. Any method may raise CatalogueDown, and what filters raise.

    Lists are those of the facet index. While that has more to read than a reader waits for, they are those of some
    minutes ago.
    """

    def __init__(
        self,
        database: Database,
        assets: AssetRepository,
        filters: FilterResolver,
        fields: LibraryFields,
        metadata: ValueRepository,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._assets = assets
        self._visibility = visibility
        self._filters = filters
        self._index = FacetIndex(database)
        self._lists = Lists(database, fields)
        self._marks = Marks(metadata, fields)
        self._pending = _Kept(ChangeTokens(database), lambda: assets.pending(True))

    def buckets(self, actor: Actor, request: ListRequest) -> Buckets:
        """How many assets are where. Raises InvalidInput (SORT_INVALID)."""
        require(actor, READ)
        listed, _ = self._read(actor, request)
        with self._db.read() as connection:
            labels = self._lists.labels(connection, request.group, listed)
        buckets = (
            Bucket(key=key, label=label, count=count)
            for key, label, count in zip(listed.keys, labels, listed.counts(), strict=True)
        )
        return Buckets(stamp=listed.stamp, total=len(listed.versions), buckets=tuple(buckets))

    def page(self, actor: Actor, request: PageRequest) -> AssetPage:
        """A part of a list. Raises InvalidInput (SORT_INVALID, PLACE_TWICE), NotFound (BUCKET_UNKNOWN, ASSET_NOT_LISTED,
        and what names of assets raise)."""
        require(actor, READ)
        listed, view = self._read(actor, request)
        first = self._first(listed, view, request)
        versions = listed.versions[first : first + request.limit].tolist()
        rows = self._assets.rows(versions)
        with self._db.read() as connection:
            marks = self._marks.of(connection, [row.asset_id for row in rows])
        return AssetPage(
            stamp=listed.stamp,
            total=len(listed.versions),
            first=first,
            assets=tuple(self._assets.videos(rows, view)),
            marks={row.sha1: marks[row.asset_id] for row in rows if row.asset_id in marks},
        )

    def marks(self, actor: Actor, sha1s: Sequence[str]) -> AssetMarks:
        """The ratings and labels of assets, by whole SHA-1s of any of their versions; what has none, or may not be
        seen, is left out."""
        require(actor, READ)
        found = self._assets.by_sha1(sha1s, self._visibility.of(actor))
        with self._db.read() as connection:
            marks = self._marks.of(connection, list(set(found.values())))
        return AssetMarks(marks={sha1: marks[asset] for sha1, asset in found.items() if asset in marks})

    def sha1s(self, actor: Actor, request: PageRequest, limit: int) -> Sha1s:
        """The SHA-1s of a part of a list. Raises what `page` raises."""
        require(actor, READ)
        listed, view = self._read(actor, request)
        first = self._first(listed, view, request)
        versions = listed.versions[first : first + limit].tolist()
        with self._db.read() as connection:
            mine = in_ids(self._db, VERSION.c.id, AssetSet(versions))
            found = dict(connection.execute(select(VERSION.c.id, VERSION.c.sha1).where(mine)).all())
        sha1s = tuple(found[one] for one in versions if one in found)
        return Sha1s(stamp=listed.stamp, total=len(listed.versions), first=first, sha1s=sha1s)

    def _read(self, actor: Actor, request: ListRequest) -> tuple[Listed, View]:
        if request.filters:
            require(actor, SEARCH)
        self._index.refresh(BY_READERS)
        resolved = self._filters.resolve(actor, request.filters)
        mask = self._filters.mask(resolved)
        if request.pending is not None:
            mask = self._with_pending(mask, request.pending)
        with self._db.read() as connection:
            listed = self._lists.read(connection, request.group, request.sort, mask, resolved.view)
        return listed, resolved.view

    def _with_pending(self, mask: Selection, is_pending: bool) -> Selection:
        pending = self._pending.read()
        if is_pending:
            return pending if mask is ALL else mask & pending
        if not pending:
            return mask
        if mask is ALL:
            with self._db.read() as connection:
                mask = self._index.read(connection, [""])[""].named("")
        return mask - pending

    def _first(self, listed: Listed, view: View, request: PageRequest) -> int:
        """The position at which a part begins."""
        begin = 0
        if request.bucket is not None and request.at is not None:
            raise InvalidInput(PLACE_TWICE)
        if request.bucket is not None:
            if request.bucket not in listed.keys:
                raise NotFound(BUCKET_UNKNOWN, key=request.bucket)
            begin = int(listed.begins[listed.keys.index(request.bucket)])
        if request.at is not None:
            begin = self._position(listed, request.at, view)
        return max(0, begin + request.position)

    def _position(self, listed: Listed, sha1: str, view: View) -> int:
        """Where an asset stands, by the SHA-1 of any of its versions."""
        row = self._assets.find(sha1, view)
        found = listed.position(row.id)
        if found is None:
            found = listed.position(self._assets.current(row.asset_id, view).id)
        if found is None:
            raise NotFound(ASSET_NOT_LISTED, sha1=row.sha1)
        return found


class _Kept:
    """A set that is read again when the catalogue has changed, for all who wait for it at once. Thread-safe."""

    def __init__(self, tokens: ChangeTokens, read: Callable[[], AssetSet]) -> None:
        self._tokens = tokens
        self._read = read
        self._lock = threading.Lock()
        self._known: tuple[Hashable, float, AssetSet] | None = None
        """The change token and the time before it was read, and the set."""

    def read(self) -> AssetSet:
        """The set with all that was committed before this call."""
        called = time.monotonic()
        with self._lock:
            token, began, known = self._tokens.current(), time.monotonic(), self._known
            if known is not None and (called <= known[1] or (token is not None and token == known[0])):
                return known[2]
            found = self._read()
            if known is not None and found == known[2]:
                found = known[2]  # so that lists are seen to be the same
            self._known = token, began, found
            return found
