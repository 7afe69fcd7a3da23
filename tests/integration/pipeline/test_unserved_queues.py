"""A stage that no worker takes, since its package is missing, holds up nothing else, and is caught up later."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.toolbox import Tools
from tests.support.pipeline import Deployment, make_runner

WINDOW = 2


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Deployment]:
    made = Deployment(catalogue_url, window=WINDOW, grace=0.0)
    yield made
    made.catalog.close()


def present(here: Deployment, *queues: str, since: float = 60.0) -> None:
    here.catalog.workers.report("worker@here", list(queues), {}, since)


def work(here: Deployment, *queues: str) -> None:
    """Everything that workers of these queues can do, with sweeps between."""
    for _ in range(12):
        here.drain(served=queues)
        here.sweep.run()


def test_the_other_stages_go_on_beyond_the_window(here: Deployment, folder: Path) -> None:
    present(here, "control", "scan", "io", "slow")
    here.scan(folder)
    work(here, "io", "slow")
    assert here.counts("measure") == {"done": 5}, "five files, and two chains in flight at the most"
    assert here.counts("polish") == {"done": 5}
    assert here.counts("halve") == {"pending": 5}
    assert here.transport.waiting() == 0, "nothing is kept for a worker that is not there"


def test_a_worker_that_comes_takes_what_waited(here: Deployment, folder: Path) -> None:
    present(here, "io", "slow")
    here.scan(folder)
    work(here, "io", "slow")
    present(here, "io", "slow", "batch")
    work(here, "io", "slow", "batch")
    for stage in here.plan.stages:
        assert here.counts(stage.name) == {"done": 5}
    assert set(here.diary.calls.values()) == {1}


@pytest.mark.parametrize("since", [None, 1.0], ids=["no worker", "workers that have just started"])
def test_while_a_deployment_starts_everything_is_dispatched(
    here: Deployment, folder: Path, since: float | None
) -> None:
    if since is not None:
        present(here, "io", since=since)
    here.scan(folder)
    assert here.transport.waiting() == WINDOW
    here.sweep.run()
    assert here.transport.waiting() == WINDOW


class Lacking(Tools):
    """A toolbox of a machine on which the package of every tool is missing."""

    def missing_packages(self, tools: Iterable[type]) -> str:
        return "dampipe[torch]" if list(tools) else ""


def test_a_worker_that_lacks_the_package_does_not_claim_a_run(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    lacking = make_runner(here.catalog, here.plan, Lacking({}), here.dispatcher)
    report = lacking.run("hash", Subject(location=1))
    assert (report.outcome, report.reason) == (Outcome.LATER, "this worker lacks dampipe[torch]")
    assert here.counts("hash") == {"pending": 5}
    here.drain()
    assert here.counts("hash") == {"done": 5}
