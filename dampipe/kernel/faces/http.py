"""What the HTTP endpoints of features have in common."""

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.container import Services
from dampipe.kernel.errors import ErrorCode, InvalidInput, TooLarge
from dampipe.kernel.faces.remedies import Remedies

T = TypeVar("T")


PICTURE_TOO_LARGE = ErrorCode(
    "picture.too_large", "the picture has more than {limit} MiB", "Send a smaller one."
)
NO_PICTURE = ErrorCode(
    "picture.missing", "the request has no picture in its body", "Send a JPEG, PNG or WebP."
)


class Problem(BaseModel):
    """What went wrong, and what to do next."""

    detail: str
    hint: str = ""
    code: str = ""
    """Stable, `subject.problem`; listed in docs/api.md. Empty for what has no code."""
    parameters: dict[str, Any] = {}
    """What the text was filled with."""


def provided(kind: type[T]) -> Any:
    """The FastAPI dependency on the service of that type."""

    def find(request: Request) -> T:
        services: Services = request.app.state.services
        return services.get(kind)

    return Depends(find)


RemediesDep = Annotated[Remedies, provided(Remedies)]
"""What to do next about stored errors."""

STRICT = ConfigDict(extra="forbid")
"""Configuration of request models: an unknown field is an error."""


class Health(BaseModel):
    """Whether the server's parts answer."""

    catalogue: str
    broker: str
    version: str


MAX_BYTES = "x-max-bytes"
"""Key in the `openapi_extra` of an endpoint that limits the bytes of its body itself; else a limit for all holds."""
MAX_PICTURE = 32 << 20
"""Bytes of a picture in a request."""


async def picture_body(request: Request) -> bytes:
    """The body of a request, MAX_PICTURE bytes at most. Raises InvalidInput, TooLarge if there are more."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > MAX_PICTURE:
            raise TooLarge(PICTURE_TOO_LARGE, limit=MAX_PICTURE >> 20)
    if not data:
        raise InvalidInput(NO_PICTURE)
    return bytes(data)


PictureDep = Annotated[bytes, Depends(picture_body)]
