"""What came in, and what an engineer watches, over HTTP: throughput and disks."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.processing.arrivals import Arrivals, ArrivalService
from dampipe.features.processing.disks import StorageReport, StorageService
from dampipe.features.processing.throughput import Throughput, ThroughputService
from dampipe.kernel.access import MANAGE, STATUS, Actor
from dampipe.kernel.faces.http import allowed, provided

router = APIRouter(tags=["processing"])


@router.get("/throughput")
def read_throughput(
    actor: Annotated[Actor, allowed(STATUS)],
    throughput: Annotated[ThroughputService, provided(ThroughputService)],
    hours: Annotated[int, Query(ge=1, le=24 * 365)] = 24,
) -> Throughput:
    """How many runs of each stage have ended in the last hours, and what waits how long."""
    return throughput.read(actor, hours)


@router.get("/storage")
def read_storage(
    actor: Annotated[Actor, allowed(MANAGE)], storage: Annotated[StorageService, provided(StorageService)]
) -> StorageReport:
    """What derivatives and the catalogue take, and how much is free where dampipe writes and reads.

    `GET /tiers/usage` lists what the sources hold, and costs.
    """
    return storage.read(actor)


@router.get("/arrivals")
def read_arrivals(
    actor: Annotated[Actor, allowed(STATUS)],
    arrivals: Annotated[ArrivalService, provided(ArrivalService)],
    days: Annotated[int, Query(ge=1, le=90)] = 14,
    minutes_east: Annotated[int, Query(ge=-14 * 60, le=14 * 60)] = 0,
) -> Arrivals:
    """How many files came in by source and day. minutes_east: of Greenwich, where the days begin at midnight."""
    return arrivals.read(actor, days, minutes_east)
