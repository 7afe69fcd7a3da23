"""While the database, the broker or the disk is away, workers log one line for each task and no traceback."""

import logging
from typing import Any

import pytest

from dampipe.jobs.errors import EMBEDDED_BROKER_DOWN
from dampipe.kernel.db.errors import FULL, UNUSABLE
from dampipe.kernel.errors import BrokerDown, CatalogueDown, DampipeError, StorageFull
from dampipe.workers import app as workers

PROBLEMS = [
    CatalogueDown(UNUSABLE, place="postgresql://nas/db", problem="the server closed the connection"),
    BrokerDown(EMBEDDED_BROKER_DOWN),
    StorageFull(FULL, place="/home"),
]


class Away:
    """A container of a deployment whose catalogue is away."""

    def __init__(self, problem: DampipeError) -> None:
        self._problem = problem

    def get(self, _: Any) -> Any:
        raise self._problem


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_a_task_of_any_kind_leaves_it_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, problem: DampipeError
) -> None:
    monkeypatch.setattr(workers, "process_container", lambda: Away(problem))
    arguments = {"dampipe.sweep": (), "dampipe.probe": ("location-1", "a.mov"), "dampipe.scan": (1,)}
    for name, values in arguments.items():
        caplog.clear()
        with caplog.at_level(logging.INFO):
            done = workers.app.tasks[name].apply(args=values)
        assert done.state == "SUCCESS", done.traceback
        (line,) = [entry for entry in caplog.records if entry.name.startswith("dampipe")]
        assert str(problem) in line.message and "sweep" in line.message
        assert "\n" not in line.message and not any(entry.exc_info for entry in caplog.records)


def test_a_fault_of_dampipe_still_has_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "process_container", lambda: Away(ZeroDivisionError()))  # type: ignore[arg-type]
    assert workers.app.tasks["dampipe.sweep"].apply().state == "FAILURE"
