"""Storage classes: a file keeps its key and its location, and what cannot be read back later is read back before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dampipe.features.sources.model import Source, Tier
from dampipe.features.tiers import plans
from dampipe.features.tiers.model import ActionKind
from dampipe.storage.files.base import FileEntry, StorageState
from dampipe.storage.files.memory import Bucket, MemoryFiles
from tests.support.memory_stores import memory_bucket
from tests.support.moving import Moving

CONTENT = b"moving pictures" * 1000


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket whose files may be archived."""

    def set_storage_class(self: MemoryFiles, key: str, storage_class: str) -> FileEntry:
        is_archive = storage_class == "DEEP_ARCHIVE"
        state = StorageState.ARCHIVED if is_archive else StorageState.ONLINE
        made = self._bucket.files[self._prefix + key].data
        self._bucket.write(self._prefix + key, made)
        self._bucket.change(self._prefix + key, storage_class=storage_class, state=state)
        return self.stat(key)

    monkeypatch.setattr(MemoryFiles, "set_storage_class", set_storage_class, raising=False)
    with memory_bucket("cold") as made:
        yield made


@pytest.fixture
def cold(here: Moving, bucket: Bucket) -> Source:
    return here.source("cold", "memory-files://cold/footage", Tier.COLD)


def rows(here: Moving) -> list[tuple[str, str]]:
    query = text("SELECT storage_state, storage_class FROM location ORDER BY id")
    with here.catalog.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_copy_is_archived_after_it_was_read_back_and_counts_then(
    here: Moving, cold: Source, bucket: Bucket, tmp_path: Path
) -> None:
    hot, near = here.source("hot", tmp_path / "hot"), here.source("near", tmp_path / "near", Tier.NEARLINE)
    version = here.version(CONTENT)
    first = here.file(hot, "a.mov", CONTENT, version)
    here.file(near, "a.mov", CONTENT, version)
    copy = here.copy(first, cold, "hot/a.mov")
    archive = plans.NewAction(
        kind=ActionKind.RECLASS, rule="old", version=version, location=None, source=cold.id,
        key=b"hot/a.mov", size=len(CONTENT), storage_class="DEEP_ARCHIVE",
    )  # fmt: skip
    plan = here.plan(copy, archive, here.delete(first))
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", ""), ("reclass", "done", ""), ("delete", "done", "")]
    assert rows(here) == [("online", ""), ("archived", "DEEP_ARCHIVE")]
    # An archived copy counts as long as its storage shows it unchanged, however old its proof is.
    fourth = here.file(here.source("fourth", tmp_path / "fourth"), "a.mov", CONTENT, version)
    archived = "SELECT id FROM location WHERE storage_state = 'archived'"
    here.execute(f"UPDATE verification SET at = 5 WHERE location_id IN ({archived})")
    again = here.plan(here.delete(fourth))
    here.run(again)
    assert here.outcomes(again) == [("delete", "done", "")]


def test_a_file_that_was_not_verified_is_read_back_before_it_is_archived(
    here: Moving, cold: Source, bucket: Bucket
) -> None:
    version = here.version(CONTENT)
    first = here.file(cold, "a.mov", CONTENT, version, verified=False)
    plan = here.plan(here.reclass(first, "DEEP_ARCHIVE"))
    here.run(plan)
    assert here.outcomes(plan) == [("reclass", "done", "")]
    assert here.verdicts() == {first: "same"} and bucket.bytes_read == len(CONTENT)
    assert rows(here) == [("archived", "DEEP_ARCHIVE")]


def test_a_damaged_file_is_not_archived(here: Moving, cold: Source, bucket: Bucket) -> None:
    version = here.version(CONTENT)
    first = here.file(cold, "a.mov", CONTENT, version, verified=False)
    entry = bucket.files["footage/a.mov"].entry
    bucket.write("footage/a.mov", CONTENT[:-1] + b"\0")
    bucket.change(
        "footage/a.mov", **{name: getattr(entry, name) for name in ("token", "checksum", "mtime_ns")}
    )
    plan = here.plan(here.reclass(first, "DEEP_ARCHIVE"))
    here.run(plan)
    assert here.outcomes(plan) == [("reclass", "skipped", "tier.damaged")]
    assert here.verdicts() == {first: "mismatch"}


def test_a_storage_without_classes_is_left_alone(here: Moving, tmp_path: Path) -> None:
    first = here.file(here.source("hot", tmp_path / "hot"), "a.mov", CONTENT, here.version(CONTENT))
    plan = here.plan(here.reclass(first, "DEEP_ARCHIVE"))
    here.run(plan)
    assert here.outcomes(plan) == [("reclass", "skipped", "tier.no_storage_classes")]
