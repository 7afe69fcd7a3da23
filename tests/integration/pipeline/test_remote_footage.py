"""The pipeline over remote footage: bytes come once, are counted, and nothing is lost whatever the storage does."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.features.fixity.queue import FileScope
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.model import RunState
from dampipe.jobs.stage import stage
from dampipe.jobs.tables import RUN
from dampipe.kernel.ids import SourceId
from dampipe.kernel.stage_io import ContentHash, SourceFile
from dampipe.storage.files import staging
from dampipe.storage.files.base import StorageState
from tests.support.memory_stores import MemoryStores, memory_bucket
from tests.support.pipeline import Diary
from tests.support.remote_footage import ROOT, Remote, copied, listen, look


@pytest.fixture
def remote(catalogue_url: str, tmp_path: Path) -> Iterator[Remote]:
    with memory_bucket("pipeline") as bucket:
        made = Remote(catalogue_url, tmp_path, bucket)
        yield made
        made.catalog.close()


def test_a_file_that_all_stages_want_is_fetched_once_and_counted(remote: Remote) -> None:
    made = remote.fill()
    assert remote.scan().new == 5
    remote.drain()
    assert remote.everything_done(5)
    size = sum(map(len, made.values()))
    assert remote.bucket.bytes_read == size
    assert remote.fetched() == {"hash": size, "look": 0, "listen": 0, "copied": 0}
    assert max(remote.here.diary.batches) > 1
    [video] = [video for video in remote.catalog.list_videos(limit=10) if video.name == "c0.mp4"]
    assert video.paths == (f"{ROOT}/card/c0.mp4",)
    version = remote.catalog.assets.find(video.sha1).id
    assert {run.stage: run.fetched for run in remote.catalog.assets.runs(version)} == {
        "hash": 3000,
        "look": 0,
        "listen": 0,
        "copied": 0,
    }
    assert not [path for path in remote.cache.rglob("lock") if _is_locked(path)]


def _is_locked(path: Path) -> bool:
    import fcntl

    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_second_scan_changes_nothing_a_replaced_file_is_another_and_a_deleted_one_missing(
    remote: Remote,
) -> None:
    remote.fill()
    remote.scan()
    remote.drain()
    read = remote.bucket.bytes_read
    again = remote.scan()
    assert (again.unchanged, again.new, again.changed) == (5, 0, 0)
    remote.bucket.write("footage/card/c1.mp4", b"another take")
    remote.bucket.remove("footage/card/c2.mp4")
    after = remote.scan()
    assert (after.changed, after.missing, after.new) == (1, 1, 0)
    remote.drain()
    assert remote.bucket.bytes_read == read + len(b"another take")
    sha1 = hashlib.sha1(b"another take").hexdigest()
    assert remote.catalog.assets.find(sha1).sha1 == sha1


def test_a_storage_that_goes_away_in_mid_file_loses_nothing(remote: Remote) -> None:
    data = bytes(range(256)) * 20_000
    remote.bucket.write("footage/card/long.mp4", data)
    remote.scan()
    remote.bucket.faults.breaks_after = 1 << 20
    remote.pause = lambda _: setattr(remote.bucket.faults, "away", "connection refused")
    remote.drain()
    [run] = remote.runs("hash")
    assert (run.state, run.error_kind, run.fetched) == ("pending", "transient", 1 << 20)
    assert "source.unreachable" in run.error
    remote.bucket.faults.away, remote.bucket.faults.breaks_after = "", None
    remote.again()
    assert remote.everything_done(1)
    assert remote.fetched()["hash"] == remote.bucket.bytes_read == len(data), "continued, not begun again"


def test_archived_files_wait_and_are_caught_up_when_they_are_restored(remote: Remote) -> None:
    remote.fill(2)
    remote.scan()
    remote.bucket.change("footage/card/c0.mp4", state=StorageState.ARCHIVED, storage_class="GLACIER")
    remote.bucket.change("footage/card/c1.mp4", state=StorageState.RESTORING, storage_class="GLACIER")
    remote.drain()
    archived, restoring = remote.runs("hash")
    assert (archived.state, archived.error_kind) == (RunState.SKIPPED, "unavailable")
    assert "file.archived" in archived.error and "GLACIER" in archived.reason
    assert (restoring.state, restoring.error_kind) == (RunState.PENDING, "transient")
    assert "file.restoring" in restoring.error
    assert restoring.not_before - restoring.finished_at > staging.RESTORING_DELAY - 60
    assert remote.bucket.bytes_read == 0
    for name in ("c0.mp4", "c1.mp4"):
        remote.bucket.change(f"footage/card/{name}", state=StorageState.RESTORED)
    assert remote.catalog.retries.retry_unavailable() == 1
    remote.again()
    assert remote.everything_done(2)


def test_refused_credentials_park_a_run_which_a_retry_brings_back(remote: Remote) -> None:
    remote.fill(1)
    remote.scan()
    remote.bucket.faults.refused = "the token has expired"
    remote.drain()
    [run] = remote.runs("hash")
    assert (run.state, run.error_kind) == (RunState.FAILED, "permanent")
    assert "source.denied" in run.error
    remote.bucket.faults.refused = ""
    assert remote.catalog.retries.retry() == 1
    remote.again()
    assert remote.everything_done(1)


def test_a_file_that_was_deleted_since_the_scan_is_away(remote: Remote) -> None:
    remote.fill(1)
    remote.scan()
    remote.bucket.remove("footage/card/c0.mp4")
    remote.drain()
    [run] = remote.runs("hash")
    assert (run.state, run.error_kind) == (RunState.PENDING, "transient")
    assert "stage.file_away" in run.error and f"{ROOT}/card/c0.mp4" in run.reason


def test_a_local_file_of_the_content_is_preferred(remote: Remote) -> None:
    made = remote.fill(1)
    folder = remote.folder / "disk"
    folder.mkdir()
    remote.scan()
    remote.drain()
    read, opened = remote.bucket.bytes_read, remote.bucket.calls["open"]
    (folder / "same.mp4").write_bytes(made["c0.mp4"])
    local = remote.here.with_stages(_local_hash, look, listen, copied)
    local.scan(folder)
    for one in (remote.cache / "copies").iterdir():
        (one / "lock").unlink()
    with remote.catalog.database.write() as connection:
        connection.execute(update(RUN).where(RUN.c.stage == "look").values(state="pending", queued_at=None))
    local.dispatcher.top_up_all()
    local.drain()
    assert remote.runs("look")[0].state == "done"
    assert (remote.bucket.bytes_read, remote.bucket.calls["open"]) == (read, opened)


@stage(queue="io", version=1)
def _hash_of_disk(file: SourceFile, diary: Diary) -> ContentHash:
    data = Path(file.path).read_bytes()
    return ContentHash(sha1=hashlib.sha1(data).hexdigest(), size=len(data))


_local_hash = _hash_of_disk


# ---- verification


class Verifier:
    """A remote library whose files are read again."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.checks = remote.catalog.verifications
        self.worker = FixityWorker(
            self.checks,
            remote.catalog.workers,
            remote.here.transport,
            "io",
            LeaseRenewer(),
            30.0,
            MemoryStores().of,
        )
        [self.source] = [source.id for source in remote.catalog.sources.all()]

    def verify(self) -> Any:
        began = self.checks.now()
        scope = FileScope(SourceId(self.source))
        wanted = self.checks.request([scope], began + 3600, None, began)
        while self.worker.portion():
            pass
        return remote_report(self.remote, [scope], began, wanted)


