"""A sync does not wait for ever for what no worker takes."""

from pathlib import Path
from time import monotonic, time
from typing import Any, cast

import pytest

from dampipe.features.fixity.service import FixityService
from dampipe.features.scanning import sync as waiting
from dampipe.features.scanning.sync import NightlyPolicy, SyncService
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart
from tests.support.pipeline import Deployment


@pytest.fixture
def sync(here: Deployment) -> SyncService:
    verify = cast(FixityService, cast(Any, None))
    return SyncService(here.catalog, lambda: here.carrier, lambda: here.sweep, verify, NightlyPolicy())


def test_a_standstill_ends_the_waiting(
    here: Deployment, folder: Path, sync: SyncService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.5)
    scan = here.scan(folder)
    here.catalog.workers.report("w@there", ["scan"], {}, time())
    told: list[int] = []
    began = monotonic()
    with pytest.raises(CannotStart, match=r"\d stages wait, and no worker has taken one") as stopped:
        sync._wait([scan], True, lambda scans, left: told.append(left))
    assert monotonic() - began < 30 and "dampipe doctor" in stopped.value.hint

    def work(scans: object, left: int) -> None:
        here.sweep.run()
        here.drain(4)

    monkeypatch.setattr(waiting, "PATIENCE", 30)
    [progress] = sync._wait([scan], True, work)
    assert (progress.done, progress.active) == (5, 0), "as long as something moves it waits"


def test_what_is_done_between_two_looks_is_counted(
    here: Deployment, folder: Path, sync: SyncService, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = here.scan(folder)
    look = waiting.left_to_do

    def work_first(database: Database) -> int:
        here.sweep.run()
        here.drain(4)
        return look(database)

    monkeypatch.setattr(waiting, "left_to_do", work_first)
    [progress] = sync._wait([scan], True, lambda scans, left: None)
    assert (progress.done, progress.active) == (5, 0)
