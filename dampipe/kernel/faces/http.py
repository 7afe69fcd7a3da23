"""What the API takes and gives beyond the domain's own values."""

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from dampipe.app.library import Library
from dampipe.kernel.container import Services
from dampipe.kernel.errors import InvalidInput

T = TypeVar("T")

API = "/api"
"""Where the HTTP API is mounted."""


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


STRICT = ConfigDict(extra="forbid")
"""For what is asked: a name that is mistyped is told, not passed by."""


class Health(BaseModel):
    """Whether the server's parts answer."""

    catalogue: str
    broker: str
    version: str


def the_library(request: Request) -> Library:
    """The library the application was made over."""
    library: Library = request.app.state.library
    return library


LibraryDep = Annotated[Library, Depends(the_library)]


LARGEST_PICTURE = 32 << 20
"""Bytes of a picture in a question."""


async def the_picture(request: Request) -> bytes:
    """The body of a request, as long as it is no larger than a picture. Raises InvalidInput."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_PICTURE:
            raise InvalidInput(f"a picture of more than {LARGEST_PICTURE >> 20} MiB")
    if not data:
        raise InvalidInput("no picture in the body", hint="Send a JPEG, PNG or WebP.")
    return bytes(data)


PictureDep = Annotated[bytes, Depends(the_picture)]
