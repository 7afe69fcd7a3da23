"""Events over HTTP: pages of the log, and a stream of server-sent events."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Name
from dampipe.features.events.broadcast import Broadcaster
from dampipe.features.events.model import LATEST, EventKindReport, EventPage, EventQuery
from dampipe.features.events.service import EventService
from dampipe.kernel.access import ADMIN, READ, STATUS, Actor, ActorKind, require
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.subscribers import SubscriberState
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Text, allowed, provided

router = APIRouter(tags=["events"])

Reader = Annotated[Actor, allowed(READ)]
Events = Annotated[EventService, provided(EventService)]
MOST_SEQ = 2**53 - 1
"""The highest number that JavaScript can count to."""
AUTHENTICATED_FOR = 60.0
"""Seconds after which a stream of a user or a token ends: the client resumes it by a request that is checked again. It
ends at once with an event by which its rights may have changed; this is for what is not an event, such as an expiry."""
MEDIA_TYPE = "text/event-stream"
MESSAGE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}
"""One message of the stream; `data` is JSON."""
Asset = Annotated[
    Name | None,
    Query(description="Only about the asset with this content: SHA-1, its first digits, or a path."),
]
Names = Annotated[
    list[Text] | None,
    Query(
        alias="name",
        max_length=50,
        description="Only events of these names, or of patterns such as `asset.*`.",
    ),
]
UNKNOWN_ASSET: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such asset."}}

NOT_STUCK: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such subscriber."},
    409: {"model": Problem, "description": "The subscriber does not fail at that event."},
}


class SkipRequest(BaseModel):
    """Which event is to be skipped."""

    model_config = STRICT
    seq: Annotated[int, Field(ge=1, le=MOST_SEQ)] | None = None
    """Its number, so that no other one is; None: whichever it fails at."""


@router.get("/events", responses=UNKNOWN_ASSET)
def list_events(
    actor: Reader,
    events: Events,
    since: Annotated[
        Text | None,
        Query(
            description="The number of an event, after which the answer begins; a time in ISO 8601; or how long ago: "
            "30m, 12h, 7d. Without it: the newest events."
        ),
    ] = None,
    asset: Asset = None,
    names: Names = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = LATEST,
) -> EventPage:
    """What happened, in order. `next` of an answer is `since` of the next question."""
    return events.page(actor, EventQuery(since=since, asset=asset, names=tuple(names or ()), limit=limit))


@router.get("/events/kinds")
def list_event_kinds(actor: Reader, events: Events) -> list[EventKindReport]:
    """The kinds of events that there are, by name."""
    return events.kinds(actor)


@router.get("/events/subscribers")
def list_subscribers(actor: Annotated[Actor, allowed(STATUS)], events: Events) -> list[SubscriberState]:
    """Who is given events by this deployment, and how far each is."""
    return events.subscribers(actor)


@router.post("/events/subscribers/{name}/skip", responses=NOT_STUCK)
def skip_event(
    actor: Annotated[Actor, allowed(ADMIN)],
    events: Events,
    name: Annotated[str, Path(max_length=200)],
    request: JsonBody[SkipRequest | None] = None,
) -> Event:
    """Move a subscriber past the event at which it fails, which it never gets; returns the event. Audited."""
    return events.skip(actor, name, request.seq if request is not None else None)


@router.get(
    "/events/stream",
    response_class=StreamingResponse,
    responses={
        **UNKNOWN_ASSET,
        200: {
            "description": "Server-sent events. A message without a type is an event; its `id` is its number. The type "
            "`horizon` says up to which event some were deleted that were asked for, `status` holds the "
            "status of processing, and `outage` code and text of what keeps the server from reading.",
            "content": {MEDIA_TYPE: {"schema": MESSAGE}},
        },
    },
)
async def stream_events(
    actor: Reader,
    events: Events,
    broadcaster: Annotated[Broadcaster, provided(Broadcaster)],
    asset: Asset = None,
    names: Names = None,
    status: Annotated[
        bool, Query(description="Send the status of processing, too, when it changes.")
    ] = False,
    after: Annotated[
        int | None,
        Query(ge=0, le=MOST_SEQ, description="Begin after this event; else with what happens from now on."),
    ] = None,
    seconds: Annotated[
        float | None, Query(ge=0, le=86_400, description="End the stream after so many seconds.")
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=MOST_SEQ, description="Resume after this event; a browser sends it.")
    ] = None,
) -> StreamingResponse:
    """Events as they happen, as server-sent events (`text/event-stream`)."""
    if status:
        require(actor, STATUS)
    wanted = await run_in_threadpool(events.filter, actor, EventQuery(asset=asset, names=tuple(names or ())))
    begin = after if last_event_id is None else last_event_id
    if actor.kind is not ActorKind.LOCAL:
        seconds = AUTHENTICATED_FOR if seconds is None else min(seconds, AUTHENTICATED_FOR)
    messages = await broadcaster.follow(actor, wanted, begin, status=status, seconds=seconds)
    return StreamingResponse(messages, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


@router.head("/events/stream", include_in_schema=False)
def describe_stream(_: Reader) -> Response:
    """The headers of the stream; a GET whose body is dropped would never end."""
    return Response(media_type=MEDIA_TYPE)
