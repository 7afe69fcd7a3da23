"""The use cases of what is in collections: adding, removing, moving, sorting, pinning and excluding."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.collections import errors
from dampipe.features.collections.events import ItemAdded, ItemMoved, ItemRemoved, ItemsSorted
from dampipe.features.collections.finding import find
from dampipe.features.collections.items import ItemRepository, NewItem
from dampipe.features.collections.model import MOST_CHOSEN, Chosen, ItemsChanged, Place, Right
from dampipe.features.collections.queries import CollectionRepository, hold_tree
from dampipe.features.collections.reading import CollectionReader
from dampipe.features.collections.rights import Held, require_right
from dampipe.features.collections.smart import SavedSearches
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.features.undo.journal import Edit, begin, finish
from dampipe.kernel.access import EDIT, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.outbox import NewEvent, record_event, record_events
from dampipe.kernel.visibility import View, Visibility


class CollectionItemService:
    """Items of collections. Any method may raise CatalogueDown, NotFound for what the actor does not see, and Forbidden
    without the right to edit the collection."""

    def __init__(
        self,
        database: Database,
        collections: CollectionRepository,
        items: ItemRepository,
        reader: CollectionReader,
        searches: SavedSearches,
        selection: AssetSelection,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._collections = collections
        self._items = items
        self._reader = reader
        self._searches = searches
        self._selection = selection
        self._visibility = visibility

    def add(self, actor: Actor, name: str | int, chosen: Chosen, place: Place | None = None) -> ItemsChanged:
        """Add assets and subclips at a place, by default as the last; what is there already stays where it is.

        before, after: numbers of items. Raises InvalidInput for a saved search.
        """
        require(actor, EDIT)
        return self._choose(actor, name, chosen, place or Place(), is_smart=False)

    def pin(self, actor: Actor, name: str | int, chosen: Chosen, place: Place | None = None) -> ItemsChanged:
        """Have assets always in a saved search, before what it finds. Raises InvalidInput for another collection."""
        require(actor, EDIT)
        return self._choose(actor, name, chosen, place or Place(), is_smart=True)

    def exclude(self, actor: Actor, name: str | int, chosen: Chosen) -> ItemsChanged:
        """Have assets never in a saved search. Raises InvalidInput for another collection."""
        require(actor, EDIT)
        return self._choose(actor, name, chosen, Place(), is_smart=True, excluded=True)

    def remove(
        self, actor: Actor, name: str | int, chosen: Chosen | None = None, items: Sequence[int] = ()
    ) -> ItemsChanged:
        """Take items out of a collection, by their numbers or by what they are of; of a saved search pins and
        exclusions. What is not in it is not an error."""
        require(actor, EDIT)
        view = self._visibility.of(actor)
        new = self._chosen(actor, view, chosen, as_set=True) if chosen is not None else []
        if chosen is None and not items:
            raise InvalidInput(errors.NOTHING_CHOSEN)
        with self._db.write() as connection:
            held = self._locked(connection, actor, name)
            numbers = set(items)
            if new:
                assets = AssetSet(one.asset for one in new if one.subclip is None)
                subclips = [one.subclip for one in new if one.subclip is not None]
                numbers |= set(self._items.meant(connection, view, held.row.id, assets, subclips))
            rows = self._items.find(connection, view, held.row.id, sorted(numbers))
            edit = begin(connection, str(actor), _summary("remove", len(rows), "from", held))
            self._items.remove(connection, edit, rows)
            self._record(connection, actor, edit, ItemRemoved, rows)
            return ItemsChanged(changed=len(rows), edit=finish(connection, edit))

    def move(
        self,
        actor: Actor,
        name: str | int,
        items: Sequence[int],
        place: Place,
        if_version: int | None = None,
    ) -> ItemsChanged:
        """Move items together to a place, in the order in which they stand. Of a saved search: pins.

        if_version: the version of the one item that is moved; raises Conflict (ITEM_MOVED) if it has another one.
        """
        require(actor, EDIT)
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            held = self._locked(connection, actor, name)
            rows = self._known(connection, view, held, items)
            if if_version is not None and len(rows) == 1 and rows[0].version != if_version:
                raise Conflict(
                    errors.ITEM_MOVED,
                    item=rows[0].id,
                    field="position",
                    yours=str(place),
                    theirs=self._where(connection, view, rows[0]),
                    version=rows[0].version,
                )
            anchor = self._anchor(connection, view, held, place)
            moved = [row for row in rows if anchor is None or row.id != anchor.id]
            edit = begin(connection, str(actor), _summary("move", len(moved), "in", held))
            if moved:
                self._items.move(
                    connection,
                    edit,
                    held.row.id,
                    moved,
                    anchor=anchor,
                    is_before=place.before is not None,
                    first=place.first,
                )
            self._record(connection, actor, edit, ItemMoved, moved)
            return ItemsChanged(changed=len(moved), edit=finish(connection, edit))

    def sort(self, actor: Actor, name: str | int, by: str) -> ItemsChanged:
        """Put the items that the actor sees in the order of a field (`-field`: the greatest first); subclips follow
        their asset by their start. Items that the actor does not see stay in their places.

        Raises NotFound and InvalidInput for a field by which nothing can be sorted.
        """
        require(actor, EDIT)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            held = find(connection, actor, name)
            require_right(actor, held, Right.EDIT)
            self._check_kind(held, is_smart=False, verb="sorted")
            assets = self._items.assets(connection, view, [held.row.id])
        # Fields are read before the collection is held: to sort may take seconds, and what is added meanwhile goes last.
        versions = self._searches.versions_of(assets)
        sorted_ = self._searches.page(actor, by, versions, len(versions)) if len(versions) else []
        if not sorted_:
            self._searches.check_sort(actor, by)
        of = self._searches.current(sorted_)
        rank: dict[int, int] = {}
        for version in sorted_:
            rank.setdefault(of[version], len(rank))
        with self._db.write() as connection:
            held = self._locked(connection, actor, held.row.id)
            rows = self._items.page(connection, view, held.row.id, 2_000_000_000)
            starts = self._starts(connection, rows)

            def place_of(row: Any) -> tuple[int, float, int]:
                return (rank.get(row.asset_id, len(rank)), starts.get(row.subclip_id, -1.0), row.position)

            edit = begin(connection, str(actor), f"sort the collection {held.row.name} by {by}")
            self._items.reorder(connection, edit, held.row.id, sorted(rows, key=place_of))
            if edit.changes:
                record_event(connection, ItemsSorted(collection=held.row.id), actor=actor, at=edit.at)
            return ItemsChanged(changed=len(rows), edit=finish(connection, edit))

    # Parts

    def _choose(
        self,
        actor: Actor,
        name: str | int,
        chosen: Chosen,
        place: Place,
        *,
        is_smart: bool,
        excluded: bool = False,
    ) -> ItemsChanged:
        require(actor, EDIT)
        view = self._visibility.of(actor)
        new = self._chosen(actor, view, chosen)
        if is_smart and any(one.subclip is not None for one in new):
            raise InvalidInput(errors.ONLY_ASSETS)
        with self._db.write() as connection:
            present = set(lock_assets(connection, {one.asset for one in new}, Hold.EXISTENCE, view))
            held = self._locked(connection, actor, name)
            self._check_kind(held, is_smart=is_smart, verb="added")
            new = [one for one in new if one.asset in present]
            anchor = self._anchor(connection, view, held, place)
            word, joint = ("exclude", "from") if excluded else ("pin", "in") if is_smart else ("add", "to")
            edit = begin(connection, str(actor), "")
            other = []
            if is_smart:
                assets = AssetSet(one.asset for one in new)
                numbers = self._items.meant(connection, view, held.row.id, assets, ())
                rows = self._items.find(connection, view, held.row.id, numbers)
                other = [row for row in rows if row.is_excluded != excluded]
                self._items.change_exclusion(connection, edit, other, excluded)
            rows = self._items.add(
                connection,
                edit,
                held.row.id,
                new,
                str(actor),
                anchor=anchor,
                is_before=place.before is not None,
                first=place.first,
                excluded=excluded,
            )
            changed = [*other, *rows]
            self._record(connection, actor, edit, ItemAdded, changed, excluded=excluded)
            return ItemsChanged(
                changed=len(changed),
                edit=finish(connection, edit, _summary(word, len(changed), joint, held)),
            )

    def _locked(self, connection: Connection, actor: Actor, name: str | int) -> Held:
        """A collection whose items no other transaction changes, and which the actor may edit."""
        hold_tree(connection, self._db)
        held = find(connection, actor, name)
        if self._collections.lock(connection, held.row.id) is None:
            raise NotFound(errors.NOT_FOUND, name=str(name)[:200])
        held = find(connection, actor, held.row.id)
        require_right(actor, held, Right.EDIT)
        return held

    @staticmethod
    def _check_kind(held: Held, *, is_smart: bool, verb: str) -> None:
        if held.row.filters is not None and not is_smart:
            raise InvalidInput(errors.IS_SMART, name=held.row.name, verb=verb)
        if held.row.filters is None and is_smart:
            raise InvalidInput(errors.IS_BY_HAND, name=held.row.name)

    def _chosen(self, actor: Actor, view: View, chosen: Chosen, *, as_set: bool = False) -> list[NewItem]:
        """What is meant, in the order in which it was named. as_set: in any order.

        Raises InvalidInput, and NotFound for the first that does not exist.
        """
        if not (chosen.is_given or chosen.subclips):
            raise InvalidInput(errors.NOTHING_CHOSEN)
        found: list[NewItem] = []
        # What is named comes first, in its order, and then what passes the filters.
        named, matching = ({"filters": {}, "all": False}, {"assets": ()})
        for part in (chosen.model_copy(update=named), chosen.model_copy(update=matching)):
            if part.is_given:
                found += [NewItem(asset) for asset in self._selection.in_order(actor, part, MOST_CHOSEN)]
        if chosen.subclips:
            query = select(SUBCLIP.c.id, SUBCLIP.c.asset_id).where(
                in_ids(self._db, SUBCLIP.c.id, chosen.subclips), view.shows_some_asset(SUBCLIP.c.asset_id)
            )
            with self._db.read() as connection:
                of = {row.id: row.asset_id for row in connection.execute(query)}
            for number in chosen.subclips:
                if number not in of:
                    raise NotFound(errors.SUBCLIP_UNKNOWN, subclip=number)
                found.append(NewItem(of[number], number))
        return found

    def _known(self, connection: Connection, view: View, held: Held, items: Sequence[int]) -> list[Any]:
        """Rows of items that the actor sees, in their order. Raises NotFound for the first that there is not."""
        if not items:
            raise InvalidInput(errors.NOTHING_CHOSEN)
        rows = [row for row in self._items.find(connection, view, held.row.id, items) if not row.is_excluded]
        if len(rows) < len(set(items)):
            known = {row.id for row in rows}
            missing = next(one for one in items if one not in known)
            raise NotFound(errors.ITEM_UNKNOWN, name=held.row.name, item=missing)
        return rows

    def _anchor(self, connection: Connection, view: View, held: Held, place: Place) -> Any:
        """The row of the item before or after which something goes; None: first or last."""
        number = place.before if place.before is not None else place.after
        return None if number is None else self._known(connection, view, held, [number])[0]

    def _where(self, connection: Connection, view: View, row: Any) -> str:
        """Where an item is, by the visible one before it."""
        before = self._items.previous(connection, view, row)
        return "first" if before is None else f"after {before.id}"

    def _starts(self, connection: Connection, rows: Sequence[Any]) -> dict[int, float]:
        numbers = [row.subclip_id for row in rows if row.subclip_id is not None]
        query = select(SUBCLIP.c.id, SUBCLIP.c.start_seconds).where(in_ids(self._db, SUBCLIP.c.id, numbers))
        return {row.id: row.start_seconds for row in connection.execute(query)} if numbers else {}

    def _record(
        self, connection: Connection, actor: Actor, edit: Edit, kind: Any, rows: Sequence[Any], **more: Any
    ) -> None:
        """An event for each item, about its asset: who does not see the asset does not learn of it."""
        record_events(
            connection,
            self._db,
            [NewEvent(item_event(kind, row, **more), asset=row.asset_id) for row in rows],
            actor=actor,
            at=edit.at,
        )


def item_event(kind: Any, row: Any, **more: Any) -> Any:
    """The payload of an event about an item."""
    values: dict[str, Any] = {"collection": row.collection_id, "item": row.id}
    if kind is not ItemMoved:
        values |= {"subclip": row.subclip_id, "excluded": row.is_excluded} | more
    return kind(**values)


def _summary(verb: str, count: int, where: str, held: Held) -> str:
    return f"{verb} {count} item{'s' if count != 1 else ''} {where} {held.row.name}"
