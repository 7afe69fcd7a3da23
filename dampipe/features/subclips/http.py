"""Subclips over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Name, Sha1
from dampipe.features.subclips.errors import FILTER_FORM
from dampipe.features.subclips.export import SubclipExporter
from dampipe.features.subclips.model import (
    MAX_NAME,
    MAX_NOTE,
    MOST_CREATED,
    MOST_SHOWN,
    NewSubclip,
    SubclipEdit,
    SubclipExport,
    SubclipPage,
    SubclipQuery,
    SubclipReport,
    SubclipsDeleted,
)
from dampipe.features.subclips.service import SubclipService
from dampipe.kernel.access import EDIT, EXPORT, READ, Actor
from dampipe.kernel.errors import InvalidInput
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
from dampipe.timeline import MEDIA_TYPES, Format

CONFLICT = {"model": Problem, "description": "It was changed meanwhile: the parameters hold both values."}
INVALID = {"model": Problem, "description": "A time, a name or a value is not valid."}
router = APIRouter(tags=["subclips"], responses={404: {"model": Problem}, 422: INVALID})

Subclips = Annotated[SubclipService, provided(SubclipService)]
Exporter = Annotated[SubclipExporter, provided(SubclipExporter)]
Reader = Annotated[Actor, allowed(READ)]
Editor = Annotated[Actor, allowed(EDIT)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Time = Annotated[
    str,
    Field(
        max_length=100,
        description='Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12").',
    ),
    Storable(),
]
Last = Annotated[
    Time | None,
    Field(description="Instead of `end`: the last frame, which is part of it, as an out point is."),
]
End = Annotated[Time | None, Field(description="The first frame after it; without an end it is one frame.")]
SubclipName = Annotated[str, Field(max_length=4 * MAX_NAME), Storable()]
Note = Annotated[str, Field(max_length=4 * MAX_NOTE), Storable()]
Key = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
LongText = Annotated[str, Field(max_length=100_000), Storable()]
One = LongText | bool | int | float
Fields = Annotated[
    dict[Key, One | Annotated[tuple[One, ...], Field(max_length=1000)] | None],
    Field(max_length=100, description="Values by key of a field of the schema; null: none."),
]
After = Annotated[str | None, Query(max_length=50, description="What the page before returned as `after`.")]
Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
Contains = Annotated[str, Query(max_length=1000), Storable()]
Where = Annotated[
    list[Text] | None,
    Query(max_length=100, description="A comparison of a field, such as rating>=3; several: all hold."),
]
Filters = Annotated[
    list[Text] | None,
    Query(
        max_length=100,
        description="A filter of a search that the asset passes, as name=value; may be repeated.",
    ),
]
Ids = Annotated[list[Id] | None, Query(max_length=1000, description="Only these.")]


class SpanBody(BaseModel):
    """A new subclip of an asset."""

    model_config = STRICT

    start: Time
    end: End = None
    last: Last = None
    name: SubclipName
    note: Note = ""
    fields: Fields = {}

    def of(self, asset: str) -> NewSubclip:
        """The same for the service."""
        return NewSubclip(
            asset=asset,
            start=self.start,
            end=self.end,
            last=self.last,
            name=self.name,
            note=self.note,
            fields=self.fields,
        )


class SubclipBody(SpanBody):
    """A new subclip."""

    asset: Name


class BulkBody(BaseModel):
    """Subclips that are to be created, all or none."""

    model_config = STRICT

    subclips: Annotated[tuple[SubclipBody, ...], Field(min_length=1, max_length=MOST_CREATED)]


class EditBody(BaseModel):
    """What is to be changed; what is not given stays."""

    model_config = STRICT

    start: Time | None = None
    end: End = None
    last: Last = None
    name: SubclipName | None = None
    note: Note | None = None
    fields: Fields = {}
    if_version: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="The version that the edit was made from.")
    ] = None


class NumbersBody(BaseModel):
    """Which subclips are meant."""

    model_config = STRICT

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_CREATED)]


def _query(
    text: str, where: list[str] | None, filters: list[str] | None, ids: list[int] | None = None
) -> SubclipQuery:
    by_name: dict[str, tuple[str, ...]] = {}
    for one in filters or ():
        name, sign, value = one.partition("=")
        if not sign:
            raise InvalidInput(FILTER_FORM, text=one)
        by_name[name] = (*by_name.get(name, ()), value)
    numbers = None if ids is None else tuple(ids)
    return SubclipQuery(text=text, where=tuple(where or ()), filters=by_name, ids=numbers)


@router.get("/subclips")
def list_subclips(
    actor: Reader,
    subclips: Subclips,
    text: Contains = "",
    field: Where = None,
    filter: Filters = None,
    id: Ids = None,
    limit: Limit = 100,
    after: After = None,
) -> SubclipPage:
    """The subclips of the library, newest first. text: their name or note contains it."""
    return subclips.page(actor, _query(text, field, filter, id), limit, after)


@router.post("/subclips", status_code=201)
def create_subclip(actor: Editor, body: JsonBody[SubclipBody], subclips: Subclips) -> SubclipReport:
    """Create a subclip."""
    return subclips.create(actor, body.of(body.asset))


@router.post("/subclips/bulk", status_code=201)
def create_subclips(actor: Editor, body: JsonBody[BulkBody], subclips: Subclips) -> list[SubclipReport]:
    """Create many subclips, all or none; returns them in the same order."""
    return subclips.create_many(actor, [one.of(one.asset) for one in body.subclips])


@router.post("/subclips/delete")
def delete_subclips(actor: Editor, body: JsonBody[NumbersBody], subclips: Subclips) -> SubclipsDeleted:
    """Delete many subclips, all or none."""
    return subclips.delete(actor, dict.fromkeys(body.ids))


@router.get(
    "/subclips/export",
    response_class=Response,
    responses={
        200: {
            "content": {kind: {} for kind in MEDIA_TYPES.values()},
            "headers": {
                WARNINGS_HEADER: {
                    "description": "What was left out or converted: a JSON list of sentences.",
                    "schema": {"type": "string"},
                }
            },
        }
    },
)
def export_subclips(
    actor: Annotated[Actor, allowed(EXPORT)],
    exporter: Exporter,
    format: Format,
    title: Annotated[str, Query(max_length=200), Storable()] = "Subclips",
    asset: Annotated[str | None, Query(max_length=1000), Storable()] = None,
    text: Contains = "",
    field: Where = None,
    filter: Filters = None,
    id: Ids = None,
    territory: Annotated[str, Query(max_length=100), Storable()] = "",
    medium: Annotated[str, Query(max_length=100), Storable()] = "",
    reason: Annotated[str, Query(max_length=1000), Storable()] = "",
) -> Response:
    """A timeline for editing programs with a clip for each subclip of a list, 10,000 at most."""
    query = _query(text, field, filter, id).model_copy(update={"asset": asset})
    use = {"territory": territory, "medium": medium, "reason": reason}
    rendered = exporter.export(actor, SubclipExport(**dict(query), format=format, title=title, **use))
    headers = {"Content-Disposition": f'attachment; filename="subclips.{format}"'}
    if rendered.warnings:
        headers[WARNINGS_HEADER] = warnings_header(rendered.warnings)
    return Response(rendered.text, media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/subclips/{number:int}")
def get_subclip(actor: Reader, number: Number, subclips: Subclips) -> SubclipReport:
    """One subclip."""
    return subclips.get(actor, number)


@router.patch("/subclips/{number:int}", responses={409: CONFLICT})
def edit_subclip(
    actor: Editor, number: Number, body: JsonBody[EditBody], subclips: Subclips
) -> SubclipReport:
    """Change a subclip. if_version: 409 if it was changed since, with both values."""
    return subclips.edit(actor, number, SubclipEdit(**dict(body)))


@router.delete("/subclips/{number:int}", responses={409: CONFLICT})
def delete_subclip(
    actor: Editor,
    number: Number,
    subclips: Subclips,
    if_version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> SubclipsDeleted:
    """Delete a subclip."""
    return subclips.delete(actor, [number], if_version)


@router.get("/assets/{sha1}/subclips")
def list_subclips_of_asset(
    actor: Reader,
    sha1: Sha1,
    subclips: Subclips,
    text: Contains = "",
    field: Where = None,
    limit: Limit = 100,
    after: After = None,
) -> SubclipPage:
    """The subclips of an asset, in the order of their times."""
    query = _query(text, field, None).model_copy(update={"asset": sha1})
    return subclips.page(actor, query, limit, after)


@router.post("/assets/{sha1}/subclips", status_code=201)
def create_subclip_of_asset(
    actor: Editor, sha1: Sha1, body: JsonBody[SpanBody], subclips: Subclips
) -> SubclipReport:
    """Create a subclip of an asset, whose times are those of this version."""
    return subclips.create(actor, body.of(sha1))
