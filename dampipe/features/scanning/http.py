"""Scans over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from dampipe.features.scanning.model import LARGEST_ID, Enqueued, EnqueueRequest, ScanProgress
from dampipe.features.scanning.service import ScanService
from dampipe.kernel.faces.http import Problem, provided

router = APIRouter(tags=["scans"])

ScanId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Scans = Annotated[ScanService, provided(ScanService)]


@router.post(
    "/scans",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "None of the paths exists."}},
)
def submit_scan(request: EnqueueRequest, scans: Scans) -> Enqueued:
    """Submit a scan and return at once. Its progress is at `/scans/{scan}`."""
    return scans.enqueue(request)


@router.get("/scans")
def list_scans(scans: Scans, limit: Annotated[int, Query(ge=1, le=1000)] = 20) -> list[ScanProgress]:
    """Scans, newest first."""
    return scans.latest(limit)


@router.get("/scans/{scan}", responses={404: {"model": Problem}})
def follow_scan(scan: ScanId, scans: Scans) -> ScanProgress:
    """How far a scan is."""
    return scans.progress(scan)


@router.post("/scans/{scan}/pause", responses={404: {"model": Problem}})
def pause_scan(scan: ScanId, scans: Scans) -> ScanProgress:
    """Stop the walk at the next folder and start none of its files until the scan is resumed."""
    return scans.pause(scan)


@router.post("/scans/{scan}/resume", responses={404: {"model": Problem}})
def resume_scan(scan: ScanId, scans: Scans) -> ScanProgress:
    """Continue a paused scan where it was."""
    return scans.resume(scan)


@router.post("/scans/{scan}/cancel", responses={404: {"model": Problem}})
def cancel_scan(scan: ScanId, scans: Scans) -> ScanProgress:
    """End a scan: files found stay known, those not started stay on hold until another scan adopts them."""
    return scans.cancel(scan)
