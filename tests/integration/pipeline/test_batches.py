"""Batch stages: as few chains as will do, and a stage that goes on with whatever begins to wait meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.model import Outcome, RunState
from dampipe.jobs.plan import MAIN_LANE
from dampipe.jobs.stage import stage
from dampipe.jobs.tables import RUN
from dampipe.kernel.errors import BadMedia, CatalogueDown
from dampipe.kernel.stage_io import AssetRef
from tests.integration.pipeline.test_runner import Deployment, Diary, Half, Length, hash, measure

FILES = 25


@stage(queue="batch", version=2, batch=10)
def quarter(assets: list[AssetRef], lengths: list[Length], diary: Diary) -> list[Half]:
    diary.batches.append(len(assets))
    return [Half(value=length.bytes / 4) for length in lengths]


@stage(queue="batch", version=1, batch=10)
def follow(lengths: Iterator[Length], diary: Diary) -> Iterator[Half]:
    diary.batches.append(0)
    for length in lengths:
        diary.batches[-1] += 1
        diary.note("follow", str(length.bytes))
        yield Half(value=length.bytes / 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"clip{number:02}.mp4").write_bytes(b"x" * (number + 1))
    return folder


@pytest.fixture
def backlog(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    """All files wait for a batch stage, and no chain is under way."""
    first = Deployment(catalogue_url)
    first.scan(folder)
    first.carrier.work(first.runner)
    first.catalog.close()
    renewed = Deployment(catalogue_url, stages=[hash, measure, quarter])
    assert renewed.sweep.plan_missing() == FILES
    yield renewed
    renewed.catalog.close()


@pytest.fixture
def following(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    """The same, before a stage that goes on."""
    first = Deployment(catalogue_url, stages=[hash, measure])
    first.scan(folder)
    first.carrier.work(first.runner)
    first.catalog.close()
    made = Deployment(catalogue_url, stages=[hash, measure, follow])
    made.sweep.plan_missing()
    made.dispatcher.top_up_all()
    yield made
    made.catalog.close()


def chains(here: Deployment) -> list[Chain]:
    return [chain for queue in here.carrier._queues.values() for chain in queue]


def test_a_batch_stage_gets_a_chain_for_as_many_as_it_takes_at_once(backlog: Deployment) -> None:
    assert backlog.dispatcher.top_up_all() == 3
    assert backlog.dispatcher.top_up_all() == 0, "those under way will do"
    backlog.carrier.work(backlog.runner)
    assert backlog.counts("quarter") == {"done": FILES}
    assert sorted(backlog.diary.batches) == [5, 10, 10]


def test_what_cannot_be_saved_is_parked_with_its_reason_and_spoils_no_other(
    backlog: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = backlog.catalog.runs.complete

    def picky(finished: Any, *others: Any) -> Any:
        if any(output.value == 3 / 4 for _, output in finished):
            raise ValueError("no place for three quarters")
        return complete(finished, *others)

    monkeypatch.setattr(backlog.catalog.runs, "complete", picky)
    backlog.dispatcher.top_up_all()
    backlog.carrier.work(backlog.runner)
    assert backlog.counts("quarter") == {"done": FILES - 1, "failed": 1}
    [failure] = backlog.catalog.assets.failures(10)
    assert (failure.kind, failure.stage) == ("permanent", "quarter")
    assert "no place for three quarters" in failure.reason


def test_what_was_tried_before_has_a_chain_of_its_own(backlog: Deployment) -> None:
    with backlog.catalog.database.write() as connection:
        some = select(RUN.c.id).where(
            RUN.c.stage == "quarter", RUN.c.version == backlog.plan.key(quarter).version
        )
        ids = sorted(connection.execute(some).scalars())[:4]
        connection.execute(update(RUN).where(RUN.c.id.in_(ids)).values(attempts=1))
    assert backlog.dispatcher.top_up_all() == 3 + 4
    backlog.carrier.work(backlog.runner)
    assert backlog.counts("quarter") == {"done": FILES}
    assert sorted(backlog.diary.batches) == [1, 1, 1, 1, 1, 10, 10]


def test_what_a_batch_took_along_keeps_no_place_in_the_window(backlog: Deployment) -> None:
    backlog.dispatcher.top_up_all()
    key = backlog.plan.key(quarter)
    (first, *_) = chains(backlog)
    assert backlog.catalog.runs.claim(key, first.subject, "another worker", 60) is not None
    taken = backlog.catalog.runs.claim_more(key, 9, "another worker", 60)
    assert len(taken) == 9
    assert not any(one.queued for one in taken), "no chain is left to find its run done"
    assert backlog.catalog.backlog.in_flight(MAIN_LANE) == 3


def test_a_stage_that_goes_on_takes_all_that_waits(following: Deployment) -> None:
    first = chains(following)[0]
    report = following.runner.run("follow", first.subject)
    assert (report.outcome, report.also) == (Outcome.DONE, FILES - 1)
    assert following.diary.batches == [FILES]
    following.carrier.work(following.runner)
    assert following.counts("follow") == {"done": FILES}
    assert set(following.diary.calls.values()) == {1}


def test_it_ends_after_a_while_so_that_nobody_waits_for_ever(
    following: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.jobs.batch.GOES_ON", -1.0)
    report = following.runner.run("follow", chains(following)[0].subject)
    assert report.also == 9
    following.carrier.work(following.runner)
    assert following.diary.batches == [10, 10, 5]


def test_one_bad_file_does_not_spoil_the_others_of_a_stage_that_goes_on(following: Deployment) -> None:
    following.diary.raises["13"] = lambda: BadMedia("no picture")
    following.carrier.work(following.runner)
    assert following.counts("follow") == {"done": FILES - 1, "failed": 1}
    assert following.diary.calls["follow", "13"] == 2, "alone, to see that it is the one"


def test_results_for_files_that_were_never_given_are_to_blame(
    following: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    def too_many(lengths: Iterator[Length], diary: Diary) -> Iterator[Half]:
        for length in lengths:
            yield Half(value=length.bytes)
        yield Half(value=0)

    object.__setattr__(following.plan["follow"], "function", too_many)
    try:
        following.carrier.work(following.runner)
    finally:
        object.__setattr__(following.plan["follow"], "function", follow.function)
    assert following.counts("follow") == {"done": FILES}
    assert "gave more than" in caplog.text


def test_a_catalogue_that_is_away_for_a_moment_ends_the_batch_and_loses_nothing(
    following: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_more, asked = following.catalog.runs.claim_more, list[int]()

    def away(*arguments: object) -> object:
        asked.append(1)
        if len(asked) == 2:
            raise CatalogueDown("away")
        return claim_more(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(following.catalog.runs, "claim_more", away)
    report = following.runner.run("follow", chains(following)[0].subject)
    assert (report.outcome, report.also) == (Outcome.DONE, 9)
    following.carrier.work(following.runner)
    assert following.counts("follow") == {RunState.DONE: FILES}
