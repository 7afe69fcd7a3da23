"""Comments over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, BeforeValidator, Field

from dampipe.features.assets.http import AssetNames, SelectedBody, Sha1
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.exchange import CommentExchange
from dampipe.features.review.model import (
    MAX_LIMIT,
    MAX_NAME,
    MAX_TEXT,
    Audience,
    CommentEdit,
    CommentExport,
    CommentKind,
    CommentPage,
    CommentQuery,
    CommentReport,
    CommentRequest,
    Counted,
    Imported,
    Mentionable,
    MentionReport,
)
from dampipe.features.review.service import ReviewService
from dampipe.features.timelines.http import TIMELINE_BODY, FormatOf, TimelineBody
from dampipe.kernel.access import COMMENT, EXPORT, READ, Actor
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

MOST_NUMBER = 2**31 - 1
CHANGED = {
    "model": Problem,
    "description": "The comment was changed meanwhile; the parameters have both values.",
}
INVALID = {"model": Problem, "description": "A value is not valid."}
router = APIRouter(tags=["comments"], responses={404: {"model": Problem}, 422: INVALID})

Review = Annotated[ReviewService, provided(ReviewService)]
Exchange = Annotated[CommentExchange, provided(CommentExchange)]
Reader = Annotated[Actor, allowed(READ)]
Writer = Annotated[Actor, allowed(COMMENT)]
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Version = Annotated[int | None, Field(ge=1, le=MOST_NUMBER)]
Said = Annotated[str, Field(max_length=MAX_TEXT), Storable()]
Name = Annotated[str, Field(max_length=MAX_NAME), Storable()]
Short = Annotated[str, Field(max_length=100), Storable()]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Before = Annotated[int | None, Query(ge=1, le=MOST_NUMBER, description="Older than this comment.")]
Resolved = Annotated[bool | None, Query(description="Only resolved ones, or only open ones.")]
Kind = Annotated[CommentKind | None, Query(description="Only comments, or only markers.")]


def _check_date(value: object) -> object:
    """Refuse a number, which would be taken for seconds since 1970."""
    if isinstance(value, str) and "-" not in value[1:]:
        raise ValueError("give a date or a time in the form of ISO 8601")
    return value


Since = Annotated[datetime, BeforeValidator(_check_date)]
Author = Annotated[Text, Query(description="Only threads in which this user or guest wrote something.")]


class CommentBody(BaseModel):
    """A comment or a marker on an asset."""

    model_config = STRICT

    text: Said = ""
    start: Short | None = None
    """Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code; null: it is about the whole asset."""
    end: Short | None = None
    """Of a span, whose end is not part of it; null: a point."""
    kind: CommentKind = CommentKind.COMMENT
    name: Name = ""
    """Of a marker."""
    color: Short = ""
    drawing: Drawing | None = None
    """On the frame at `start`."""
    audience: Audience = Audience.EVERYONE
    """`team`: guests of share links do not see it."""


class EditBody(BaseModel):
    """What is to be changed of a comment; what is not given stays."""

    model_config = STRICT

    text: Said | None = None
    start: Short | None = None
    end: Short | None = None
    whole: bool = False
    """Have it be about the whole asset, without a time."""
    name: Name | None = None
    color: Short | None = None
    drawing: Drawing | None = None
    no_drawing: bool = False
    """Delete the drawing."""
    audience: Audience | None = None
    """Replies for the team stay for the team where their thread is opened to everyone."""
    if_version: Version = None
    """The `version` of the comment that was read."""


class ReplyBody(BaseModel):
    """An answer to a comment."""

    model_config = STRICT

    text: Annotated[Said, Field(min_length=1)]
    audience: Audience = Audience.EVERYONE
    """What is answered to the team is for the team in any case."""


class VersionBody(BaseModel):
    """The version of the comment that was read."""

    model_config = STRICT

    if_version: Version = None


class FindBody(SelectedBody):
    """Which threads are listed: of named assets, of those that pass filters, or of all."""

    resolved: bool | None = None
    kind: CommentKind | None = None
    author: Text = ""
    guests: bool = False
    since: datetime | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    before: Annotated[int | None, Field(ge=1, le=MOST_NUMBER)] = None


class ExportBody(BaseModel):
    """Assets whose comments become markers of a timeline, and its use."""

    model_config = STRICT

    assets: Annotated[AssetNames, Field(min_length=1)]
    format: Format
    title: Annotated[str, Field(max_length=200), Storable()] = "Comments"
    team: bool = True
    """Whether what is for the team is exported, too."""
    territory: Short = ""
    medium: Short = ""
    reason: Text = ""


class MentionsBody(BaseModel):
    """In which comments mentions are read."""

    model_config = STRICT

    comments: (
        Annotated[tuple[Annotated[int, Field(ge=1, le=MOST_NUMBER)], ...], Field(max_length=1000)] | None
    ) = None
    """Numbers of comments; null: all."""


@router.get("/assets/{sha1}/comments")
def list_asset_comments(
    actor: Reader,
    sha1: Sha1,
    review: Review,
    resolved: Resolved = None,
    kind: Kind = None,
    author: Author = "",
    limit: Limit = 100,
    after: Annotated[Text | None, Query(description="The `next` of the page before.")] = None,
) -> CommentPage:
    """The comments and markers of an asset by the time at which they are in its current version, with replies."""
    return review.of_asset(actor, sha1, resolved=resolved, kind=kind, author=author, limit=limit, after=after)


@router.post("/assets/{sha1}/comments", status_code=201)
def add_comment(actor: Writer, sha1: Sha1, body: JsonBody[CommentBody], review: Review) -> CommentReport:
    """Comment on a version of an asset, or set a marker."""
    given = {name: getattr(body, name) for name in type(body).model_fields}
    return review.add(actor, CommentRequest(asset=sha1, **given))


@router.get("/assets/{sha1}/mentionable")
def list_mentionable(actor: Writer, sha1: Sha1, review: Review) -> list[Mentionable]:
    """The users who see an asset, and so may be mentioned in comments on it as `@name`."""
    return review.mentionable(actor, sha1)


@router.get("/comments")
def list_comments(
    actor: Reader,
    review: Review,
    resolved: Resolved = None,
    kind: Kind = None,
    author: Author = "",
    guests: Annotated[bool, Query(description="Only threads in which a guest wrote something.")] = False,
    since: Annotated[
        Since | None, Query(description="Only threads in which something happened since then.")
    ] = None,
    limit: Limit = 100,
    before: Before = None,
) -> CommentPage:
    """The comments of the library, newest first, with replies."""
    return review.find(
        actor,
        CommentQuery(
            resolved=resolved,
            kind=kind,
            author=author,
            guests=guests,
            since=since,
            limit=limit,
            before=before,
        ),
    )


@router.post("/comments/find")
def find_comments(actor: Reader, body: JsonBody[FindBody], review: Review) -> CommentPage:
    """The same of named assets, or of those that pass filters."""
    return review.find(actor, CommentQuery(**{name: getattr(body, name) for name in type(body).model_fields}))


@router.get("/comments/mentions")
def list_mentions(
    actor: Reader,
    review: Review,
    unread: Annotated[bool, Query(description="Only those that are not marked as read.")] = True,
    limit: Limit = 100,
    before: Before = None,
) -> list[MentionReport]:
    """Comments that mention the one who asks, newest first."""
    return review.mentions(actor, unread=unread, limit=limit, before=before)


@router.post("/comments/mentions/read")
def read_mentions(actor: Reader, body: JsonBody[MentionsBody], review: Review) -> Counted:
    """Mark mentions of the one who asks as read."""
    return review.read_mentions(actor, body.comments)


@router.post(
    "/comments/export",
    response_class=Response,
    responses={
        200: {
            "content": {kind: {} for kind in MEDIA_TYPES.values()},
            "description": "The timeline.",
            "headers": {
                WARNINGS_HEADER: {
                    "description": "What was left out or converted: a JSON list of sentences.",
                    "schema": {"type": "string"},
                }
            },
        }
    },
)
def export_comments(
    actor: Annotated[Actor, allowed(EXPORT)], body: JsonBody[ExportBody], exchange: Exchange
) -> Response:
    """A timeline for editing programs with a clip for each asset, whose markers are its comments."""
    rendered = exchange.export(
        actor, CommentExport(**{name: getattr(body, name) for name in type(body).model_fields})
    )
    headers = {"Content-Disposition": f'attachment; filename="comments.{body.format}"'}
    if rendered.warnings:
        headers[WARNINGS_HEADER] = warnings_header(rendered.warnings)
    return Response(rendered.text, media_type=MEDIA_TYPES[body.format], headers=headers)


@router.post("/comments/import", openapi_extra=TIMELINE_BODY)
def import_comments(
    actor: Writer,
    exchange: Exchange,
    format: FormatOf,
    data: TimelineBody,
    audience: Annotated[Audience, Query(description="Of new comments and replies.")] = Audience.EVERYONE,
    dry_run: Annotated[bool, Query(description="Change nothing.")] = False,
) -> Imported:
    """Import the markers of a timeline as comments; those that were exported as comments are recognised.

    The body is the file as an editing program exports it, 16 MiB at most. No path in it is opened.
    """
    return exchange.read(actor, data, format, audience=audience, dry_run=dry_run)


@router.get("/comments/{number:int}")
def show_comment(actor: Reader, number: Number, review: Review) -> CommentReport:
    """The thread of a comment."""
    return review.show(actor, number)


@router.patch("/comments/{number:int}", responses={409: CHANGED})
def edit_comment(actor: Writer, number: Number, body: JsonBody[EditBody], review: Review) -> CommentReport:
    """Edit one's own comment, marker or reply."""
    return review.edit(
        actor, number, CommentEdit(**{name: getattr(body, name) for name in type(body).model_fields})
    )


