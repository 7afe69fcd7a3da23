"""Batch stages: as few chains as possible, and streaming stages, to whose batch further runs are added."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.model import Outcome, RunState, Subject
from dampipe.jobs.plan import MAIN_LANE
from dampipe.jobs.savers import OutputBatch, SaverRegistry
from dampipe.jobs.stage import stage
from dampipe.jobs.tables import RUN
from dampipe.kernel.errors import BadMedia, CatalogueDown
from dampipe.kernel.stage_io import VersionRef
from tests.support.pipeline import POLICY, Deployment, Diary, Half, Length, hash, make_runner, measure

FILES = 25


@stage(queue="batch", version=2, batch=10)
def quarter(assets: list[VersionRef], lengths: list[Length], diary: Diary) -> list[Half]:
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
    first.transport.work(first.runner)
    first.catalog.close()
    renewed = Deployment(catalogue_url, stages=[hash, measure, quarter])
    assert renewed.sweep.plan_missing() == FILES
    yield renewed
    renewed.catalog.close()


@pytest.fixture
def following(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    """The same, before a streaming stage."""
    first = Deployment(catalogue_url, stages=[hash, measure])
    first.scan(folder)
    first.transport.work(first.runner)
    first.catalog.close()
    made = Deployment(catalogue_url, stages=[hash, measure, follow])
    made.sweep.plan_missing()
    made.dispatcher.top_up_all()
    yield made
    made.catalog.close()


def chains(here: Deployment) -> list[Chain]:
    return here.transport.chains()


def test_a_batch_stage_gets_a_chain_for_as_many_as_it_takes_at_once(backlog: Deployment) -> None:
    assert backlog.dispatcher.top_up_all() == 3
    assert backlog.dispatcher.top_up_all() == 0, "those under way will do"
    backlog.transport.work(backlog.runner)
    assert backlog.counts("quarter") == {"done": FILES}
    assert sorted(backlog.diary.batches) == [5, 10, 10]


def test_what_cannot_be_saved_is_parked_with_its_reason_and_spoils_no_other(backlog: Deployment) -> None:
    def picky(batch: OutputBatch[Half]) -> None:
        if any(output.value == 3 / 4 for _, output in batch.outputs):
            raise ValueError("no place for three quarters")

    savers: Any = SaverRegistry([(Half, picky)])
    runner = make_runner(backlog.catalog, backlog.plan, backlog.tools, backlog.dispatcher, savers=savers)
    backlog.dispatcher.top_up_all()
    backlog.transport.work(runner)
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
    backlog.transport.work(backlog.runner)
    assert backlog.counts("quarter") == {"done": FILES}
    assert sorted(backlog.diary.batches) == [1, 1, 1, 1, 1, 10, 10]


def test_what_a_batch_took_along_keeps_no_place_in_the_window(backlog: Deployment) -> None:
    backlog.dispatcher.top_up_all()
    key = backlog.plan.key(quarter)
    (first, *_) = chains(backlog)
    assert backlog.catalog.runs.claim(key, Subject.parse(first.key), "another worker", 60) is not None
    taken = backlog.catalog.runs.claim_more(key, 9, "another worker", 60)
    assert len(taken) == 9
    assert not any(one.queued for one in taken), "no chain is left to find its run done"
    assert backlog.catalog.backlog.in_flight(MAIN_LANE) == 3


def test_a_streaming_stage_takes_all_that_waits(following: Deployment) -> None:
    first = chains(following)[0]
    report = following.runner.run("follow", Subject.parse(first.key))
    assert (report.outcome, report.batched) == (Outcome.DONE, FILES - 1)
    assert following.diary.batches == [FILES]
    following.transport.work(following.runner)
    assert following.counts("follow") == {"done": FILES}
    assert set(following.diary.calls.values()) == {1}


def test_a_streaming_batch_is_bounded_in_time(following: Deployment) -> None:
    impatient = following.with_stages(hash, measure, follow, policy=replace(POLICY, stream_for=-1.0))
    report = impatient.runner.run("follow", Subject.parse(chains(following)[0].key))
    assert report.batched == 9
    following.transport.work(impatient.runner)
    assert following.diary.batches == [10, 10, 5]


def test_one_bad_file_does_not_spoil_the_others_of_a_streaming_stage(following: Deployment) -> None:
    following.diary.raises["13"] = lambda: BadMedia("no picture")
    following.transport.work(following.runner)
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
        following.transport.work(following.runner)
    finally:
        object.__setattr__(following.plan["follow"], "function", follow.function)
    assert following.counts("follow") == {"done": FILES}
    assert "returned more than" in caplog.text


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
    report = following.runner.run("follow", Subject.parse(chains(following)[0].key))
    assert (report.outcome, report.batched) == (Outcome.DONE, 9)
    following.transport.work(following.runner)
    assert following.counts("follow") == {RunState.DONE: FILES}
