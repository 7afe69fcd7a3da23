"""A sync does not wait for ever for what no worker takes."""

from pathlib import Path
from time import monotonic
from typing import Any, cast

import pytest

from dampipe.features.fixity.service import FixityService
from dampipe.features.scanning import errors
from dampipe.features.scanning import sync as waiting
from dampipe.features.scanning.remedies import CLI
from dampipe.features.scanning.sync import NightlyPolicy, SyncService
from dampipe.jobs.nightly import NightlyJobs
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.visibility import NoRights
from tests.support.pipeline import Deployment


def sync_of(here: Deployment, patience: float = 120.0) -> SyncService:
    catalog, fixity = here.catalog, cast(FixityService, cast(Any, None))
    return SyncService(
        catalog.database,
        catalog.sources,
        catalog.scans,
        catalog.retries,
        catalog.workers,
        fixity,
        lambda: here.transport,
        lambda: here.sweep,
        NightlyPolicy(patience=patience),
        NightlyJobs(catalog.database, [], here.work, here.kinds, catalog.workers, lambda: here.transport),
        NoRights(),
    )


def test_a_standstill_ends_the_waiting(here: Deployment, folder: Path) -> None:
    scan = here.scan(folder)
    here.catalog.workers.report("w@there", ["scan"], {}, 0.0)
    told: list[int] = []
    began = monotonic()
    with pytest.raises(CannotStart, match=r"\d stages wait, and no worker has taken one") as stopped:
        sync_of(here, 0.5)._wait([scan], True, lambda scans, left: told.append(left))
    assert monotonic() - began < 30
    assert stopped.value.code == errors.NO_PROGRESS.code and "dampipe doctor" in CLI[stopped.value.code]

    def work(scans: object, left: int) -> None:
        here.sweep.run()
        here.drain(4)

    [progress] = sync_of(here, 30)._wait([scan], True, work)
    assert (progress.done, progress.active) == (5, 0), "as long as something moves it waits"


def test_what_is_done_between_two_looks_is_counted(
    here: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = here.scan(folder)
    count = waiting.left_to_do

    def work_first(database: Database) -> int:
        here.sweep.run()
        here.drain(4)
        return count(database)

    monkeypatch.setattr(waiting, "left_to_do", work_first)
    [progress] = sync_of(here)._wait([scan], True, lambda scans, left: None)
    assert (progress.done, progress.active) == (5, 0)
