"""Search over HTTP."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, ValidationError, model_validator

from dampipe.features.search import model as domain
from dampipe.features.search.model import Filter, Found, Only, Orientation
from dampipe.kernel.faces.http import STRICT, LibraryDep, PictureDep, Problem
from dampipe.media.info import MediaKind
from dampipe.timeline import MEDIA_TYPES, Format, render

router = APIRouter(tags=["search"], responses={404: {"model": Problem}})

PICTURE_TYPES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    }
}


class Question(BaseModel):
    """The question as parameters, named as on the command line."""

    model_config = STRICT

    q: Annotated[str, Field(max_length=1000, description="Words; -word for what must not be there.")] = ""
    without: list[str] = []
    like: Annotated[list[str], Field(description="ASSET@SECONDS")] = []
    only: Only | None = None
    source: list[str] = []
    folder: list[str] = []
    since: str = ""
    until: str = ""
    camera: list[str] = []
    duration: str = ""
    codec: list[str] = []
    resolution: str = ""
    orientation: list[Orientation] = []
    tag: list[str] = []
    kind: list[MediaKind] = []
    flat: bool = False
    moments: Annotated[int, Field(ge=1, le=100)] = 3
    strong: bool = False
    limit: Annotated[int, Field(ge=1, le=domain.MOST)] = 10
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0

    @model_validator(mode="after")
    def _is_understood(self) -> Self:
        try:
            self.query()
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
        return self

    def query(self, image: bytes | None = None) -> domain.Query:
        """The same as the domain's value."""
        given = self.model_dump()
        chosen = Filter(**{name: given.pop(name) for name in Filter.model_fields})
        return domain.Query(words=given.pop("q"), image=image, filter=chosen, **given)


class ExportQuestion(Question):
    """The same, and what the file is to be."""

    format: Format

    def query(self, image: bytes | None = None) -> domain.Query:
        """The same as the domain's value."""
        plain = self.model_dump(exclude={"format"})
        return Question.model_construct(**plain).query(image)


@router.get("/search")
def search(library: LibraryDep, question: Annotated[Question, Query()]) -> Found:
    """What fits words, moments and filters best; filters alone list the newest assets first."""
    return library.search(question.query())


@router.post("/search", openapi_extra=PICTURE_TYPES)
def search_by_picture(
    library: LibraryDep, question: Annotated[Question, Query()], picture: PictureDep
) -> Found:
    """The same with a picture as the body: JPEG, PNG or WebP, 32 MiB at most."""
    return library.search(question.query(picture))


@router.get(
    "/search/export",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
def export(library: LibraryDep, question: Annotated[ExportQuestion, Query()]) -> Response:
    """The moments as a timeline for editing programs; the same question as for a search."""
    found = library.search(question.query())
    text = render(library.cuts(found), question.format, "dampipe")
    headers = {"Content-Disposition": f'attachment; filename="dampipe.{question.format}"'}
    return Response(text, media_type=MEDIA_TYPES[question.format], headers=headers)
