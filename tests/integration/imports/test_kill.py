"""A worker that is killed at any step of an import leaves whole files only, and the next one continues."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dampipe.features.imports.model import SessionState
from dampipe.features.imports.step import ImportPolicy
from dampipe.kernel.db.database import Database
from tests.support.camera_card import contents, make_card, snapshot, write
from tests.support.catalog import Catalog
from tests.support.importing import Importing

KILLS = 20
LONG = ImportPolicy(portion=600.0, blocked_delay=0.0, retry_delay=0.0, check_interval=0.0)
CALLS = ("open", "link", "unlink", "fsync", "utime", "mkdir", "fchmod")
"""Functions of `os` before which a process may be killed, besides each statement and each block that is written."""


def kill_at(step: int, database: Database, patch: Callable[[Any, str, Any], None]) -> None:
    """Have this process killed at its nth step."""
    left = [step]

    def count(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in CALLS:
        patch(os, name, _counted(getattr(os, name), count))
    event.listen(database.engine, "before_cursor_execute", count)
    event.listen(database.engine, "commit", count)


def _counted(call: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def counted(*arguments: Any, **more: Any) -> Any:
        count()
        return call(*arguments, **more)

    return counted


def run_killed(here: Importing, number: int, step: int, **more: Any) -> bool:
    """Work in a process that is killed at a step; whether it was."""
    url = here.catalog.database.url.render_as_string(hide_password=False)
    here.catalog.database.close()
    child = os.fork()
    if child == 0:
        try:
            mine = Importing(Catalog(Database(url)), LONG, **more)
            kill_at(step, mine.catalog.database, setattr)
            mine.worker.portion(number)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    here.sweep()  # ends the lease of the dead
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.timeout(600)
def test_an_import_killed_at_random_moments_is_whole_at_the_end(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1", clips=19)
    write(card / "PRIVATE/M4ROOT/GENERAL/NOTES.BIN", "notes", 900)
    before, wanted = snapshot(card), contents(card)
    assert len(wanted) == 60
    roots = [here.managed(name, tmp_path / name) / "CARD1" for name in "ab"]
    number = here.begin("card", card, "a", "b", pattern="{card}")
    chance, kills, half_written = random.Random(15), 0, 0
    while kills < KILLS:
        killed = run_killed(here, number, chance.randint(1, 130))
        kills += killed
        assert killed or here.report(number).is_over, here.report(number)
        for root in roots:  # a name stands for a whole file
            for path, data in contents(root).items():
                half_written += "dampipe-import" in path
                assert "dampipe-import" in path or data == wanted[path], path
        if not killed:
            break
    assert kills == KILLS, "the import was over too early: lower the steps"
    assert half_written, "no kill was in the middle of a file"
    report = here.work(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, True), report
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.already_there, counts.set_aside) == (60, 60, 0, 0)
    assert all(contents(root) == wanted for root in roots)
    assert snapshot(card) == before
    assert len(here.files(number)) == 60
    assert here.catalog.scans.progress(report.scan or 0).path_count == 2


@pytest.mark.parametrize("step", range(20, 150, 10))
def test_a_small_import_killed_once_is_whole(here: Importing, tmp_path: Path, step: int) -> None:
    card = make_card(tmp_path / "CARD1", clips=1)
    root = here.managed("a", tmp_path / "a") / "CARD1"
    number = here.begin("card", card, "a", pattern="{card}")
    killed = run_killed(here, number, step)
    assert killed or here.report(number).is_over
    report = here.work(number)
    assert report.safe_to_format and report.counts.imported == 5
    assert contents(root) == contents(card)


def test_a_cancelled_import_leaves_no_half_written_file(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1", clips=2)
    here.managed("a", tmp_path / "a")
    number = here.begin("card", card, "a", pattern="{card}")
    step = 40
    while run_killed(here, number, step):
        if any("dampipe-import" in path for path in contents(tmp_path / "a")):
            break
        step += 7
    assert any("dampipe-import" in path for path in contents(tmp_path / "a"))
    from dampipe.kernel.access import LOCAL

    here.service.cancel(LOCAL, number)
    here.worker.portion(number)
    found = contents(tmp_path / "a")
    assert not any("dampipe-import" in path for path in found)
    assert {path.removeprefix("CARD1/") for path in found} <= set(contents(card))
    assert here.repository.due() == []
    report = here.report(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.CANCELLED, False, False)