@router.delete("/comments/{number:int}", responses={409: CHANGED})
def delete_comment(
    actor: Writer,
    number: Number,
    review: Review,
    if_version: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
) -> Counted:
    """Delete one's own comment with its replies, or for managers any. An undo restores it."""
    return review.delete(actor, number, if_version=if_version)


@router.post("/comments/{number:int}/replies", status_code=201)
def reply_to_comment(
    actor: Writer, number: Number, body: JsonBody[ReplyBody], review: Review
) -> CommentReport:
    """Answer a comment; an answer to a reply belongs to the thread."""
    return review.reply(actor, number, body.text, body.audience)


@router.post("/comments/{number:int}/resolve", responses={409: CHANGED})
def resolve_comment(
    actor: Writer, number: Number, body: JsonBody[VersionBody], review: Review
) -> CommentReport:
    """Resolve the thread of a comment."""
    return review.resolve(actor, number, if_version=body.if_version)


@router.post("/comments/{number:int}/reopen", responses={409: CHANGED})
def reopen_comment(
    actor: Writer, number: Number, body: JsonBody[VersionBody], review: Review
) -> CommentReport:
    """Open a resolved thread again."""
    return review.reopen(actor, number, if_version=body.if_version)


@router.get(
    "/comments/{number:int}/drawing.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The drawing."}},
)
def show_drawing(actor: Reader, number: Number, review: Review) -> Response:
    """The drawing of a comment as SVG, in the pixels of the upright picture: lines alone.

    The policy that all answers have keeps a browser from running or loading anything.
    """
    return Response(review.svg(actor, number), media_type="image/svg+xml")
