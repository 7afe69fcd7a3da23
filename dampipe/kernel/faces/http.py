"""What the HTTP endpoints of features have in common."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import Body, Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
)
from pydantic_core.core_schema import (
    CoreSchema,
    no_info_after_validator_function,
    no_info_wrap_validator_function,
)

from dampipe.kernel.access import Actor, ActorKind, Scope, require
from dampipe.kernel.container import Services
from dampipe.kernel.errors import Busy, ErrorCode, Forbidden, InvalidInput, TooLarge
from dampipe.kernel.faces import API
from dampipe.kernel.faces.remedies import Remedies
from dampipe.kernel.guests import NOT_FOR_GUESTS, guest_endpoints
from dampipe.kernel.storable import is_storable

T = TypeVar("T")


PICTURE_TOO_LARGE = ErrorCode(
    "picture.too_large", "the picture has more than {limit} MiB", "Send a smaller one."
)
NO_PICTURE = ErrorCode(
    "picture.missing", "the request has no picture in its body", "Send a JPEG, PNG or WebP."
)
PICTURES_WAITING = ErrorCode(
    "picture.waiting", "too many pictures are being sent at once", "Try again in a few seconds."
)
TEXT_INVALID = ErrorCode(
    "request.text_invalid",
    "{text} holds a character that cannot be stored",
    "Leave out NUL and halves of surrogate pairs.",
)


class Problem(BaseModel):
    """What went wrong, and what to do next."""

    detail: str
    hint: str = ""
    code: str = ""
    """Stable, `subject.problem`; listed in docs/api.md. Empty for what has no code."""
    parameters: dict[str, Any] = {}
    """What the text was filled with."""


BEARER = HTTPBearer(scheme_name="token", auto_error=False, description="`dampipe token create` makes one.")
SESSION = APIKeyCookie(
    name="dampipe", scheme_name="session", auto_error=False, description="Set by a login without TLS."
)
SECURE_SESSION = APIKeyCookie(
    name="__Host-dampipe", scheme_name="session_tls", auto_error=False, description="Set by a login over TLS."
)
"""How a request says who sends it, in OpenAPI; `allowed` names the scope in the requirements of each endpoint."""
PUBLIC_MARK = "x-public"
PUBLIC = {PUBLIC_MARK: True, "security": []}
"""`openapi_extra` of an endpoint that needs no login. An endpoint that neither has it nor `allowed` is refused."""


@cache
def allowed(scope: Scope) -> Any:
    """The FastAPI dependency on the actor of a request, who must have the scope. Raises Forbidden."""

    def find(
        request: Request,
        _bearer: Annotated[Any, Security(BEARER)],
        _session: Annotated[Any, Security(SESSION)],
        _secure: Annotated[Any, Security(SECURE_SESSION)],
    ) -> Actor:
        actor: Actor = request.app.state.authenticate(request)
        if actor.kind is ActorKind.LINK:
            _require_open(request, actor)
        require(actor, scope)
        return actor

    return Security(find, scopes=[scope.name])


def _require_open(request: Request, actor: Actor) -> None:
    """Raise Forbidden unless guests may ask the endpoint of a request, and the link allows what it is for."""
    path: str = request.scope[
        "route"
    ].path_format  # as OpenAPI has it: without converters, such as {number:int}
    method = "GET" if request.method == "HEAD" else request.method
    scope = guest_endpoints().get(f"{method} {path.removeprefix(API)}")
    if scope is None or (scope and scope not in (actor.scopes or ())):
        raise Forbidden(NOT_FOR_GUESTS)


def provided(kind: type[T]) -> Any:
    """The FastAPI dependency on the service of that type."""

    def find(request: Request) -> T:
        services: Services = request.app.state.services
        return services.get(kind)

    return Depends(find)


@dataclass(frozen=True)
class Storable:
    """Annotation of a text of a client: any database stores it. Raises InvalidInput (TEXT_INVALID)."""

    pattern: str = r"^[^\u0000]*$"
    """What OpenAPI says of the text: a regular expression of ECMA 262. Others check that it matches."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check a text, whatever else it has to be."""
        return no_info_after_validator_function(_check_text, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """State the pattern."""
        return {**handler(schema), "pattern": self.pattern}


def _check_text(text: str) -> str:
    if not is_storable(text):
        raise InvalidInput(TEXT_INVALID, text=ascii(text[:100]))
    return text


Text = Annotated[str, Field(max_length=1000), Storable()]
"""A text of a client: no NUL, no half of a surrogate pair, 1000 characters at most."""
MAX_PATH = 4096
"""Bytes of a path on Linux, and characters of one in a request."""
PathText = Annotated[str, Field(max_length=MAX_PATH), Storable()]
"""The same for a path, which may be longer."""

RemediesDep = Annotated[Remedies, provided(Remedies)]
"""What to do next about stored errors."""

STRICT = ConfigDict(extra="forbid")
"""Configuration of request models: an unknown field is an error."""


MOST_EXACT = 1 << 53
"""Up to here the numbers of JSON, which are floating-point numbers, are exact."""


def _with_integers(value: Any) -> Any:
    """The same JSON, with `2.0` as `2`: OpenAPI does not distinguish them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < MOST_EXACT else value
    if isinstance(value, list):
        return [_with_integers(one) for one in value]
    if isinstance(value, dict):
        return {name: _with_integers(one) for name, one in value.items()}
    return value


@dataclass(frozen=True)
class StrictJson:
    """Annotation of a model that is read from JSON: no type stands for another, such as `0` for false, `"5"` for 5."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by the strict rules of JSON: texts are dates and members of enumerations, lists are tuples."""
        adapter = cache(lambda: TypeAdapter(source))

        def validate(value: Any, lax: ValidatorFunctionWrapHandler) -> Any:
            if isinstance(value, bytes):  # of another content type
                return lax(value)
            return adapter().validate_json(json.dumps(_with_integers(value)), strict=True)

        return no_info_wrap_validator_function(validate, handler(source))


JsonBody = Annotated[T, Body(), StrictJson()]
"""`JsonBody[Model]`: the body of a request."""


WARNINGS_HEADER = "Dampipe-Warnings"
MOST_WARNINGS = 20
MOST_WARNING = 200
"""Characters. Clients and proxies limit the length of a header to a few kilobytes."""


def warnings_header(warnings: Sequence[str]) -> str:
    """The value of WARNINGS_HEADER: a JSON list in ASCII of at most MOST_WARNINGS sentences."""
    shown = [warning[:MOST_WARNING] for warning in warnings[:MOST_WARNINGS]]
    if len(warnings) > MOST_WARNINGS:
        shown[-1] = f"and {len(warnings) - MOST_WARNINGS + 1} more"
    return json.dumps(shown)


class Health(BaseModel):
    """Whether the server's parts answer: `ok`, or `down`. The reason stands in the server's log."""

    catalogue: str
    broker: str
    version: str
    workers: str
    """`ok` if a worker runs, `none`, or `unknown` while the catalogue is down."""


MAX_BYTES = "x-max-bytes"
"""Key in the `openapi_extra` of an endpoint that limits the bytes of its body itself; else a limit for all holds."""
MAX_PICTURE = 32 << 20
"""Bytes of a picture in a request."""


PICTURES_AT_ONCE = 8
"""Pictures that requests hold in memory at a time;"""
PLACE_WAIT = 10.0
"""seconds that others wait for a place, before they are refused."""


@asynccontextmanager
async def place(request: Request, name: str, places: int, refusal: ErrorCode) -> AsyncIterator[None]:
    """One of a number of places for large bodies, which the application has by name. Raises Busy (refusal)."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, asyncio.Semaphore(places))
    free: asyncio.Semaphore = getattr(state, name)
    try:
        await asyncio.wait_for(free.acquire(), PLACE_WAIT)
    except TimeoutError:
        raise Busy(refusal) from None
    try:
        yield
    finally:
        free.release()


async def picture_body(request: Request) -> AsyncIterator[bytes]:
    """The body of a request, MAX_PICTURE bytes at most.

    Raises InvalidInput for an empty one, TooLarge if there are more bytes, Busy if no place becomes free.
    """
    async with place(request, "pictures", PICTURES_AT_ONCE, PICTURES_WAITING):
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > MAX_PICTURE:
                raise TooLarge(PICTURE_TOO_LARGE, limit=MAX_PICTURE >> 20)
        if not data:
            raise InvalidInput(NO_PICTURE)
        yield bytes(data)


PictureDep = Annotated[bytes, Depends(picture_body)]
