"""Locks of assets: one function takes them, in one order, over both databases."""

import random
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

import dampipe
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import ASSET
from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database

COUNT = 1203
"""More than twice what one statement takes."""
REFUSES: dict[Hold, set[Hold]] = {
    Hold.EXISTENCE: {Hold.VERSIONS},
    Hold.ANNOTATIONS: {Hold.ANNOTATIONS, Hold.VERSIONS},
    Hold.VERSIONS: set(Hold),
}
"""What must wait for each."""


@pytest.fixture
def database(catalogue_url: str) -> Iterator[Database]:
    made = Database(catalogue_url)
    migrate.upgrade(made)
    with made.write() as connection:
        rows = [{"id": number, "added_at": 1.0} for number in range(1, COUNT + 1)]
        connection.execute(insert(ASSET), rows)
    yield made
    made.close()


def test_only_assets_that_exist_are_locked_and_they_come_in_order(database: Database) -> None:
    asked = [COUNT + 5, *random.Random(1).sample(range(1, COUNT + 1), COUNT), 7, 7]
    for hold in Hold:
        with database.write() as connection:
            assert lock_assets(connection, asked, hold) == list(range(1, COUNT + 1))
            assert lock_assets(connection, [], hold) == []


def _is_free(database: Database, hold: Hold) -> bool:
    """Whether another transaction can lock asset 2 without waiting."""
    with database.write() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        try:
            lock_assets(connection, [2], hold)
        except OperationalError:
            connection.rollback()
            return False
    return True


@pytest.mark.parametrize("hold", Hold)
def test_each_hold_keeps_out_what_it_says(database: Database, hold: Hold) -> None:
    if database.is_sqlite:
        return  # one transaction writes at a time

    def others() -> set[Hold]:
        return {other for other in Hold if not _is_free(database, other)}

    with database.write() as connection, ThreadPoolExecutor(1) as pool:
        lock_assets(connection, [1, 2, 3], hold)
        assert pool.submit(others).result(30) == REFUSES[hold]
    assert others() == set()


def test_transactions_that_lock_the_same_assets_in_any_order_all_end(database: Database) -> None:
    """PostgreSQL ends one of two transactions that wait for each other with an error."""
    start = threading.Barrier(4)

    def work(seed: int) -> int:
        rng, done = random.Random(seed), 0
        start.wait(30)
        for _ in range(12):
            with database.write() as connection:
                asked = rng.sample(range(1, COUNT + 1), 700)
                done += len(lock_assets(connection, asked, rng.choice(list(Hold))))
        return done

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [12 * 700] * 4


def test_no_other_function_locks_assets() -> None:
    found = [
        f"{path.name}: {statement[:80]}"
        for path in sorted(Path(dampipe.__file__).parent.rglob("features/**/*.py"))
        if path.name != "locks.py"
        for statement in re.findall(r"select\(ASSET\b[^;]*?with_for_update", path.read_text(encoding="utf-8"))
        if "\n\n" not in statement
    ]
    assert found == []
