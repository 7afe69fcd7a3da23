"""The use cases of collections as such: making, changing, moving and deleting them. Items: `item_service.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import Connection

from dampipe.features.assets.service import AssetService
from dampipe.features.collections import errors
from dampipe.features.collections.events import CollectionChanged, CollectionCreated, CollectionDeleted
from dampipe.features.collections.finding import find
from dampipe.features.collections.items import ItemRepository
from dampipe.features.collections.model import (
    MOST_DEEP,
    AssetCollection,
    CollectionChange,
    CollectionReport,
    CollectionsDeleted,
    ItemPage,
    NewCollection,
    Place,
    Right,
    by_order,
    valid_name,
)
from dampipe.features.collections.queries import CollectionRepository, hold_tree, lock_tree
from dampipe.features.collections.reading import CollectionReader
from dampipe.features.collections.rights import Held, RightsReader, path_of, require_right
from dampipe.features.collections.smart import SavedSearches, filters_of, filters_text
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import EDIT, READ, Actor, ActorKind, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.people import People
from dampipe.kernel.visibility import Visibility

_LABELS = {
    "name": "the name",
    "description": "the description",
    "cover_id": "the cover",
    "filters": "the search",
    "sort": "the sort order",
    "is_private": "whether it is private,",
    "place": "the place",
    "version": "the version",
}


class CollectionService:
    """The collections of one library. Any method may raise CatalogueDown, and NotFound for a collection that there is
    not, or that the actor does not see.

    A collection is named by its number, its path, or its name if only one has it.
    """

    def __init__(
        self,
        database: Database,
        collections: CollectionRepository,
        items: ItemRepository,
        reader: CollectionReader,
        searches: SavedSearches,
        assets: AssetService,
        people: People,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._collections = collections
        self._items = items
        self._reader = reader
        self._searches = searches
        self._assets = assets
        self._people = people
        self._visibility = visibility

    # Reads

    def all(self, actor: Actor) -> list[CollectionReport]:
        """All collections that the actor sees: parents before children, siblings in their order."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            held = RightsReader(connection, actor).all()
            by_hand = [one.row.id for one in held if one.row.filters is None]
            counts = self._collections.counts(connection, view, by_hand)
        owners = self._owners()
        children: dict[int | None, list[Held]] = {}
        for one in held:
            children.setdefault(one.parent, []).append(one)
        found: list[CollectionReport] = []

        def list_below(parent: int | None) -> None:
            rows = {one.row.id: one for one in children.get(parent, [])}
            for row in by_order([one.row for one in rows.values()]):
                count = counts.get(row.id, 0) if row.filters is None else None
                found.append(self._report(rows[row.id], owners, count))
                list_below(row.id)

        list_below(None)
        return [_shown_to(actor, one) for one in found]

    def show(self, actor: Actor, name: str | int) -> CollectionReport:
        """A collection with its number of items and its cover."""
        require(actor, READ)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        return self._shown(actor, held)

    def items(self, actor: Actor, name: str | int, after: str | None = None, limit: int = 100) -> ItemPage:
        """A page of the items that the actor sees. after: see ItemPage."""
        require(actor, READ)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        return self._reader.page(actor, held.row, limit, after)

    def exclusions(
        self, actor: Actor, name: str | int, after: int | None = None, limit: int = 100
    ) -> ItemPage:
        """The visible assets that are never in a saved search. after: the number of the item before the page."""
        require(actor, READ)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        return self._reader.exclusions(actor, held.row, limit, after)

    def assets(self, actor: Actor, name: str | int) -> AssetSet:
        """The numbers of the assets that the actor sees in a collection and in all below it."""
        require(actor, READ)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        return self._reader.assets(actor, held.row.id)

    def holding(self, actor: Actor, asset: int) -> tuple[AssetCollection, ...]:
        """The collections that the actor sees which have an asset, or a subclip of it, by hand."""
        require(actor, READ)
        with self._db.read() as connection:
            found = []
            for item in self._items.of_asset(connection, asset):
                held = RightsReader(connection, actor).of(item.collection_id)
                if held is not None:
                    found.append(
                        AssetCollection(
                            id=held.row.id, path=held.names, item=item.id, subclip=item.subclip_id
                        )
                    )
        return tuple(sorted(found, key=lambda one: (one.path, one.item)))

    # Edits

    def create(self, actor: Actor, request: NewCollection) -> CollectionReport:
        """Make a collection, the last one among its siblings. Raises InvalidInput and Forbidden."""
        require(actor, EDIT)
        name = valid_name(request.name)
        if request.filters is not None:
            self._check_search(actor, request.filters, request.sort)
        elif request.sort:
            raise InvalidInput(errors.IS_BY_HAND, name=name)
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            parent = None
            if request.parent is not None:
                over = find(connection, actor, request.parent)
                require_right(actor, over, Right.EDIT)
                self._check_depth(connection, over.row.id, 1)
                parent = over.row.id
            edit = begin(connection, str(actor), f"create the collection {name}")
            values = {
                "parent_id": parent,
                "position": self._collections.place(connection, edit, parent, None, None, None, False),
                "name": name,
                "description": request.description,
                "filters": None if request.filters is None else filters_text(request.filters),
                "sort": request.sort,
                "cover_id": None,
                "is_private": request.private,
                "owner_id": actor.user,
                "created_at": edit.at,
                "created_by": str(actor),
                "changed_at": edit.at,
                "changed_by": str(actor),
                "version": 1,
            }
            row = self._collections.insert(connection, edit, values)
            made = CollectionCreated(collection=row.id, parent=parent, name=name)
            record_event(connection, made, actor=actor, at=edit.at)
            number = finish(connection, edit)
            held = find(connection, actor, row.id)
        return self._changed(actor, held, number)

    def change(
        self, actor: Actor, name: str | int, change: CollectionChange, if_version: int | None = None
    ) -> CollectionReport:
        """Change what is given of a collection. if_version: the version that the change is based on.

        Raises Conflict (CHANGED) if it has another one by now, InvalidInput and Forbidden.
        """
        require(actor, EDIT)
        wanted: dict[str, Any] = {}
        if change.name is not None:
            wanted["name"] = valid_name(change.name)
        if change.description is not None:
            wanted["description"] = change.description
        if change.cover is not None:
            wanted["cover_id"] = self._assets.asset_id(actor, change.cover) if change.cover else None
        if change.private is not None:
            wanted["is_private"] = change.private
        with self._db.read() as connection:
            held = find(connection, actor, name)
        if change.filters is not None or change.sort is not None:
            if held.row.filters is None:
                raise InvalidInput(errors.IS_BY_HAND, name=held.row.name)
            filters = filters_of(held.row) if change.filters is None else change.filters
            sort = held.row.sort if change.sort is None else change.sort
            self._check_search(actor, filters, sort, held)
            if change.filters is not None:
                wanted["filters"] = filters_text(change.filters)
            if change.sort is not None:
                wanted["sort"] = change.sort
        with self._db.write() as connection:
            held = self._locked(connection, actor, held.row.id)
            require_right(actor, held, Right.MANAGE if change.private is not None else Right.EDIT)
            self._check_version(actor, held.row, if_version, wanted)
            number = self._write(connection, actor, held, wanted, f"change the collection {held.row.name}")
            held = find(connection, actor, held.row.id)
        return self._changed(actor, held, number)

    def move(
        self,
        actor: Actor,
        name: str | int,
        place: Place,
        parent: str | int | None = None,
        *,
        to_top: bool = False,
        if_version: int | None = None,
    ) -> CollectionReport:
        """Move a collection: into another one (parent) or to the top, and among its siblings; by default it stays where
        it is, or goes last.

        Raises Conflict (CHANGED), InvalidInput for a place within itself, and Forbidden: to take it out of where it lies
        needs the right to manage it, to move it among its siblings the right to edit it.
        """
        require(actor, EDIT)
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            held = self._locked(connection, actor, find(connection, actor, name).row.id)
            row = held.row
            target = row.parent_id
            if to_top:
                target = None
            elif parent is not None:
                target = find(connection, actor, parent).row.id
            is_elsewhere = target != row.parent_id
            require_right(actor, held, Right.MANAGE if is_elsewhere else Right.EDIT)
            values: dict[str, Any] = {"parent_id": target}
            if is_elsewhere and target is not None:
                over = find(connection, actor, target)
                require_right(actor, over, Right.EDIT)
                if any(one.id == row.id for one in path_of(connection, target)):
                    raise InvalidInput(errors.WOULD_BE_CYCLE, name=row.name, parent=over.row.name)
                self._check_depth(connection, target, self._collections.height(connection, row.id))
            elif is_elsewhere and held.root.is_private:
                values["is_private"] = True  # what was private stays so
            for sibling in (place.before, place.after):
                if sibling is not None:
                    self._check_sibling(connection, actor, sibling, target, row.id)
            if if_version is not None and row.version != if_version:
                yours = f"in {target or 'no other'}, {place}"
                self._conflict(actor, row, "place", yours, f"in {held.parent or 'no other'}")
            edit_first = place.first and not (place.before or place.after)
            edit = begin(connection, str(actor), f"move the collection {row.name}")
            if is_elsewhere or place.is_given:
                values["position"] = self._collections.place(
                    connection, edit, target, row.id, place.before, place.after, edit_first
                )
            self._apply(connection, actor, row, values, edit)
            number = finish(connection, edit)
            held = find(connection, actor, row.id)
        return self._changed(actor, held, number)

    def delete(self, actor: Actor, name: str | int, if_version: int | None = None) -> CollectionsDeleted:
        """Delete a collection and all below it. Assets stay where they are."""
        require(actor, EDIT)
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            held = self._locked(connection, actor, find(connection, actor, name).row.id)
            require_right(actor, held, Right.MANAGE)
            self._check_version(actor, held.row, if_version, {})
            edit = begin(connection, str(actor), f"delete the collection {held.row.name}")
            count = self._collections.delete(connection, edit, held.row.id)
            gone = CollectionDeleted(
                collection=held.row.id,
                parent=held.row.parent_id,
                private=held.row.is_private and held.row.parent_id is None,
            )
            record_event(connection, gone, actor=actor, at=edit.at)
            return CollectionsDeleted(deleted=count, edit=finish(connection, edit))

    # Parts

    def _locked(self, connection: Connection, actor: Actor, collection: int) -> Held:
        """A collection whose row no other transaction writes to."""
        hold_tree(connection, self._db)
        self._collections.lock(connection, collection)
        return find(connection, actor, collection)

    def _write(
        self, connection: Connection, actor: Actor, held: Held, wanted: Mapping[str, Any], summary: str
    ) -> int | None:
        """Returns the number of the edit; None: nothing had to change."""
        edit = begin(connection, str(actor), summary)
        self._apply(connection, actor, held.row, wanted, edit)
        return finish(connection, edit)

    def _apply(
        self, connection: Connection, actor: Actor, row: Any, wanted: Mapping[str, Any], edit: Any
    ) -> None:
        """Write what is different, with the event."""
        different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not different:
            return
        # What renumbers siblings counts no version, so the row may have another position by now.
        now = self._collections.lock(connection, row.id)
        values = {**different, "changed_at": edit.at, "changed_by": str(actor)}
        made = self._collections.update(connection, edit, now, values)
        changed = CollectionChanged(
            collection=row.id,
            fields=tuple(sorted(_public(name) for name in different)),
            version=made.version,
        )
        record_event(connection, changed, actor=actor, at=edit.at)

    def _check_version(
        self, actor: Actor, row: Any, if_version: int | None, wanted: Mapping[str, Any]
    ) -> None:
        """Raise Conflict if an edit is based on another version, unless all is as it wants it."""
        if if_version is None or row.version == if_version:
            return
        for field, value in wanted.items():
            if getattr(row, field) != value:
                self._conflict(actor, row, field, value, getattr(row, field))
        if not wanted:
            self._conflict(actor, row, "version", if_version, row.version)

    def _conflict(self, actor: Actor, row: Any, field: str, yours: Any, theirs: Any) -> NoReturn:
        if field == "cover_id":
            yours, theirs = (self._sha1(actor, one) for one in (yours, theirs))
        raise Conflict(
            errors.CHANGED,
            field=_LABELS[field],
            column=_public(field),
            name=row.name,
            by=row.changed_by,
            yours=yours,
            theirs=theirs,
            version=row.version,
        )

    def _sha1(self, actor: Actor, asset: int | None) -> str:
        """The SHA-1 of an asset; empty for none, and for one that is not visible."""
        try:
            return "" if asset is None else self._assets.current_sha1(actor, asset)
        except NotFound:
            return ""

    def _check_search(
        self,
        actor: Actor,
        filters: Mapping[str, Sequence[str]],
        sort: str,
        held: Held | None = None,
    ) -> None:
        if not any(filters.values()):
            raise InvalidInput(errors.FILTERS_MISSING)
        if held is not None:
            for text in filters.get("collection", ()):
                with self._db.read() as connection:
                    if find(connection, actor, text).row.id == held.row.id:
                        raise InvalidInput(errors.REFERS_TO_ITSELF, name=held.row.name)
        self._searches.check(actor, filters, sort)

    def _check_depth(self, connection: Connection, parent: int, height: int) -> None:
        if len(path_of(connection, parent)) + height > MOST_DEEP:
            raise InvalidInput(errors.TOO_DEEP, most=MOST_DEEP)

    def _check_sibling(
        self, connection: Connection, actor: Actor, sibling: int, parent: int | None, moved: int
    ) -> None:
        held = find(connection, actor, sibling)
        if held.row.parent_id != parent or held.row.id == moved:
            raise InvalidInput(errors.NOT_SIBLING, name=held.row.name)

    # Reports

    def _owners(self) -> dict[int, str]:
        return {one.id: one.name for one in self._people.all().values()}

    def _shown(self, actor: Actor, held: Held) -> CollectionReport:
        """With the number of items and the cover; without the number where the search cannot be evaluated."""
        try:
            count, first = self._reader.overview(actor, held.row)
        except InvalidInput:  # a field or a term of the search is gone
            return self._report_to(actor, held, None, None)
        return self._report_to(actor, held, count, None if first is None else first.asset)

    def _changed(self, actor: Actor, held: Held, edit: int | None) -> CollectionReport:
        return self._shown(actor, held).model_copy(update={"edit": edit})

    def _report_to(self, actor: Actor, held: Held, count: int | None, first: str | None) -> CollectionReport:
        cover = self._sha1(actor, held.row.cover_id) or first
        return _shown_to(actor, self._report(held, self._owners(), count, cover))

    @staticmethod
    def _report(
        held: Held, owners: Mapping[int, str], count: int | None, cover: str | None = None
    ) -> CollectionReport:
        row = held.row
        return CollectionReport(
            id=row.id,
            name=row.name,
            parent=held.parent,
            path=held.names,
            description=row.description,
            filters=None if row.filters is None else filters_of(row),
            sort=row.sort,
            private=row.is_private and row.parent_id is None,
            owner=owners.get(row.owner_id),
            right=held.right,
            items=count,
            cover=cover,
            created_at=row.created_at,
            created_by=row.created_by,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
            version=row.version,
        )


def _shown_to(actor: Actor, report: CollectionReport) -> CollectionReport:
    """What an actor is shown of a collection: guests of links neither who made it nor what it searches for."""
    if actor.kind is not ActorKind.LINK:
        return report
    filters: dict[str, tuple[str, ...]] | None = None if report.filters is None else {}
    hidden = {"owner": None, "created_by": "", "changed_by": "", "filters": filters, "sort": ""}
    return report.model_copy(update=hidden)


def _public(column: str) -> str:
    """What a face calls a column."""
    return {"cover_id": "cover", "is_private": "private", "parent_id": "parent"}.get(column, column)
