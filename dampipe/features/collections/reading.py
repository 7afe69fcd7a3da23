"""Reads collections for faces and other features: items with what is shown of them, and the assets of whole trees.

Nothing here asks for rights on the collection: callers have done so, or act for a link that shares it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select, true

from dampipe.features.assets.tables import VERSION
from dampipe.features.collections.errors import CURSOR_GONE
from dampipe.features.collections.items import ItemRepository
from dampipe.features.collections.model import ItemPage, ItemReport, SubclipRef
from dampipe.features.collections.smart import SavedSearches
from dampipe.features.search.filters import ResolvedFilter
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.model import Hit
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.visibility import View, Visibility


class CollectionReader:
    """Reads one library's collections. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        items: ItemRepository,
        hits: HitRepository,
        searches: SavedSearches,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._items = items
        self._hits = hits
        self._searches = searches
        self._visibility = visibility

    def page(
        self,
        actor: Actor,
        row: Any,
        limit: int,
        after: str | None = None,
        *,
        rest: AssetSet | None = None,
    ) -> ItemPage:
        """A page of the items that an actor sees. row: of the collection; after: see ItemPage. rest: what `rest` says,
        where it is known.

        Raises InvalidInput (CURSOR_GONE), and of a saved search what filters raise.
        """
        view = self._visibility.of(actor)
        kind, number = _cursor(after)
        found: list[ItemReport] = []
        last: str | None = None
        if kind == "i":
            with self._db.read() as connection:
                before = self._before(connection, view, row, number)
                rows = self._items.page(connection, view, row.id, limit + 1, before)
            shown = rows[:limit]
            reports = self.reports(view, shown, pinned=row.filters is not None)
            if actor.kind is ActorKind.LINK:  # who gathered them is not for guests
                reports = [one.model_copy(update={"added_by": ""}) for one in reports]
            found += reports
            last = f"i{shown[-1].id}" if shown else None
            if len(rows) > limit or row.filters is None:
                return ItemPage(items=tuple(found), after=last if len(rows) > limit else None)
        elif row.filters is None:
            raise InvalidInput(CURSOR_GONE)
        if rest is None:
            rest = self.rest(actor, row, view)
        missing = limit - len(found)
        start = number if kind == "v" else None
        numbers = self._searches.page(actor, row.sort, rest, missing + 1, start)
        hits = self._hits.by_number(numbers[:missing], ResolvedFilter(where=true(), view=view))
        found += [_report(hit) for hit in hits]
        if missing and numbers[:missing]:
            last = f"v{numbers[:missing][-1]}"
        return ItemPage(items=tuple(found), after=last if len(numbers) > missing else None)

    def exclusions(self, actor: Actor, row: Any, limit: int, after: int | None = None) -> ItemPage:
        """A page of what is never in a saved search. Raises InvalidInput (CURSOR_GONE)."""
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            before = self._before(connection, view, row, after)
            rows = self._items.page(connection, view, row.id, limit + 1, before, excluded=True)
        found = tuple(self.reports(view, rows[:limit]))
        return ItemPage(items=found, after=str(rows[limit - 1].id) if len(rows) > limit else None)

    def _before(self, connection: Connection, view: View, row: Any, number: int | None) -> Any:
        """The row of the item after which a page begins. Raises InvalidInput (CURSOR_GONE)."""
        if number is None:
            return None
        found = self._items.find(connection, view, row.id, [number])
        if not found:
            raise InvalidInput(CURSOR_GONE)
        return found[0]

    def overview(self, actor: Actor, row: Any) -> tuple[int, ItemReport | None]:
        """How many items an actor sees in a collection, and the first one; None: there is none."""
        view = self._visibility.of(actor)
        rest = None if row.filters is None else self.rest(actor, row, view)
        with self._db.read() as connection:
            own = self._items.count(connection, view, row.id)
        first = self.page(actor, row, 1, rest=rest).items
        return own + (0 if rest is None else len(rest)), next(iter(first), None)

    def rest(self, actor: Actor, row: Any, view: View) -> AssetSet:
        """The numbers of the versions that a saved search finds, besides what is pinned or excluded."""
        found = self._searches.found(actor, row)
        with self._db.read() as connection:
            chosen = self._items.assets(connection, view, [row.id])
            chosen |= self._items.assets(connection, view, [row.id], excluded=True)
        return self._searches.without(found, chosen)

    def assets(self, actor: Actor, collection: int) -> AssetSet:
        """The numbers of the assets that an actor sees in a collection and in all below it."""
        return self._searches.assets_in(actor, self._visibility.of(actor), collection)

    def ordered(self, actor: Actor, row: Any, most: int) -> list[ItemReport]:
        """All items that an actor sees, in their order; one more than `most`, if there are more."""
        found: list[ItemReport] = []
        after: str | None = None
        while len(found) <= most:
            page = self.page(actor, row, 1000, after)
            found += page.items
            after = page.after
            if after is None:
                break
        return found[: most + 1]

    def reports(self, view: View, rows: Sequence[Any], *, pinned: bool = False) -> list[ItemReport]:
        """What is shown of items; those whose asset is gone meanwhile are left out."""
        if not rows:
            return []
        standing = self._standing_for([row.asset_id for row in rows], view)
        resolved = ResolvedFilter(where=true(), view=view)
        cards = self._hits.by_sha1([sha1 for _, _, sha1 in standing.values()], resolved)
        subclips = self._subclips([row.subclip_id for row in rows if row.subclip_id is not None])
        found = []
        for row in rows:
            hit = cards.get(standing[row.asset_id][2]) if row.asset_id in standing else None
            if hit is not None:
                report = _report(hit)
                found.append(
                    report.model_copy(
                        update={
                            "id": row.id,
                            "subclip": subclips.get(row.subclip_id),
                            "pinned": pinned,
                            "added_at": row.added_at,
                            "added_by": row.added_by,
                            "version": row.version,
                        }
                    )
                )
        return found

    def _subclips(self, numbers: Sequence[int]) -> dict[int, SubclipRef]:
        if not numbers:
            return {}
        with self._db.read() as connection:
            rows = connection.execute(select(SUBCLIP).where(in_ids(self._db, SUBCLIP.c.id, numbers))).all()
        spans = {row.id: span_of(row) for row in rows}
        return {
            row.id: SubclipRef(id=row.id, name=row.name, start=spans[row.id][0], end=spans[row.id][1])
            for row in rows
        }

    def _standing_for(self, assets: Sequence[int], view: View) -> dict[int, tuple[bool, int, str]]:
        """By asset the version that stands for it, the current one or the newest that is visible: whether it is the
        current one, its number and its SHA-1."""
        columns = (VERSION.c.id, VERSION.c.asset_id, VERSION.c.superseded_at, VERSION.c.sha1)
        query = select(*columns).where(
            in_ids(self._db, VERSION.c.asset_id, assets), view.shows_some(VERSION.c.id)
        )
        found: dict[int, tuple[bool, int, str]] = {}
        with self._db.read() as connection:
            for row in connection.execute(query):
                best = (row.superseded_at is None, row.id, row.sha1)
                found[row.asset_id] = max(best, found.get(row.asset_id, best))
        return found


def span_of(subclip: Any) -> tuple[float, float]:
    """Start and end of a subclip in seconds from the start of the version that it was anchored at."""
    base = Fraction(subclip.base)
    return float(subclip.start_ticks * base), float(subclip.end_ticks * base)


def _report(hit: Hit) -> ItemReport:
    return ItemReport(
        id=None, asset=hit.asset, name=hit.name, kind=hit.kind and str(hit.kind), duration=hit.duration
    )


def _cursor(text: str | None) -> tuple[str, int | None]:
    """What a page begins after: an item, or a version that a saved search found."""
    if text is None:
        return "i", None
    if text[:1] not in ("i", "v") or not (text[1:].isascii() and text[1:].isdigit()) or len(text) > 12:
        raise InvalidInput(CURSOR_GONE)
    return text[0], int(text[1:])
