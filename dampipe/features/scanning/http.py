"""Scans over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, status
from pydantic import Field

from dampipe.features.scanning import model
from dampipe.features.scanning.model import LARGEST_ID, Enqueued, ScanProgress
from dampipe.features.scanning.service import ScanService
from dampipe.kernel.access import SCAN, STATUS, Actor
from dampipe.kernel.faces.http import MAX_PATH, JsonBody, Problem, Storable, allowed, provided

router = APIRouter(tags=["scans"])

ScanId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Observer = Annotated[Actor, allowed(STATUS)]
Scanning = Annotated[Actor, allowed(SCAN)]
Scans = Annotated[ScanService, provided(ScanService)]
OVER: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such scan."},
    409: {"model": Problem, "description": "The state of the scan does not allow it."},
}
AbsolutePath = Annotated[str, Field(max_length=MAX_PATH), Storable(r"^(/|[a-z][a-z0-9+.-]+://)[^\u0000]*$")]
MAX_PATHS = 1000
"""Paths of one request."""


class EnqueueRequest(model.EnqueueRequest):
    """Files and folders to scan: below the sources or the folders of the setting scan_roots."""

    paths: Annotated[tuple[AbsolutePath, ...], Field(min_length=1, max_length=MAX_PATHS)]
    """Absolute paths as the machine sees them that receives the request, or URLs."""


@router.post(
    "/scans",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        403: {"model": Problem, "description": "A path is not below a source or one of the scan roots."},
        404: {"model": Problem, "description": "None of the paths exists."},
        503: {"model": Problem, "description": "The storage of a URL does not answer, or denies access."},
    },
)
def submit_scan(actor: Scanning, request: JsonBody[EnqueueRequest], scans: Scans) -> Enqueued:
    """Submit a scan and return at once. Its progress is at `/scans/{scan}`."""
    return scans.enqueue_inside(actor, request)


@router.get("/scans")
def list_scans(
    actor: Observer, scans: Scans, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> list[ScanProgress]:
    """Scans, newest first."""
    return scans.latest(actor, limit)


@router.get("/scans/{scan}", responses={404: {"model": Problem}})
def follow_scan(actor: Observer, scan: ScanId, scans: Scans) -> ScanProgress:
    """How far a scan is."""
    return scans.progress(actor, scan)


@router.post("/scans/{scan}/pause", responses=OVER)
def pause_scan(actor: Scanning, scan: ScanId, scans: Scans) -> ScanProgress:
    """Stop the walk at the next folder and start none of its files until the scan is resumed."""
    return scans.pause(actor, scan)


@router.post("/scans/{scan}/resume", responses=OVER)
def resume_scan(actor: Scanning, scan: ScanId, scans: Scans) -> ScanProgress:
    """Continue a paused scan where it was."""
    return scans.resume(actor, scan)


@router.post("/scans/{scan}/cancel", responses=OVER)
def cancel_scan(actor: Scanning, scan: ScanId, scans: Scans) -> ScanProgress:
    """End a scan: files found stay known, those not started stay on hold until another scan adopts them."""
    return scans.cancel(actor, scan)