def remote_report(remote: Remote, scopes: list[FileScope], began: float, wanted: int) -> Any:
    return remote.catalog.verdicts.report(scopes, began, wanted)


@pytest.fixture
def verifier(remote: Remote) -> Verifier:
    remote.fill(4)
    remote.scan()
    remote.drain()
    return Verifier(remote)


def test_remote_files_are_verified_at_their_storage_not_from_the_copy(verifier: Verifier) -> None:
    bucket, read = verifier.remote.bucket, verifier.remote.bucket.bytes_read
    done = verifier.verify()
    assert (done.wanted, done.same, done.left) == (4, 4, 0)
    assert bucket.bytes_read == 2 * read
    rotten = bucket.files["footage/card/c0.mp4"]
    rotten.data = b"?" + rotten.data[1:]
    bucket.write("footage/card/c1.mp4", b"edited")
    bucket.remove("footage/card/c2.mp4")
    done = verifier.verify()
    assert done.mismatch == (f"{ROOT}/card/c0.mp4",)
    assert (done.same, done.edited, done.gone, done.unreadable) == (1, 1, 1, ())


@pytest.mark.parametrize("fault", ["away", "refused", "archived"])
def test_what_cannot_be_asked_is_no_mismatch_and_keeps_its_verdict(verifier: Verifier, fault: str) -> None:
    bucket = verifier.remote.bucket
    assert verifier.verify().same == 4
    if fault == "archived":
        for key in bucket.files:
            bucket.change(key, state=StorageState.ARCHIVED)
    else:
        setattr(bucket.faults, fault, "not now")
    before = dict(bucket.calls)
    done = verifier.verify()
    assert (done.wanted, done.same, done.left, done.mismatch, done.unreadable) == (4, 0, 4, (), ())
    if fault != "archived":
        assert bucket.calls["stat"] - before["stat"] == 1, "the others are not tried one after the other"
    with verifier.remote.catalog.database.read() as connection:
        kept = connection.execute(select(VERIFICATION.c.result, VERIFICATION.c.requested_until)).all()
        assert [tuple(row) for row in kept] == [("same", 0.0)] * 4
        assert connection.execute(select(LOCATION.c.state).distinct()).scalars().all() == ["present"]
    for key in bucket.files:
        bucket.change(key, state=StorageState.ONLINE)
    bucket.faults.away = bucket.faults.refused = ""
    verifier.worker._away.clear()
    assert verifier.verify().same == 4


def test_a_connection_that_breaks_is_continued_while_verifying(
    verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dampipe.storage.files import reading

    monkeypatch.setattr(reading, "BLOCK", 100)
    monkeypatch.setattr(reading, "FIRST_PAUSE", 0.0)
    verifier.remote.bucket.faults.breaks_after = 2500
    assert verifier.verify().same == 4
