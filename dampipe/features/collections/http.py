"""Collections over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Filters, SelectedBody
from dampipe.features.assets.selected import Selected
from dampipe.features.collections.export import CollectionExport, CollectionExporter
from dampipe.features.collections.finding import LARGEST
from dampipe.features.collections.grants import CollectionGrantService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_PAGE,
    PAGE,
    RIGHTS,
    Chosen,
    CollectionChange,
    CollectionGrantReport,
    CollectionReport,
    CollectionsDeleted,
    ItemPage,
    ItemsChanged,
    NewCollection,
    Place,
    Right,
)
from dampipe.features.collections.service import CollectionService
from dampipe.kernel.access import EDIT, EXPORT, READ, Actor
from dampipe.kernel.faces.http import (
    STRICT,
    WARNINGS_HEADER,
    JsonBody,
    Problem,
    Storable,
    Text,
    allowed,
    provided,
    warnings_header,
)
from dampipe.kernel.release import MAX_REASON, ReleaseRequest
from dampipe.kernel.sorting import SORT
from dampipe.timeline import MEDIA_TYPES, Format

CONFLICT = {
    "model": Problem,
    "description": "It was changed meanwhile; the parameters hold both values.",
}
INVALID = {"model": Problem, "description": "A value is not valid."}
router = APIRouter(tags=["collections"], responses={404: {"model": Problem}, 409: CONFLICT, 422: INVALID})

MOST_ITEMS = 10_000
"""Items that one request names."""
Collections = Annotated[CollectionService, provided(CollectionService)]
Items = Annotated[CollectionItemService, provided(CollectionItemService)]
Grants = Annotated[CollectionGrantService, provided(CollectionGrantService)]
Exporter = Annotated[CollectionExporter, provided(CollectionExporter)]
Reader = Annotated[Actor, allowed(READ)]
Editor = Annotated[Actor, allowed(EDIT)]
Number = Annotated[int, Path(ge=1, le=LARGEST, description="The number of the collection.")]
Id = Annotated[int, Field(ge=1, le=LARGEST)]
Version = Annotated[int, Field(ge=1, le=LARGEST)]
Short = Annotated[str, Field(max_length=100), Storable()]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), Storable()]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION), Storable()]
Sort = Annotated[str, Field(pattern=SORT, max_length=65)]


class PlaceBody(BaseModel):
    """Where something goes: at most one of them; none: last."""

    model_config = STRICT

    before: Id | None = None
    after: Id | None = None
    first: bool = False
    last: bool = False

    def place(self) -> Place:
        """The same for the service."""
        return Place(before=self.before, after=self.after, first=self.first, last=self.last)


class NewCollectionBody(BaseModel):
    """A collection to be made; with filters it is a saved search."""

    model_config = STRICT

    name: Name
    parent: Id | None = None
    description: Description = ""
    filters: Filters | None = None
    sort: Sort = ""
    private: bool = False


class CollectionChangeBody(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = STRICT

    name: Name | None = None
    description: Description | None = None
    cover: Annotated[str, Field(max_length=4096), Storable()] | None = None
    """SHA-1 of an asset; empty: the first item."""
    filters: Filters | None = None
    sort: Sort | None = None
    private: bool | None = None
    if_version: Version | None = None
    """409 if the collection has another version by now."""


class CollectionMoveBody(PlaceBody):
    """Where a collection goes: into another one, or to the top, and among the collections there."""

    parent: Id | None = None
    to_top: bool = False
    if_version: Version | None = None


class ChosenBody(SelectedBody, PlaceBody):
    """What is to be added: assets and subclips; and where it goes."""

    subclips: Annotated[tuple[Id, ...], Field(max_length=MOST_ITEMS)] = ()

    def chosen(self) -> Chosen:
        """The same for the service."""
        return Chosen(**Selected.of(self).model_dump(), subclips=self.subclips)


class PinBody(SelectedBody, PlaceBody):
    """Which assets are always in a saved search, and where among those."""


class ExcludeBody(SelectedBody):
    """Which assets are never in a saved search."""


class RemoveBody(SelectedBody):
    """What is to be taken out: items by their numbers, or by what they are of."""

    items: Annotated[tuple[Id, ...], Field(max_length=MOST_ITEMS)] = ()
    subclips: Annotated[tuple[Id, ...], Field(max_length=MOST_ITEMS)] = ()


class MoveItemsBody(PlaceBody):
    """Which items go where, together and in the order in which they stand."""

    items: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    if_version: Version | None = None
    """Of the one item that is moved; 409 if it has another one by now."""


class SortItemsBody(BaseModel):
    """By what items are sorted."""

    model_config = STRICT

    by: Annotated[str, Field(pattern=SORT, min_length=1, max_length=65)]


class GrantBody(BaseModel):
    """A right for a user, or for everybody with a role or a higher one."""

    model_config = STRICT

    to: Text
    """`user:anna` or `role:viewer`."""
    right: Annotated[str, Field(pattern=f"^({'|'.join(RIGHTS)})$")]


class Edited(BaseModel):
    """What was done."""

    edit: int | None
    """The number of the edit, with which it can be undone."""


@router.get("/collections")
def list_collections(actor: Reader, collections: Collections) -> list[CollectionReport]:
    """All collections, parents before children, siblings in their order."""
    return collections.all(actor)


@router.post("/collections", status_code=201)
def create_collection(
    actor: Editor, body: JsonBody[NewCollectionBody], collections: Collections
) -> CollectionReport:
    """Make a collection; who makes it has all rights on it."""
    parent = None if body.parent is None else str(body.parent)
    values = body.model_dump(exclude={"parent"})
    return collections.create(actor, NewCollection(parent=parent, **values))


@router.get("/collections/{collection}")
def show_collection(actor: Reader, collection: Number, collections: Collections) -> CollectionReport:
    """A collection with its number of items and its cover."""
    return collections.show(actor, collection)


@router.patch("/collections/{collection}")
def change_collection(
    actor: Editor, collection: Number, body: JsonBody[CollectionChangeBody], collections: Collections
) -> CollectionReport:
    """Change a collection's name, description, cover, search, or whether it is private."""
    values = body.model_dump(exclude={"if_version"})
    return collections.change(actor, collection, CollectionChange(**values), body.if_version)


