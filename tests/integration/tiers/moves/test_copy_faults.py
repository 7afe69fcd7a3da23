"""What goes wrong while a file is copied: nothing half written is seen, nothing is counted that was not read back."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dampipe.features.sources.model import Source, Tier
from dampipe.features.tiers.policy import Limits
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import StorageFull
from dampipe.storage.files.base import Content, FileEntry
from dampipe.storage.files.errors import STORE_FULL
from dampipe.storage.files.memory import Bucket, MemoryFiles
from tests.support.catalog import Catalog
from tests.support.memory_stores import memory_bucket
from tests.support.moving import POLICY, Moving, visible

CONTENT = bytes(range(256)) * 12_000
"""Three blocks."""


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with memory_bucket("cold") as made:
        yield made


@pytest.fixture
def hot(here: Moving, tmp_path: Path) -> Source:
    return here.source("hot", tmp_path / "hot")


@pytest.fixture
def cold(here: Moving, bucket: Bucket) -> Source:
    return here.source("cold", "memory-files://cold/footage", Tier.COLD)


def test_bytes_are_copied_into_a_bucket_and_out_of_it(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, tmp_path: Path
) -> None:
    version = here.version(CONTENT)
    first = here.file(hot, "a.mov", CONTENT, version)
    here.run(here.plan(here.copy(first, cold, "hot/a.mov")))
    assert bucket.files["footage/hot/a.mov"].data == CONTENT
    third = here.source("third", tmp_path / "third")
    [made] = set(here.states()) - {first}
    assert here.verdicts()[made] == "same"
    (tmp_path / "hot/a.mov").unlink()
    plan = here.plan(here.copy(first, third, "hot/a.mov"))  # the other copy is read
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]
    assert visible(tmp_path / "third") == {tmp_path / "third/hot/a.mov": CONTENT}


def test_a_damaged_origin_is_reported_and_another_copy_is_read(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, tmp_path: Path
) -> None:
    version = here.version(CONTENT)
    first = here.file(hot, "a.mov", CONTENT, version)
    near = here.source("near", tmp_path / "near")
    second = here.file(near, "a.mov", CONTENT, version)
    rot(tmp_path / "hot/a.mov")
    plan = here.plan(here.copy(first, cold, "x/a.mov"))
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]
    assert bucket.files["footage/x/a.mov"].data == CONTENT
    verdicts = here.verdicts()
    assert (verdicts[first], verdicts[second]) == ("mismatch", "same")
    assert here.events("file.bad") == ["file.bad"]


def test_what_only_damaged_files_have_is_not_copied_and_nothing_is_deleted(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, tmp_path: Path
) -> None:
    version = here.version(CONTENT)
    first = here.file(hot, "a.mov", CONTENT, version)
    rot(tmp_path / "hot/a.mov")
    plan = here.plan(here.copy(first, cold, "x/a.mov"), here.delete(first))
    here.run(plan)
    assert here.outcomes(plan) == [
        ("copy", "failed", "tier.no_origin"),
        ("delete", "skipped", "tier.too_few_copies"),
    ]
    assert bucket.files == {} and list(here.states()) == [first]
    assert here.verdicts()[first] == "mismatch"


def rot(path: Path) -> None:
    """Change a byte, and neither size nor time."""
    import os

    facts = path.stat()
    path.write_bytes(CONTENT[:-7] + b"\0" + CONTENT[-6:])
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_an_origin_that_changes_is_not_copied(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, tmp_path: Path
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    (tmp_path / "hot/a.mov").write_bytes(b"another take")
    plan = here.plan(here.copy(first, cold, "x/a.mov"))
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "failed", "tier.no_origin")]
    assert bucket.files == {}


def test_a_full_destination_is_waited_for(
    here: Moving, hot: Source, cold: Source, monkeypatch: pytest.MonkeyPatch, bucket: Bucket
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))

    def full(*_: object, **__: object) -> None:
        raise StorageFull(STORE_FULL, store="cold")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFiles, "put", full)
        plan = here.plan(here.copy(first, cold, "x/a.mov"))
        for _ in range(4):
            here.step()
            here.hurry()
        here.sweep()
        assert here.outcomes(plan) == [("copy", "queued", "source.full")]
        with here.catalog.database.read() as connection:
            from dampipe.features.tiers import plans

            assert plans.find_plan(connection, plan).problem_code == "source.full"
    here.hurry()
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]
    assert bucket.files["footage/x/a.mov"].data == CONTENT


def test_a_destination_that_goes_away_in_mid_copy_has_no_file(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))

    def breaks(self: MemoryFiles, key: str, file: Content, **_: Any) -> FileEntry:
        with closing(file.open("rb")) as stream:
            stream.read(2 << 20)
        bucket.faults.away = "the network is down"
        self._bucket.check("put", self.url)
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFiles, "put", breaks)
        plan = here.plan(here.copy(first, cold, "x/a.mov"))
        for _ in range(4):
            here.step()
            here.hurry()
    assert here.outcomes(plan)[0][1:] == ("queued", "source.unreachable")
    assert bucket.files == {} and list(here.states()) == [first]
    bucket.faults.away = ""
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]


def test_what_is_read_back_differently_is_deleted_again_and_not_counted(
    here: Moving, hot: Source, cold: Source, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    put = MemoryFiles.put

    def loses(self: MemoryFiles, key: str, file: Content, **_: Any) -> FileEntry:
        put(self, key, file)
        return replace(bucket.write(self._prefix + key, CONTENT[:-1] + b"\0"), key=key)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFiles, "put", loses)
        plan = here.plan(here.copy(first, cold, "x/a.mov"))
        here.step()
        assert bucket.files == {} and list(here.states()) == [first]
    here.hurry()
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]


def test_another_file_of_the_name_is_not_replaced(
    here: Moving, hot: Source, cold: Source, bucket: Bucket
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    bucket.write("footage/x/a.mov", b"somebody else's")
    bucket.write("footage/x/b.mov", CONTENT[:-1] + b"\0")
    for name in ("a", "b"):
        plan = here.plan(here.copy(first, cold, f"x/{name}.mov"))
        here.run(plan)
        assert here.outcomes(plan) == [("copy", "failed", "tier.name_taken")]
    assert bucket.files["footage/x/a.mov"].data == b"somebody else's"
    assert list(here.states()) == [first]


def test_a_whole_file_that_is_there_already_is_counted_once_it_was_read_back(
    here: Moving, hot: Source, cold: Source, bucket: Bucket
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    bucket.write("footage/x/a.mov", CONTENT)
    plan = here.plan(here.copy(first, cold, "x/a.mov"))
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]
    assert bucket.calls["put"] == 0 and bucket.bytes_read >= len(CONTENT)


def test_a_destination_that_is_read_only_again_gets_nothing(
    here: Moving, hot: Source, cold: Source, bucket: Bucket
) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    plan = here.plan(here.copy(first, cold, "x/a.mov"))
    here.execute("UPDATE source SET managed = false WHERE name = 'cold'")
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "skipped", "tier.not_managed")]
    assert bucket.calls["put"] == 0


def test_a_copy_that_is_paused_in_the_middle_leaves_nothing_and_begins_again(
    here: Moving, hot: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = here.source("third", tmp_path / "third")
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    plan = here.plan(here.copy(first, third, "x/a.mov"))
    monkeypatch.setattr("dampipe.features.tiers.transfers.CHECK_EVERY", -1.0)
    paused = []

    def pause(*_: object, **__: object) -> None:
        if not paused:
            paused.append(True)
            here.moves.pause(LOCAL, plan)

    monkeypatch.setattr(here.bandwidth, "take", pause)
    here.step()
    assert paused and here.outcomes(plan) == [("copy", "waiting", "")]
    assert list((tmp_path / "third").rglob("*.*")) == []
    here.moves.resume(LOCAL, plan)
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "done", "")]


def test_a_content_that_was_forgotten_ends_its_actions(here: Moving, hot: Source, cold: Source) -> None:
    version = here.version(CONTENT)
    first = here.file(hot, "a.mov", CONTENT, version)
    plan = here.plan(here.copy(first, cold, "x/a.mov"), here.delete(first))
    here.sweep()
    here.execute("DELETE FROM version WHERE id = :id", id=version)
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "skipped", "tier.gone"), ("delete", "skipped", "tier.gone")]


def test_a_removed_source_ends_its_actions(here: Moving, hot: Source, cold: Source) -> None:
    first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
    plan = here.plan(here.copy(first, cold, "x/a.mov"))
    here.sweep()
    here.catalog.sources.remove(cold.id)
    here.run(plan)
    assert here.outcomes(plan) == [("copy", "skipped", "tier.gone")]


def test_two_workers_at_once_do_each_action_once(here: Moving, catalogue_url: str, tmp_path: Path) -> None:
    roots = [tmp_path / name for name in ("hot", "near", "cold")]
    hot, near, cold = (here.source(root.name, root) for root in roots)
    actions = []
    for number in range(40):
        content = CONTENT[:1000] + str(number).encode()
        version = here.version(content)
        first = here.file(hot, f"{number}.mov", content, version)
        second = here.file(near, f"{number}.mov", content, version)
        actions += [here.copy(first, cold, f"x/{number}.mov"), here.delete(first), here.delete(second)]
    plan = here.plan(*actions)

    def work() -> None:
        mine = Moving(Catalog(Database(catalogue_url)))
        try:
            mine.run(plan, rounds=300)
        finally:
            mine.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = here.outcomes(plan)
    assert {one[1] for one in outcomes if one[0] == "copy"} == {"done"}
    deleted = [one for one in outcomes if one[0] == "delete" and one[1] == "done"]
    assert len(deleted) == 40 and len(visible(*roots)) == 80
    by_content: dict[bytes, set[str]] = {}
    for path, data in visible(*roots).items():
        by_content.setdefault(data, set()).add(str(path.relative_to(tmp_path)).split("/")[0])
    assert len(by_content) == 40 and all(len(places) == 2 for places in by_content.values())


def test_the_limit_of_bandwidth_is_asked_for_each_block(
    here: Moving, hot: Source, cold: Source, bucket: Bucket
) -> None:
    limits = Limits.model_validate({"bandwidth": [{"from": "00:00", "to": "24:00", "mb_per_s": 20}]})
    slow = Moving(here.catalog, here.stores, lambda: limits)
    slept: list[float] = []
    slow.bandwidth._sleep = slept.append
    clock = [0.0]

    def now() -> float:
        clock[0] += 0.001
        return clock[0]

    slow.bandwidth._clock = now
    slow.bandwidth._sleep = lambda seconds: (slept.append(seconds), clock.__setitem__(0, clock[0] + seconds))
    first = slow.file(hot, "a.mov", CONTENT, slow.version(CONTENT))
    plan = slow.plan(slow.copy(first, cold, "x/a.mov"), policy=slow.policy(POLICY))
    slow.run(plan)
    assert slow.outcomes(plan) == [("copy", "done", "")]
    needed = 2 * len(CONTENT) / 20e6  # written, and read back
    assert 0.8 * needed <= sum(slept) <= 1.2 * needed
    slow.close()
