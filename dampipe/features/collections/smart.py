"""Saved searches: what they find is found anew for each viewer, and shows nothing else than a search of theirs would."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import select

from dampipe.features.assets.tables import VERSION
from dampipe.features.collections.items import ItemRepository
from dampipe.features.collections.rights import below
from dampipe.features.collections.tables import COLLECTION
from dampipe.features.facets.index import FacetIndex
from dampipe.features.search.filters import FilterResolver
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.sorting import AssetOrder
from dampipe.kernel.visibility import View, Visibility

_EVALUATED: ContextVar[tuple[int, ...]] = ContextVar("collections_that_are_evaluated", default=())


def filters_of(row: Any) -> dict[str, tuple[str, ...]]:
    """The filters of a saved search."""
    return {name: tuple(values) for name, values in json.loads(row.filters or "{}").items()}


def filters_text(filters: Mapping[str, Sequence[str]]) -> str:
    """Filters as they are stored: the same text for the same filters."""
    return json.dumps({name: list(filters[name]) for name in sorted(filters)}, separators=(",", ":"))


@contextmanager
def _evaluating(collection: int) -> Iterator[bool]:
    """Whether a saved search is not being evaluated already: one that names itself by others finds nothing there."""
    outer = _EVALUATED.get()
    token = _EVALUATED.set((*outer, collection))
    try:
        yield collection not in outer
    finally:
        _EVALUATED.reset(token)


def assets_in(
    database: Database, view: View, collection: int, search: Callable[[Mapping[str, Sequence[str]]], AssetSet]
) -> AssetSet:
    """The numbers of the visible assets in a collection and in all below it.

    search: finds the versions that pass filters. What a saved search names may not be there, or not for the viewer:
    then it finds nothing.
    """
    tree = below(select(COLLECTION.c.id).where(COLLECTION.c.id == collection))
    items = ItemRepository(database)
    with database.read() as connection:
        rows = connection.execute(select(COLLECTION).where(COLLECTION.c.id.in_(select(tree.c.id)))).all()
        found = items.assets(connection, view, [row.id for row in rows])
    for row in rows:
        if row.filters is None:
            continue
        with _evaluating(row.id) as is_first:
            try:
                versions = search(filters_of(row)) if is_first else NONE
            except InvalidInput:
                versions = NONE
        assets = FacetIndex(database).assets_of(versions)
        with database.read() as connection:
            found |= assets - items.assets(connection, view, [row.id], excluded=True)
    return found


class SavedSearches:
    """Evaluates saved searches. Any method may raise what filters raise: a field or a term may be gone by now.

    No method is called within a transaction: filters read with connections of their own.
    """

    def __init__(
        self, database: Database, filters: FilterResolver, services: Services, visibility: Visibility
    ) -> None:
        self._visibility = visibility
        self._db = database
        self._filters = filters
        self._services = services

    def check(self, actor: Actor, filters: Mapping[str, Sequence[str]], sort: str) -> None:
        """Raise InvalidInput or NotFound for filters or an order that cannot be evaluated."""
        self._filters.resolve(actor, filters)
        self.check_sort(actor, sort)

    def check_sort(self, actor: Actor, sort: str) -> None:
        """Raise InvalidInput or NotFound for an order that there is not."""
        if sort:
            order: AssetOrder = self._services.get(AssetOrder)
            order.page(actor, sort, 1, among=lambda: NONE)

    def found(self, actor: Actor, row: Any) -> AssetSet:
        """The numbers of the versions that stand for the visible assets which a saved search finds."""
        with _evaluating(row.id) as is_first:
            if not is_first:
                return NONE
            return self._search(actor, filters_of(row))

    def _search(self, actor: Actor, filters: Mapping[str, Sequence[str]]) -> AssetSet:
        """What a search finds for an actor. Of a link it is what finds the one who shared, as far as the link shows it:
        guests see no folders by which to search."""
        found = self._filters.versions(self._filters.resolve(actor.owner or actor, filters))
        if actor.kind is not ActorKind.LINK:
            return found
        return found & self._visibility.of(actor).read_mask()

    def assets_in(self, actor: Actor, view: View, collection: int) -> AssetSet:
        """The numbers of the assets that an actor sees in a collection and in all below it."""

        return assets_in(self._db, view, collection, lambda filters: self._search(actor, filters))

    def without(self, versions: AssetSet, assets: AssetSet) -> AssetSet:
        """Versions without those of some assets."""
        return versions - self.versions_of(assets) if len(assets) else versions

    def versions_of(self, assets: AssetSet) -> AssetSet:
        """The numbers of all versions of assets."""
        return FacetIndex(self._db).versions_of(assets)

    def page(
        self, actor: Actor, sort: str, versions: AssetSet, limit: int, after: int | None = None
    ) -> list[int]:
        """Some of the versions in their order. after: the last one of the page before."""
        if sort:
            order: AssetOrder = self._services.get(AssetOrder)
            return order.page(actor, sort, limit, after=after, among=lambda: versions)
        if after is not None:
            versions &= AssetSet(range(after))
        numbers: list[int] = versions.to_numpy()[::-1][:limit].tolist()
        return numbers

    def current(self, versions: Sequence[int]) -> dict[int, int]:
        """The assets of versions by their numbers."""
        with self._db.read() as connection:
            query = select(VERSION.c.id, VERSION.c.asset_id).where(in_ids(self._db, VERSION.c.id, versions))
            return {row.id: row.asset_id for row in connection.execute(query)}
