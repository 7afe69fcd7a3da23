"""A scan killed by SIGKILL at any point goes on where it was and ends as if nothing had happened.

With DAMPIPE_TEST_SCALE=full: 20 points in each of two scans; in the suite fewer.
"""

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.support.scanning import FULL, Scanning, grow, stir

POINTS = 20 if FULL else 4
SAME = {"scan": 0, "created_at": 0.0}


def small_steps(url: str, set_up: bool = True) -> Scanning:
    """Scanning in which a small tree takes many transactions and many pages."""
    made = Scanning(url, set_up=set_up)
    made.policy = replace(made.policy, changes_written=7, write_interval=0.0, locations_changed=3, page=5)
    return made


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = small_steps(catalogue_url)
    yield made
    made.close()


class Steps:
    """Counts what a database is asked and told; may kill the process at a certain step."""

    def __init__(self, engine: Engine, last: int = 0) -> None:
        self.count, self.last = 0, last
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self.step)

    def step(self, *what: object) -> None:
        """One more."""
        if len(what) > 2 and str(what[2]).startswith("BEGIN"):  # said aloud to SQLite only
            return
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(url: str, scan: int, last: int) -> bool:
    """Walk in a process of its own that is killed at that step; whether it came to that."""
    child = os.fork()
    if child == 0:
        try:
            mine = small_steps(url, set_up=False)
            Steps(mine.catalog.database.engine, last)
            mine.attempt(scan)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_walk_killed_at_random_points_ends_like_an_undisturbed_one(
    here: Scanning, catalogue_url: str, tmp_path: Path
) -> None:
    dice, root = random.Random(catalogue_url.partition(":")[0]), tmp_path / "tree"
    grow(root, 120, dice)
    calm = small_steps(f"sqlite:///{tmp_path / 'calm.sqlite'}")
    steps = Steps(calm.catalog.database.engine)
    for round_ in ("first", "second", "third", "fourth"):
        if round_ != "first":
            stir(root, dice, round_)
        steps.count = 0
        expected = calm.scan(root)
        number = here.catalog.scans.create([str(root)])
        points = sorted(dice.sample(range(4, steps.count - 20), POINTS))
        kills = 0
        # Each goes on from where the one before was killed, a few steps further than that one came.
        for one, next_ in zip([0, *points], points, strict=False):
            kills += killed(catalogue_url, number, max(4, next_ - one))
        here.attempt(number)
        assert kills >= POINTS // 2
        found = here.catalog.scans.progress(number)
        assert found.model_copy(update=SAME) == expected.model_copy(update=SAME)
        assert here.places() == calm.places()
        if round_ != "second":  # once, a scan comes before the hashes are done
            assert here.hash_all() == calm.hash_all()
            assert here.places() == calm.places()
    calm.close()


def test_a_walk_that_was_killed_does_not_start_over(
    here: Scanning, catalogue_url: str, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    grow(root, 120, random.Random(1))
    number = here.catalog.scans.create([str(root)])
    commits = 0

    def is_late(*_: object) -> None:
        nonlocal commits
        commits += 1
        if commits == 25:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            mine = small_steps(catalogue_url, set_up=False)
            event.listen(mine.catalog.database.engine, "commit", is_late)
            mine.attempt(number)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    written = here.catalog.scans.progress(number).found
    here.attempt(number)
    assert 20 < written < 100
    # The folder that was written last is read again, for what lies below it.
    assert here.asked == 120 - written + 6
    assert here.catalog.scans.progress(number).found == 120
