"""What is asked all the time must not walk the tables of a library of a million files.

SQLite says beforehand how it will look things up, and decides without statistics, hence the same for few rows
as for many.
"""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from dampipe.features.scanning.progress import failed_since, left_to_do
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from tests.support.catalog import Catalog
from tests.support.scanning import HASH, Scanning, grow

_LARGE = re.compile(r"SCAN (run|location|asset|folder|verification|vector|old|new|done)\b")
_FEW = re.compile(r"INDEX (run_in_trouble|run_on_hold|location_missed|verification_next|verification_bad)\b")
"""Indexes over the few rows for which something holds."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scanning]:
    made = Scanning(f"sqlite:///{tmp_path / 'c.sqlite'}")
    yield made
    made.close()


class Plans:
    """How SQLite carries out what it is asked, noted as it is asked."""

    def __init__(self, here: Scanning) -> None:
        self._engine = here.catalog.database.engine
        self._asked: list[tuple[str, Any]] = []
        event.listen(self._engine, "before_cursor_execute", self._note)

    def _note(self, _: Any, __: Any, statement: str, given: Any, ___: Any, many: bool) -> None:
        if re.match(r"(SELECT|UPDATE|DELETE|INSERT|WITH)\b", statement):
            self._asked.append((statement, given[0] if many else given))

    def walked(self, ask: Callable[[], object]) -> list[str]:
        """The steps of a plan that go through all of a large table, and their statements."""
        self._asked = []
        ask()
        found: list[str] = []
        asked, self._asked = self._asked, []
        with self._engine.connect() as connection:
            for statement, given in asked:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
                steps = [row.detail for row in rows if _LARGE.match(row.detail)]
                found += [f"{step}: {statement}" for step in steps if not _FEW.search(step)]
        assert asked
        return found


ASKED: dict[str, Callable[[Catalog], object]] = {
    "dispatch": lambda c: (c.backlog.in_flight("main"), c.backlog.take("main", 3)),
    "what the broker has lost": lambda c: (
        c.recovery.waiting_in_broker(-1e12),
        c.recovery.unqueue(["hash"], None, 1.0),
        c.recovery.unqueue(["hash"], "nas", 1.0, to_all=True),
    ),
    "whose worker is gone": lambda c: c.recovery.expire(3, lambda _: False),
    "scans to walk": lambda c: (c.scans.due(), c.scans.owners()),
    "how far scans are": lambda c: c.scans.latest(5),
    "what is left": lambda c: (left_to_do(c.database), failed_since(c.database, 1.0)),
    "what runs": lambda c: c.results.running(["hash", "probe"], 20),
    "failures": lambda c: (c.assets.failures(100), c.verdicts.failures(100)),
    "readings": lambda c: (c.verifications.is_idle(), c.verifications.waiting()),
    "a reader": lambda c: (c.verifications.claim("me", 1.0, 1), c.verifications.owners()),
    "what is on hold": lambda c: c.holding.apply_pending(HASH),
    "what is tried again": lambda c: (c.retries.retry_transient(), c.retries.retry_unavailable()),
    "one file": lambda c: (c.assets.files(location=1), c.assets.files(version=1), c.assets.runs(1)),
}
"""What is asked every few seconds, or of every file."""


@pytest.fixture
def library(here: Scanning, tmp_path: Path) -> Scanning:
    """Files that are done, that wait and that failed, and some that no scan has found."""
    grow(tmp_path / "tree", 30, random.Random(1))
    here.scan(tmp_path / "tree")
    here.hash_all()
    failed = {"state": RunState.FAILED, "error_kind": "transient"}
    with here.catalog.database.write() as connection:
        connection.execute(RUN.update().where(RUN.c.id % 3 == 0).values(failed))
        connection.execute(RUN.update().where(RUN.c.id % 3 == 1).values(state=RunState.PENDING))
        not_hashed = select(RUN.c.location_id).where(RUN.c.state != RunState.DONE)
        connection.execute(LOCATION.update().where(LOCATION.c.id.in_(not_hashed)).values(version_id=None))
    grow(tmp_path / "tree" / "more", 5, random.Random(2))
    return here


@pytest.mark.parametrize("what", ASKED)
def test_no_table_is_walked(library: Scanning, what: str) -> None:
    assert Plans(library).walked(lambda: ASKED[what](library.catalog)) == []


def test_nor_for_a_large_scan(library: Scanning) -> None:
    large = ScanRepository(library.catalog.database, library.catalog.sources, small=0)
    assert Plans(library).walked(lambda: large.latest(5)) == []
    small = ScanRepository(library.catalog.database, library.catalog.sources)  # one that has cached nothing
    [scan] = small.latest(5)
    assert large.latest(5) == [scan]
    assert (scan.done, scan.failed, scan.active) == (10, 10, 10)


def test_nor_by_a_scan(library: Scanning, tmp_path: Path) -> None:
    number = library.catalog.scans.create([str(tmp_path / "tree")])
    assert Plans(library).walked(lambda: library.attempt(number)) == []
    assert library.catalog.scans.progress(number).new == 5
