"""Scans, status and failures over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from dampipe.features.scanning.model import LARGEST, ScanProgress
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import LibraryDep, Problem, ScanRequest, ScanSubmitted

router = APIRouter(tags=["scans"])

Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.post(
    "/scans",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "None of the paths exists."}},
)
def submit_scan(request: ScanRequest, library: LibraryDep) -> ScanSubmitted:
    """Submit a scan; it goes on by itself. Follow it at /api/scans/{scan}."""
    relative = [path for path in request.paths if not path.startswith("/")]
    if relative:
        raise InvalidInput(f"not an absolute path: {relative[0]}")
    return ScanSubmitted(
        **library.enqueue(request.paths, process=request.process, priority=request.priority).model_dump()
    )


@router.get("/scans")
def list_scans(library: LibraryDep, limit: Annotated[int, Query(ge=1, le=1000)] = 20) -> list[ScanProgress]:
    """Scans, the newest first."""
    return library.scans.latest(limit)


@router.get("/scans/{scan}", responses={404: {"model": Problem}})
def follow_scan(scan: Number, library: LibraryDep) -> ScanProgress:
    """How far a scan is."""
    return library.progress(scan)


@router.post("/scans/{scan}/pause", responses={404: {"model": Problem}})
def pause_scan(scan: Number, library: LibraryDep) -> ScanProgress:
    """Stop the walk at the next folder and start none of its files until it is resumed."""
    return library.scans.pause(scan)


@router.post("/scans/{scan}/resume", responses={404: {"model": Problem}})
def resume_scan(scan: Number, library: LibraryDep) -> ScanProgress:
    """Go on where it was."""
    return library.scans.resume(scan)


@router.post("/scans/{scan}/cancel", responses={404: {"model": Problem}})
def cancel_scan(scan: Number, library: LibraryDep) -> ScanProgress:
    """End a scan: files found stay known, those not yet started wait for another scan of the place."""
    return library.scans.cancel(scan)
