"""One storage that is known as two sources: its files are no copies of each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dampipe.features.sources.model import Source, Tier
from dampipe.features.tiers import reasons, same_storage
from dampipe.features.tiers.known_copies import find_copy, known_copies
from dampipe.features.tiers.same_storage import SameStorage
from dampipe.kernel.errors import Permanent, StorageFull, Transient
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.storage.files.base import FileEntry
from dampipe.storage.files.errors import STORE_DENIED, STORE_FULL, STORE_UNREACHABLE
from dampipe.storage.files.memory import Bucket, MemoryFiles
from tests.support.memory_stores import memory_bucket
from tests.support.moving import POLICY, Moving

CONTENT = b"moving pictures" * 100
ONE_COPY = POLICY.replace("copies = 2", "copies = 1")
SAME = [("delete", "skipped", reasons.SAME_STORAGE.code)]


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with memory_bucket("nas") as made:
        yield made


@pytest.fixture
def whole(here: Moving, bucket: Bucket) -> Source:
    return here.source("whole", "memory-files://nas", Tier.HOT)


@pytest.fixture
def part(here: Moving, bucket: Bucket) -> Source:
    return here.source("part", "memory-files://nas/footage", Tier.NEARLINE)


def twice(
    here: Moving, whole: Source, part: Source, name: str = "day 1/a.mov"
) -> tuple[VersionId, LocationId]:
    """A file that both sources have."""
    version = here.version(CONTENT + name.encode())
    first = here.file(whole, f"footage/{name}", CONTENT + name.encode(), version)
    here.file(part, name, CONTENT + name.encode(), version)
    return version, first


def delete(here: Moving, location: LocationId) -> list[tuple[str, str, str]]:
    plan = here.plan(here.delete(location), policy=here.policy(ONE_COPY))
    here.run(plan)
    return here.outcomes(plan)


def test_a_file_is_no_copy_of_itself(here: Moving, whole: Source, part: Source, bucket: Bucket) -> None:
    _, first = twice(here, whole, part)
    assert delete(here, first) == SAME
    assert list(bucket.files) == ["footage/day 1/a.mov"], "and the probe is gone"
    [action] = here.actions(1)
    assert action.detail == "it is the same file as the copy in part: both sources are one storage"


def test_a_copy_in_another_storage_is_one(
    here: Moving, whole: Source, part: Source, bucket: Bucket, tmp_path: Path
) -> None:
    version, first = twice(here, whole, part)
    here.file(
        here.source("cold", tmp_path / "cold", Tier.COLD), "day 1/a.mov", CONTENT + b"day 1/a.mov", version
    )
    assert delete(here, first) == [("delete", "done", "")]
    assert bucket.files == {}
    assert [path.name for path in (tmp_path / "cold/day 1").iterdir()] == ["a.mov"]


def test_another_file_in_the_same_storage_is_told_from_it(
    here: Moving, whole: Source, part: Source, bucket: Bucket
) -> None:
    content = CONTENT + b"x"
    version = here.version(content)
    first = here.file(whole, "elsewhere/x.mov", content, version)
    here.file(part, "x.mov", content, version)
    assert delete(here, first) == [("delete", "done", "")]
    _, second = twice(here, whole, part)
    assert delete(here, second) == SAME, "the verdict of other folders does not count"
    assert sorted(bucket.files) == ["footage/day 1/a.mov", "footage/x.mov"]


def test_two_copies_in_one_storage_count_once(
    here: Moving, whole: Source, part: Source, tmp_path: Path
) -> None:
    version, _ = twice(here, whole, part)
    hot = here.source("hot", tmp_path / "hot", Tier.HOT)
    third = here.file(hot, "a.mov", CONTENT + b"day 1/a.mov", version)
    plan = here.plan(here.delete(third))
    here.run(plan)
    assert here.outcomes(plan) == SAME
    assert delete(here, third) == [("delete", "done", "")]


def test_it_is_looked_once_an_hour(
    here: Moving, whole: Source, part: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, probes, now = MemoryFiles.put, [], [0.0]

    def counted(self: MemoryFiles, key: str, *more: Any, **named: Any) -> FileEntry:
        probes.append(key)
        return put(self, key, *more, **named)

    look = SameStorage(here.stores.of, lambda: now[0])
    pairs = []
    for name in ("day 1/a.mov", "day 1/b.mov", "day 2/c.mov"):
        version, first = twice(here, whole, part, name)
        with here.catalog.database.read() as connection:
            copies = known_copies(connection, here.catalog.database, version)
        mine = find_copy(copies, first)
        assert mine is not None
        pairs += [(mine, one) for one in copies if one.location != first]
    monkeypatch.setattr(MemoryFiles, "put", counted)
    assert [look(*pair) for pair in pairs] == [True, True, True] and len(probes) == 1
    now[0] = same_storage.REMEMBERED + 1
    assert look(*pairs[0]) and len(probes) == 2


def test_a_full_storage_is_told_apart_from_the_other_side(
    here: Moving, whole: Source, part: Source, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = MemoryFiles.put

    def full(self: MemoryFiles, key: str, *more: Any, **named: Any) -> FileEntry:
        if self.url == "memory-files://nas":
            raise StorageFull(STORE_FULL, store=self.url)
        return put(self, key, *more, **named)

    monkeypatch.setattr(MemoryFiles, "put", full)
    version, first = twice(here, whole, part)
    assert delete(here, first) == SAME
    here.file(
        here.source("cold", tmp_path / "cold", Tier.COLD), "day 1/a.mov", CONTENT + b"day 1/a.mov", version
    )
    assert delete(here, first) == [("delete", "done", "")]
    assert bucket.files == {}


@pytest.mark.parametrize("passes", [True, False])
def test_what_cannot_be_told_is_no_copy(
    here: Moving, whole: Source, part: Source, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, passes: bool
) -> None:
    error = (
        Transient(STORE_UNREACHABLE, store="nas", reason="away")
        if passes
        else Permanent(STORE_DENIED, store="nas", reason="read-only")
    )

    def refuse(*_: Any, **__: Any) -> None:
        raise error

    _, first = twice(here, whole, part)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryFiles, "put", refuse)
        plan = here.plan(here.delete(first), policy=here.policy(ONE_COPY))
        for _ in range(4):
            here.step()
            here.hurry()
    [(_, state, reason)] = here.outcomes(plan)
    if not passes:
        assert (state, reason) == ("skipped", reasons.TOO_FEW_COPIES.code)
        return
    assert state == "queued"
    here.run(plan)
    assert here.outcomes(plan) == SAME and list(bucket.files) == ["footage/day 1/a.mov"]
