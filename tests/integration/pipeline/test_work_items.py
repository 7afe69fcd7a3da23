"""Work items of a kind that a feature adds: claimed, renewed, retried, killed and recovered like runs of stages."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, text

from dampipe.jobs.model import Outcome, RunState
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.queue import parse_work_item_key
from dampipe.jobs.stage import PipelineError
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkItem, WorkRegistry
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound, Transient
from dampipe.kernel.feature import Feature, Work
from dampipe.kernel.ids import RunId
from tests.support.catalog import Catalog
from tests.support.parcels import PARCEL, ParcelHandler
from tests.support.pipeline import Deployment

KINDS = {"parcel": PARCEL}


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Deployment]:
    made = Deployment(catalogue_url, work=KINDS)
    with made.catalog.database.write() as connection:
        connection.execute(text("CREATE TABLE delivered (item INTEGER, recipient TEXT)"))
    yield made
    made.catalog.close()


@pytest.fixture
def disturb(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[WorkItem], object]], None]:
    return lambda step, what: monkeypatch.setattr(ParcelHandler, step, staticmethod(what))


def send(here: Deployment, to: str = "Ada", key: str = "1") -> RunId:
    with here.catalog.database.write() as connection:
        item = here.work.add(connection, "parcel", key, parameters={"to": to})
    assert item is not None
    return item


def delivered(here: Deployment) -> list[str]:
    with here.catalog.database.read() as connection:
        return list(connection.execute(text("SELECT recipient FROM delivered ORDER BY item")).scalars())


def test_an_item_is_dispatched_done_and_saved_once(here: Deployment) -> None:
    item = send(here)
    assert here.sweep.run()["started"] == 1
    [chain] = here.transport.chains()
    assert (chain.stages, parse_work_item_key(chain.key)) == (("parcel",), item)
    assert here.drain() == 1
    assert delivered(here) == ["Ada"]
    assert here.counts("parcel") == {"done": 1}
    assert here.work_runner.run("parcel", item).outcome is Outcome.ALREADY
    assert delivered(here) == ["Ada"]


def test_items_are_told_apart_by_their_key_and_may_be_cancelled(here: Deployment) -> None:
    item = send(here)
    with here.catalog.database.write() as connection:
        assert here.work.add(connection, "parcel", "1", parameters={"to": "Ada"}) is None
        assert here.work.add(connection, "parcel", "2", parameters={"to": "Bob"}) is not None
        assert here.work.cancel(connection, item)
        assert not here.work.cancel(connection, item)
    here.sweep.run()
    here.drain()
    assert delivered(here) == ["Bob"]


def test_higher_priority_comes_first_and_a_delay_is_kept(here: Deployment) -> None:
    with here.catalog.database.write() as connection:
        for key, priority, delay in (("1", 0, 0.0), ("2", 5, 0.0), ("3", 9, 300.0)):
            here.work.add(connection, "parcel", key, parameters={"to": key}, priority=priority, delay=delay)
    here.dispatcher.top_up_all()
    assert [parse_work_item_key(chain.key) for chain in here.transport.chains()] == [2, 1]


def test_a_transient_failure_is_tried_again_and_given_up_in_the_end(
    here: Deployment, disturb: Callable[[str, Callable[[WorkItem], object]], None]
) -> None:
    def fail(item: WorkItem) -> None:
        raise Transient("the courier is away", delay=0.0)

    disturb("on_run", fail)
    item = send(here)
    outcomes = [here.work_runner.run("parcel", item).outcome for _ in range(3)]
    assert outcomes == [Outcome.LATER, Outcome.LATER, Outcome.FAILED]
    row = here.work.find("parcel", item)
    assert (row.state, row.error_kind, row.attempts) == (RunState.FAILED, "transient", 3)
    disturb("on_run", lambda item: None)
    assert here.catalog.retries.retry(stage="parcel") == 1
    here.sweep.run()
    here.drain()
    assert delivered(here) == ["Ada"]


def test_a_result_that_cannot_be_saved_leaves_nothing(
    here: Deployment, disturb: Callable[[str, Callable[[WorkItem], object]], None]
) -> None:
    def fail(item: WorkItem) -> None:
        raise KeyError("recipient")

    disturb("on_save", fail)
    assert here.work_runner.run("parcel", send(here)).outcome is Outcome.FAILED
    assert delivered(here) == []
    assert here.counts("parcel") == {"failed": 1}


def test_a_lease_is_renewed_while_the_handler_works(
    catalogue_url: str, here: Deployment, disturb: Callable[[str, Callable[[WorkItem], object]], None]
) -> None:
    patient = Deployment(here.catalog, work=KINDS, policy=RunPolicy(lease=0.6, max_attempts=3))
    entered, leave = threading.Event(), threading.Event()

    def wait(item: WorkItem) -> None:
        entered.set()
        assert leave.wait(60)

    disturb("on_run", wait)
    item = send(here)
    thread = threading.Thread(target=patient.work_runner.run, args=("parcel", item))
    thread.start()
    assert entered.wait(60)
    before = here.work.find("parcel", item).lease_until
    time.sleep(1.2)  # twice the lease
    assert here.work_runner.run("parcel", item).outcome is Outcome.HELD
    assert here.work.find("parcel", item).lease_until > before
    until = time.monotonic() + 60
    while not (running := here.catalog.results.running(["parcel"], 5)) or running[0].progress is None:
        assert time.monotonic() < until, "progress was never written"
        time.sleep(0.05)
    assert (running[0].progress.done, running[0].progress.total) == (1, 2)
    leave.set()
    thread.join()
    assert delivered(here) == ["Ada"]


def work_in_child(url: str, item: RunId, step: str) -> None:
    """Do an item in a process of its own that is killed by SIGKILL at that step."""
    child = os.fork()
    if child == 0:
        try:
            setattr(ParcelHandler, step, staticmethod(lambda item: os.kill(os.getpid(), signal.SIGKILL)))
            Deployment(Catalog(Database(url)), work=KINDS).work_runner.run("parcel", item)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("step", ["on_run", "on_save"])
def test_an_item_whose_worker_is_killed_is_recovered_and_saved_exactly_once(
    here: Deployment, catalogue_url: str, step: str
) -> None:
    item = send(here)
    here.dispatcher.top_up_all()
    here.transport.lose_everything()  # the message is in the killed worker's hands
    work_in_child(catalogue_url, item, step)
    assert delivered(here) == []
    row = here.work.find("parcel", item)
    assert (row.state, row.attempts) == (RunState.RUNNING, 1)
    found = here.sweep.run()
    assert (found["recovered"], found["started"]) == (1, 1)
    assert here.drain() == 1
    assert delivered(here) == ["Ada"]
    row = here.work.find("parcel", item)
    assert (row.state, row.attempts, row.owner) == (RunState.DONE, 2, None)
    assert here.sweep.run()["recovered"] == 0


def test_an_item_that_kills_its_worker_is_parked(here: Deployment, catalogue_url: str) -> None:
    item = send(here)
    for _ in range(3):
        work_in_child(catalogue_url, item, "on_run")
        here.sweep.run()
    row = here.work.find("parcel", item)
    assert row.state == RunState.FAILED and "the worker died 3 times" in row.reason
    assert delivered(here) == []


def test_a_message_that_the_broker_has_lost_is_sent_again(here: Deployment) -> None:
    impatient = Deployment(here.catalog, work=KINDS, grace=0.0)
    send(here)
    impatient.dispatcher.top_up_all()
    impatient.transport.lose_everything()
    assert impatient.sweep.run()["lost"] == 1
    assert impatient.drain() == 1
    assert delivered(here) == ["Ada"]


def test_other_kinds_survive_a_change_of_the_pipeline(here: Deployment) -> None:
    item = send(here)
    here.sweep.plan_missing()
    with here.catalog.database.read() as connection:
        assert connection.execute(select(RUN.c.id)).scalars().all() == [item]


def test_a_kind_may_not_have_the_name_of_a_stage_or_of_another_kind() -> None:
    first, second = (Feature(name, __name__, work=KINDS) for name in ("one", "two"))
    with pytest.raises(PipelineError, match="parcel has the name of another"):
        WorkRegistry.of([first, second], [], lambda kind: kind())
    with pytest.raises(PipelineError, match="parcel has the name of another"):
        WorkRegistry.of([first], ["hash", "parcel"], lambda kind: kind())
    kinds = WorkRegistry.of(
        [first, Feature("other", __name__, work={"copy": Work("io", "x:y")})], ["hash"], lambda kind: kind()
    )
    assert list(kinds) == ["parcel", "copy"]
    with pytest.raises(NotFound) as error:
        kinds.handler("letter")
    assert (error.value.code, error.value.parameters) == ("work.kind_unknown", {"kind": "letter"})
