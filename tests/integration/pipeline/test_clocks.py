"""Leases, back-off and due times hold for workers whose clocks differ: only the database's clock counts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dampipe.features.fixity.queue import FileScope
from dampipe.jobs.model import Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.ids import LocationId
from tests.support.commands import run_program
from tests.support.pipeline import Deployment, hash

HOUR = 3600.0
WORKER = """
import sys, time
url, hours, action = sys.argv[1:]
true_time = time.time
time.time = lambda: true_time() + float(hours) * 3600
for module in list(sys.modules.values()):  # those that have imported the function
    for name in [name for name, value in vars(module).items() if value is true_time]:
        setattr(module, name, time.time)

from tests.support.pipeline import Deployment, hash
from tests.support.catalog import Catalog
from dampipe.jobs.model import Subject
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Transient

here = Deployment(Catalog(Database(url)))
key, subject = here.plan.key(hash), Subject(location=1)
if action == "claim":
    print(here.catalog.runs.claim(key, subject, f"elsewhere/{hours}/1", 60.0) is not None)
elif action == "defer":
    run = here.catalog.runs.claim(key, subject, "me", 60.0)
    here.catalog.runs.fail(run, "me", Transient("the share is away"), 300.0)
elif action == "walk":
    print(here.catalog.scans.claim(2, f"elsewhere/{hours}/1", 60.0) is not None)
elif action == "check":
    print(here.catalog.verifications.claim(f"elsewhere/{hours}/1", 60.0, most=9) is not None)
elif action == "sweep":
    print(here.sweep.run()["recovered"])
"""


@pytest.fixture
def here(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    made = Deployment(catalogue_url)
    made.scan(folder)
    yield made
    made.catalog.close()


def worker(url: str, hours: int, action: str) -> str:
    """What another process prints whose clock is so many hours fast."""
    done = run_program(WORKER, url, str(hours), action, environment=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(("first", "second"), [(-1, 1), (1, -1)])
def test_a_lease_is_kept_from_a_worker_whose_clock_differs(
    here: Deployment, catalogue_url: str, first: int, second: int
) -> None:
    assert worker(catalogue_url, first, "claim") == "True"
    with here.catalog.database.read() as connection:
        left = connection.execute(
            select((RUN.c.lease_until - NOW).label("left")).where(RUN.c.location_id == 1)
        ).scalar_one()
    assert 0 < left <= 60
    assert worker(catalogue_url, second, "claim") == "False"
    assert worker(catalogue_url, second, "sweep") == "0"


def test_an_expired_lease_is_claimed_by_a_worker_whose_clock_is_slow(
    here: Deployment, catalogue_url: str
) -> None:
    subject = Subject(location=LocationId(1))
    assert here.catalog.runs.claim(here.plan.key(hash), subject, "gone", -1.0) is not None
    assert worker(catalogue_url, -1, "claim") == "True"


def test_a_back_off_is_kept_by_a_worker_whose_clock_is_fast(here: Deployment, catalogue_url: str) -> None:
    worker(catalogue_url, -1, "defer")
    row = here.catalog.runs.find(here.plan.key(hash), Subject(location=LocationId(1)))
    assert row is not None and not row.due
    assert worker(catalogue_url, 1, "claim") == "False"
    with here.catalog.database.read() as connection:
        left = connection.execute(
            select((RUN.c.not_before - NOW).label("left")).where(RUN.c.location_id == 1)
        ).scalar_one()
    assert 200 < left <= 300


@pytest.mark.parametrize(("first", "second"), [(-1, 1), (1, -1)])
def test_the_leases_of_a_scan_and_of_a_fixity_check_are_kept_likewise(
    here: Deployment, catalogue_url: str, folder: Path, first: int, second: int
) -> None:
    here.drain()
    assert here.catalog.scans.create([str(folder)]) == 2
    checks = here.catalog.verifications
    [source] = here.catalog.sources.all()
    assert checks.request([FileScope(source.id, "", "clip0.mp4")], checks.now() + HOUR / 2, None, 0.0) == 1
    for action in ("walk", "check"):
        assert worker(catalogue_url, first, action) == "True"
        assert worker(catalogue_url, second, action) == "False"
