"""Whether the server's parts answer."""

from fastapi import APIRouter, Response

from dampipe import __version__
from dampipe.kernel.faces.http import Health, LibraryDep

router = APIRouter(tags=["health"])


@router.get("/health", responses={503: {"model": Health, "description": "A part does not answer."}})
def health(library: LibraryDep, response: Response) -> Health:
    """`ok`, or what is wrong, for each part."""
    catalogue, broker = library.check()
    if (catalogue, broker) != ("ok", "ok"):
        response.status_code = 503
    return Health(catalogue=catalogue, broker=broker, version=__version__)
