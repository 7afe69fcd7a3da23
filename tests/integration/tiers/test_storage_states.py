"""What scans record of how a storage keeps files: the listing is the truth, and no content is read anew for it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import RunState
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.memory import MemoryFiles
from tests.support.remote_footage import Remote

KEY = "footage/card/c0.mp4"


def kept(remote: Remote, name: str = "c0.mp4") -> tuple[str, str, float | None]:
    with remote.catalog.database.read() as connection:
        columns = (LOCATION.c.storage_state, LOCATION.c.storage_class, LOCATION.c.restored_until)
        return tuple(connection.execute(select(*columns).where(LOCATION.c.name == name)).one())


def test_a_first_scan_records_them(remote: Remote) -> None:
    remote.fill(2)
    remote.bucket.change(KEY, state=StorageState.ARCHIVED, storage_class="DEEP_ARCHIVE")
    remote.bucket.change("footage/card/c1.mp4", storage_class="STANDARD")
    remote.scan()
    assert kept(remote) == ("archived", "DEEP_ARCHIVE", None)
    assert kept(remote, "c1.mp4") == ("online", "", None), "the usual class is none"


CHANGES: list[tuple[dict[str, Any], tuple[str, str, float | None]]] = [
    ({"state": StorageState.ARCHIVED, "storage_class": "GLACIER"}, ("archived", "GLACIER", None)),
    ({"state": StorageState.RESTORING}, ("restoring", "GLACIER", None)),
    ({"state": StorageState.RESTORED, "restored_until": 2e9}, ("restored", "GLACIER", 2e9)),
    ({"state": StorageState.RESTORED, "restored_until": 3e9}, ("restored", "GLACIER", 3e9)),
    ({"state": StorageState.ONLINE, "storage_class": "STANDARD_IA", "restored_until": None},
     ("online", "STANDARD_IA", None)),
    ({"storage_class": ""}, ("online", "", None)),
]  # fmt: skip


def test_later_scans_follow_every_change_and_no_content_changes_by_it(remote: Remote) -> None:
    remote.fill(2)
    remote.scan()
    remote.drain()
    assert remote.everything_done(2)
    read = remote.bucket.bytes_read
    for facts, expected in CHANGES:
        remote.bucket.change(KEY, **facts)
        done = remote.scan()
        assert (done.new, done.changed, done.missing) == (0, 0, 0)
        assert kept(remote) == expected
        assert kept(remote, "c1.mp4") == ("online", "", None)
    remote.drain()
    assert remote.everything_done(2)
    assert remote.bucket.bytes_read == read


def test_a_file_that_is_moved_by_the_storage_to_another_class_has_another_token(remote: Remote) -> None:
    remote.fill(1)
    remote.scan()
    remote.drain()
    remote.bucket.change(KEY, token="another", state=StorageState.ARCHIVED, storage_class="GLACIER")
    done = remote.scan()
    assert (done.new, done.changed) == (0, 0), "its checksum is the same"
    assert kept(remote) == ("archived", "GLACIER", None)


def test_a_changed_file_and_a_moved_one_are_kept_as_they_are_now(remote: Remote) -> None:
    remote.fill(2)
    remote.bucket.change(KEY, state=StorageState.ARCHIVED, storage_class="GLACIER")
    remote.bucket.change("footage/card/c1.mp4", storage_class="STANDARD_IA")
    remote.scan()
    remote.drain()
    remote.bucket.write(KEY, b"another content")
    remote.bucket.rename("footage/card/c1.mp4", "footage/card/c2.mp4")
    done = remote.scan()
    assert (done.changed, done.moved) == (1, 1)
    assert kept(remote) == ("online", "", None)
    assert kept(remote, "c2.mp4") == ("online", "", None)


def test_an_unchanged_listing_is_not_compared_file_by_file(remote: Remote, monkeypatch: Any) -> None:
    remote.fill(3)
    remote.bucket.change(KEY, state=StorageState.ARCHIVED, storage_class="GLACIER")
    remote.scan()
    asked: list[object] = []
    from dampipe.features.scanning import walk

    known_files = walk.known_files
    monkeypatch.setattr(walk, "known_files", lambda *some: asked.append(some) or known_files(*some))
    remote.scan()
    assert not asked


@pytest.mark.parametrize("state", ["archived", "restoring"])
def test_what_waits_for_an_archive_is_asked_for_only_when_it_can_be_read(remote: Remote, state: str) -> None:
    """Of 100,000 archived files, each nightly attempt would be a request."""
    remote.fill(2)
    remote.bucket.change(KEY, state=StorageState.ARCHIVED, storage_class="GLACIER")
    remote.scan()
    remote.drain()
    first = remote.runs("hash")[0]
    assert (first.state, first.error_kind) == (RunState.SKIPPED, "unavailable")
    remote.bucket.change(KEY, state=StorageState(state))
    remote.scan()
    assert remote.catalog.retries.retry_unavailable() == 0
    remote.bucket.change(KEY, state=StorageState.RESTORED, restored_until=4e9)
    remote.scan()
    assert remote.catalog.retries.retry_unavailable() == 1
    remote.again()
    assert remote.everything_done(2)


def test_scans_leave_a_leaving_file_as_it_is(remote: Remote) -> None:
    remote.fill(2)
    remote.scan()
    remote.drain()
    with remote.catalog.database.write() as connection:
        leaving = {"state": LocationState.LEAVING, "leaves_at": 4e9}
        connection.execute(update(LOCATION).where(LOCATION.c.name == "c0.mp4").values(leaving))
    for change in (lambda: None, lambda: remote.bucket.write("footage/card/c9.mp4", b"9" * 99)):
        change()
        assert remote.scan().changed == 0
        with remote.catalog.database.read() as connection:
            row = connection.execute(select(LOCATION).where(LOCATION.c.name == "c0.mp4")).one()
        assert (row.state, row.leaves_at) == (LocationState.LEAVING, 4e9)


def test_no_object_is_asked_for_that_the_listing_calls_archived(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.fill(5)
    for number in range(4):
        remote.bucket.change(
            f"footage/card/c{number}.mp4", state=StorageState.ARCHIVED, storage_class="DEEP_ARCHIVE"
        )
    asked: list[str] = []
    right = MemoryFiles.stat

    def stat(self: MemoryFiles, key: str) -> Any:
        asked.append(key)
        return right(self, key)

    monkeypatch.setattr(MemoryFiles, "stat", stat)
    remote.scan()
    remote.drain()
    assert set(asked) == {"card/c4.mp4"}
    runs = remote.runs("hash")
    assert sorted(run.state for run in runs) == [RunState.DONE, *4 * [RunState.SKIPPED]]
    assert all("DEEP_ARCHIVE" in run.reason for run in runs if run.state == RunState.SKIPPED)
    remote.bucket.change("footage/card/c0.mp4", state=StorageState.RESTORED, restored_until=4e9)
    remote.scan()
    remote.catalog.retries.retry_unavailable()  # as the nightly sync does
    remote.again()
    assert sum(run.state == RunState.DONE for run in remote.runs("hash")) == 2, (
        "the next scan sees that it is there"
    )
