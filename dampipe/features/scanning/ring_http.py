"""Notifications of storages over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, status

from dampipe.features.scanning.ring import RingReport, RingService
from dampipe.features.scanning.scopes import NOTIFY
from dampipe.kernel.access import Actor
from dampipe.kernel.faces.http import Problem, Storable, allowed, provided

router = APIRouter(tags=["scans"])


async def body_of(request: Request) -> bytes:
    """The body of a request, of any content type: SNS states another one than it sends."""
    return await request.body()


@router.post(
    "/sources/{name:path}/notifications",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "There is no such source."}, 422: {"model": Problem}},
    openapi_extra={
        "requestBody": {
            "description": "A document of S3, SNS, EventBridge, MinIO or Ceph, a list of keys, or nothing.",
            "content": {"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}},
        }
    },
)
def notify(
    actor: Annotated[Actor, allowed(NOTIFY)],
    name: Annotated[str, Path(max_length=1000), Storable()],
    body: Annotated[bytes, Depends(body_of)],
    rings: Annotated[RingService, provided(RingService)],
) -> RingReport:
    """Say that something has changed in a source: a scan looks at the folders of the objects that are named.

    What comes within ten seconds is answered by one scan. What scans find is the truth: what a notification says of an
    object is not believed.
    """
    return rings.ring(actor, name, body)
