"""The runner, over a real catalogue and a transport in memory: every stage of every file is done once."""

import errno
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.app.remedies import remedies
from dampipe.jobs.stage import stage
from dampipe.kernel.errors import BadMedia, StorageFull, Transient, Unavailable
from dampipe.kernel.faces.remedies import CLI, PAGE
from dampipe.kernel.file_errors import DISK_FULL, FILE_UNREADABLE
from dampipe.kernel.stage_io import VersionRef
from dampipe.storage.blobs.errors import STORE_FULL
from tests.support.pipeline import (
    POLICY,
    Deployment,
    Diary,
    Half,
    Length,
    Quarter,
    hash,
    measure,
    polish,
    quarter,
)


def test_every_file_goes_through_every_stage_once(here: Deployment, folder: Path) -> None:
    scan = here.scan(folder)
    here.drain()
    progress = here.catalog.scans.progress(scan)
    assert (progress.found, progress.new, progress.done, progress.failed) == (5, 5, 5, 0)
    assert here.everything_done_once(5)
    assert max(here.diary.batches) > 1, "the batch stage took several files at once"


def test_a_second_scan_queues_nothing(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.drain()
    before = here.transport.published
    again = here.catalog.scans.progress(here.scan(folder))
    assert (again.found, again.new, again.unchanged) == (5, 0, 5)
    assert here.transport.published == before


def test_the_same_content_at_two_paths_is_one_asset_processed_once(here: Deployment, folder: Path) -> None:
    (folder / "copy.mp4").write_bytes((folder / "clip1.mp4").read_bytes())
    here.scan(folder)
    here.drain()
    assert here.catalog.totals.of() == (5, 6)
    assert here.counts("measure") == {"done": 5}


def test_a_changed_file_becomes_a_new_asset_at_the_same_place(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.drain()
    (folder / "clip0.mp4").write_bytes(b"another content")
    progress = here.catalog.scans.progress(here.scan(folder))
    here.drain()
    assert (progress.changed, progress.new) == (1, 0)
    assert here.catalog.totals.of() == (6, 5)


@pytest.mark.parametrize("small", [0, 5000], ids=["a large scan", "a small scan"])
def test_files_are_searchable_before_their_proxies_are_made(
    here: Deployment, folder: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.catalog.scans, "_small", small)
    scan = here.scan(folder)
    before = here.catalog.scans.progress(scan, fresh=True)
    assert (before.active, before.searchable, before.done) == (5, 0, 0)
    here.drain(served={"io"})
    assert here.catalog.scans.progress(scan, fresh=True).searchable == 0, "measured, but not yet in the index"
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("no picture")
    here.drain(served={"batch"})
    waiting = here.catalog.scans.progress(scan, fresh=True)
    assert (waiting.active, waiting.searchable, waiting.done) == (5, 4, 0)
    here.drain()
    over = here.catalog.scans.progress(scan, fresh=True)
    assert (over.active, over.failed, over.searchable, over.done) == (0, 1, 4, 4)


def test_bad_media_is_parked_with_its_reason_and_the_others_go_on(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("the file is empty")
    scan = here.scan(folder)
    here.drain()
    progress = here.catalog.scans.progress(scan)
    assert (progress.done, progress.failed, progress.over) == (4, 1, True)
    [failure] = here.catalog.assets.failures(10)
    assert (failure.path, failure.stage, failure.kind) == (str(folder / "clip2.mp4"), "hash", "bad_media")
    assert failure.reason == "the file is empty"


def test_a_failure_keeps_its_code_and_each_face_words_what_to_do(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: BadMedia(FILE_UNREADABLE)
    here.scan(folder)
    here.drain()
    [failure] = here.catalog.assets.failures(10)
    assert (failure.code, failure.reason) == (FILE_UNREADABLE.code, FILE_UNREADABLE.text)
    assert failure.hint == FILE_UNREADABLE.remedy
    assert remedies().word(failure, CLI) == "Make it readable for the worker, then run `dampipe retry PATH`."
    assert remedies().word(failure, PAGE) == "Make it readable for the worker, then press Retry."


def test_errors_of_other_classes_keep_their_codes_too(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip1.mp4"] = lambda: OSError(errno.ENOSPC, "No space left on device")
    here.diary.raises["clip2.mp4"] = lambda: StorageFull(STORE_FULL, store="/blobs")
    here.scan(folder)
    here.drain()
    failures = {Path(failure.path).name: failure for failure in here.catalog.assets.failures(10)}
    assert (failures["clip1.mp4"].code, failures["clip1.mp4"].kind) == (DISK_FULL.code, "transient")
    assert (failures["clip2.mp4"].code, failures["clip2.mp4"].parameters) == (
        STORE_FULL.code,
        {"store": "/blobs"},
    )


def test_one_bad_file_does_not_spoil_its_batch(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    for _ in range(10):  # everything up to the batch stage
        here.drain(1)
    here.diary.raises["clip3.mp4"] = lambda: BadMedia("no picture")
    here.drain()
    assert here.counts("halve") == {"done": 4, "failed": 1}


@pytest.fixture
def trickling(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    """Five files before a batch stage that gives its outputs one by one."""
    deployment = Deployment(catalogue_url, stages=[hash, measure, quarter])
    deployment.scan(folder)
    for _ in range(10):
        deployment.transport.work(deployment.runner, 1)
    assert deployment.counts("measure") == {"done": 5}
    yield deployment
    deployment.catalog.close()


def test_what_a_batch_gave_before_it_failed_is_kept_and_only_the_rest_is_tried_alone(
    trickling: Deployment,
) -> None:
    trickling.diary.raises["clip2.mp4"] = lambda: BadMedia("no picture")
    trickling.drain()
    assert trickling.counts("quarter") == {"done": 4, "failed": 1}
    calls = {f"clip{n}.mp4": trickling.diary.calls["quarter", f"clip{n}.mp4"] for n in range(5)}
    assert calls == {**dict.fromkeys(calls, 1), "clip2.mp4": 2}


def test_outputs_are_saved_while_the_stage_still_works(
    trickling: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    eager = trickling.with_stages(hash, measure, quarter, policy=replace(POLICY, save_count=1))
    plain, called = trickling.diary.note, list[str]()

    def note(stage: str, name: str) -> None:
        called.append(name)
        end = time.monotonic() + 60
        while len(called) > 1 and not trickling.counts("quarter").get("done"):
            assert time.monotonic() < end, "the first output was never saved"
        plain(stage, name)

    monkeypatch.setattr(trickling.diary, "note", note)
    trickling.transport.work(eager.runner)
    assert trickling.counts("quarter") == {"done": 5}
    assert len(called) == 5


def test_a_batch_stage_that_returns_too_few_results_is_to_blame(trickling: Deployment) -> None:
    def few(assets: list[VersionRef], lengths: list[Length], diary: Diary) -> Iterator[Quarter]:
        yield from ()

    broken = trickling.with_stages(hash, measure, replace(quarter, function=few))
    trickling.transport.work(broken.runner)
    assert trickling.counts("quarter") == {"failed": 5}
    assert "returned 0 results" in trickling.catalog.assets.failures(1)[0].reason


def test_transient_failures_wait_and_are_given_up_in_the_end(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: Transient("the share is away", delay=0.0)
    scan = here.scan(folder)
    for _ in range(5):
        here.drain()
        here.sweep.run()
    assert here.diary.calls["hash", "clip2.mp4"] == 3
    [failure] = here.catalog.assets.failures(10)
    assert (failure.kind, failure.attempts) == ("transient", 3)
    assert here.catalog.scans.progress(scan).over


def test_a_transient_failure_with_a_long_delay_is_deferred(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: Transient("no space left", delay=300.0)
    scan = here.scan(folder)
    here.drain()
    progress = here.catalog.scans.progress(scan)
    assert (progress.active, progress.deferred, progress.over) == (1, 1, True)


def test_retry_lets_a_parked_file_start_afresh(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("cannot be read")
    here.scan(folder)
    here.drain()
    here.diary.raises.clear()
    assert here.catalog.retries.retry(None, None, None) == 1
    here.sweep.run()
    here.drain()
    assert here.counts("polish") == {"done": 5}
    assert here.catalog.assets.failures(10) == []


def test_a_skipped_stage_is_no_failure_and_can_be_caught_up(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.drain(10)
    here.diary.raises = {f"clip{n}.mp4": lambda: Unavailable("no weights") for n in range(5)}
    here.drain()
    assert here.counts("halve") == {"skipped": 5}
    assert here.catalog.assets.failures(10) == []
    here.diary.raises = {}
    assert here.catalog.retries.retry(None, ["unavailable"], "halve") == 5
    here.sweep.run()
    here.drain()
    assert here.counts("halve") == {"done": 5}


def test_a_new_version_runs_again_with_what_depends_on_it(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.drain()

    @stage(queue="batch", version=2, batch=10)
    def halve(assets: list[VersionRef], lengths: list[Length], diary: Diary) -> list[Half]:
        for asset in assets:
            diary.note("halve", asset.name)
        return [Half(value=0) for _ in lengths]

    newer = here.with_stages(hash, measure, halve, polish)
    assert newer.sweep.plan_missing() == 5
    assert newer.sweep.plan_missing() == 0
    newer.sweep.run()
    newer.drain()
    assert here.diary.calls["halve", "clip0.mp4"] == 2
    assert here.diary.calls["measure", "clip0.mp4"] == 1
    assert here.counts("halve") == {"done": 5}, "the old version's runs are gone"


def test_what_was_skipped_starts_again_once_one_of_it_was_done(here: Deployment, folder: Path) -> None:
    for number in range(5):
        here.diary.raises[f"clip{number}.mp4"] = lambda: Unavailable("no model")
    here.scan(folder)
    here.drain()
    skipped = here.counts("hash")["skipped"]
    assert skipped == 5
    assert here.catalog.retries.retry_unavailable() == 1, "one, to find out"
    here.dispatcher.top_up_all()
    here.drain()
    assert here.counts("hash") == {"skipped": 5}, "still not there"
    here.diary.raises.clear()
    assert here.catalog.retries.retry_unavailable() == 1
    here.dispatcher.top_up_all()
    here.drain()
    assert here.counts("hash") == {"skipped": 4, "done": 1}
    assert here.catalog.retries.retry_unavailable() == 4
    here.dispatcher.top_up_all()
    here.drain()
    assert here.counts("polish") == {"done": 5}
    assert here.catalog.retries.retry_unavailable() == 0