@router.post("/collections/{collection}/move")
def move_collection(
    actor: Editor, collection: Number, body: JsonBody[CollectionMoveBody], collections: Collections
) -> CollectionReport:
    """Move a collection in the tree. No file is moved."""
    return collections.move(
        actor,
        collection,
        body.place(),
        body.parent,
        to_top=body.to_top,
        if_version=body.if_version,
    )


@router.delete("/collections/{collection}")
def delete_collection(
    actor: Editor,
    collection: Number,
    collections: Collections,
    if_version: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> CollectionsDeleted:
    """Delete a collection and all below it. Assets and files stay."""
    return collections.delete(actor, collection, if_version)


@router.get("/collections/{collection}/items")
def list_items(
    actor: Reader,
    collection: Number,
    collections: Collections,
    after: Annotated[
        str | None, Query(max_length=12, pattern="^[iv][0-9]+$", description="`after` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> ItemPage:
    """A page of the items in their order; of a saved search first what is pinned, then what it finds."""
    return collections.items(actor, collection, after, limit)


@router.post("/collections/{collection}/items")
def add_items(actor: Editor, collection: Number, body: JsonBody[ChosenBody], items: Items) -> ItemsChanged:
    """Add assets and subclips; what is in the collection already stays where it is."""
    return items.add(actor, collection, body.chosen(), body.place())


@router.post("/collections/{collection}/items/remove")
def remove_items(actor: Editor, collection: Number, body: JsonBody[RemoveBody], items: Items) -> ItemsChanged:
    """Take items out of a collection; of a saved search pins and exclusions."""
    is_chosen = body.is_given or bool(body.subclips)
    chosen = Chosen(**Selected.of(body).model_dump(), subclips=body.subclips) if is_chosen else None
    return items.remove(actor, collection, chosen, body.items)


@router.post("/collections/{collection}/items/move")
def move_items(
    actor: Editor, collection: Number, body: JsonBody[MoveItemsBody], items: Items
) -> ItemsChanged:
    """Move items before or after another one, or to the beginning or the end."""
    return items.move(actor, collection, body.items, body.place(), body.if_version)


@router.post("/collections/{collection}/items/sort")
def sort_items(
    actor: Editor, collection: Number, body: JsonBody[SortItemsBody], items: Items
) -> ItemsChanged:
    """Put items in the order of a field, once."""
    return items.sort(actor, collection, body.by)


@router.post("/collections/{collection}/pins")
def pin_assets(actor: Editor, collection: Number, body: JsonBody[PinBody], items: Items) -> ItemsChanged:
    """Have assets always in a saved search, before what it finds."""
    return items.pin(actor, collection, Chosen.of(body), body.place())


@router.get("/collections/{collection}/exclusions")
def list_exclusions(
    actor: Reader,
    collection: Number,
    collections: Collections,
    after: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="Number of the last item before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> ItemPage:
    """The assets that are never in a saved search."""
    return collections.exclusions(actor, collection, after, limit)


@router.post("/collections/{collection}/exclusions")
def exclude_assets(
    actor: Editor, collection: Number, body: JsonBody[ExcludeBody], items: Items
) -> ItemsChanged:
    """Have assets never in a saved search."""
    return items.exclude(actor, collection, Chosen.of(body))


@router.get("/collections/{collection}/rights")
def list_rights(actor: Reader, collection: Number, grants: Grants) -> list[CollectionGrantReport]:
    """The rights on a collection, with those that it inherits. For who manages it."""
    return grants.all(actor, collection)


@router.put("/collections/{collection}/rights")
def grant_right(actor: Editor, collection: Number, body: JsonBody[GrantBody], grants: Grants) -> Edited:
    """Give a right on a collection and all below it; it replaces that which they were given there before.

    It opens the assets in collections that people fill, as far as the one who grants sees them by folders.
    """
    return Edited(edit=grants.grant(actor, collection, body.to, Right[body.right.upper()]))


@router.delete("/collections/{collection}/rights")
def revoke_right(
    actor: Editor,
    collection: Number,
    grants: Grants,
    to: Annotated[Text, Query(description="`user:anna` or `role:viewer`.")],
) -> Edited:
    """Take back a right that was given on this collection."""
    return Edited(edit=grants.revoke(actor, collection, to))


_TIMELINE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind: {} for kind in MEDIA_TYPES.values()},
        "headers": {
            WARNINGS_HEADER: {
                "description": "What was left out or converted: a JSON list of sentences.",
                "schema": {"type": "string"},
            }
        },
    }
}


@router.get("/collections/{collection}/export", response_class=Response, responses=_TIMELINE)
def export_collection(
    actor: Annotated[Actor, allowed(EXPORT)],
    collection: Number,
    exporter: Exporter,
    format: Annotated[Format, Query(description="Format of the timeline.")] = Format.OTIO,
    title: Annotated[Text, Query(description="By default the name of the collection.")] = "",
    comments: Annotated[bool, Query(description="Comments as markers of the clips.")] = True,
    territory: Annotated[Short, Query(description="Where it will be used; default: not said.")] = "",
    medium: Annotated[Short, Query(description="How it will be used; default: not said.")] = "",
    reason: Annotated[
        str,
        Query(max_length=MAX_REASON, description="Why it is released although a check refuses it."),
        Storable(),
    ] = "",
) -> Response:
    """Export a collection as a timeline, in its order: assets as a whole, subclips as their span."""
    rendered = exporter.export(
        actor,
        collection,
        CollectionExport(format=format, title=title, comments=comments),
        ReleaseRequest(territory=territory, medium=medium, reason=reason),
    )
    headers = {"Content-Disposition": f'attachment; filename="collection-{collection}.{format}"'}
    if rendered.warnings:
        headers[WARNINGS_HEADER] = warnings_header(rendered.warnings)
    return Response(rendered.text, media_type=MEDIA_TYPES[format], headers=headers)
