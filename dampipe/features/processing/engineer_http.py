"""What an engineer watches, over HTTP: throughput and disks."""

from typing import Annotated

from fastapi import APIRouter, Query

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
