"""Runs that an earlier pipeline left undone are neither waited for nor reported as failures."""

from dataclasses import replace
from pathlib import Path

from dampipe.features.scanning.progress import left_to_do
from dampipe.jobs.stage import Stage
from dampipe.kernel.errors import BadMedia
from tests.support.pipeline import Deployment, halve, hash, measure, polish


def renew(here: Deployment, stages: list[Stage]) -> None:
    """Another pipeline over the same library: what it asks for is planned and done."""
    newer = here.with_stages(*stages)
    newer.sweep.plan_missing()
    newer.sweep.run()
    newer.drain()


def fail(here: Deployment, folder: Path) -> None:
    """One of the files is polished in vain."""
    here.scan(folder)
    here.drain(15)  # hash, measure and halve of all
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("too dull")
    here.sweep.run()
    here.drain()
    assert [failure.stage for failure in here.catalog.assets.failures(10)] == ["polish"]


def test_of_a_stage_that_was_taken_out_nothing_is_left_to_do(here: Deployment, folder: Path) -> None:
    fail(here, folder)
    renew(here, [hash, measure, halve])
    assert here.catalog.assets.failures(10) == []
    assert here.catalog.retries.retry() == 0
    assert left_to_do(here.catalog.database) == 0
    assert here.counts("polish") == {"done": 4}, "what was made stays"


def test_a_file_that_fails_in_every_version_is_told_once(here: Deployment, folder: Path) -> None:
    fail(here, folder)
    renew(here, [hash, measure, halve, replace(polish, version=2)])
    [failure] = here.catalog.assets.failures(10)
    assert (failure.stage, failure.attempts) == ("polish", 1)
    assert here.counts("polish") == {"done": 4, "failed": 1}
    assert here.diary.calls["polish", "clip2.mp4"] == 2


def test_what_waits_for_an_earlier_version_is_not_waited_for(here: Deployment, folder: Path) -> None:
    fail(here, folder)
    here.catalog.retries.retry()
    assert left_to_do(here.catalog.database) == 1
    del here.diary.raises["clip2.mp4"]
    renew(here, [hash, measure, halve, replace(polish, version=2)])
    assert left_to_do(here.catalog.database) == 0
    assert here.counts("polish") == {"done": 5}
