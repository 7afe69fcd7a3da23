"""Parts of remote files: only what is asked for is fetched, once, and of this one file."""

import errno
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.kernel.errors import Conflict, NotFound, Permanent, StorageFull, Transient, Unavailable
from dampipe.storage.files import parts as module
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.memory import Bucket
from dampipe.storage.files.parts import FootageParts, Spans, merged
from dampipe.storage.files.staging import CHANGED_DELAY
from tests.support.buckets import bucket as new_bucket
from tests.support.parts import KEY, known, parts_of, stager

CONTENT = random.Random(8).randbytes(8_000_000)


def nothing(*_: object) -> None:
    pass


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with new_bucket() as made:
        made.write(KEY, CONTENT)
        yield made


def local(path: str) -> bytes:
    return Path(path).read_bytes()


def test_what_is_fetched_is_there_and_the_rest_are_holes(bucket: Bucket, tmp_path: Path) -> None:
    counted: list[int] = []
    with stager(tmp_path).parts(known(bucket), nothing, counted.append) as parts:
        assert parts is not None
        assert (parts.size, parts.fetched) == (len(CONTENT), 0)
        spans = [(5_000_000, 5_000_100), (10, 20), (7_999_990, 9_000_000), (3, 3)]
        parts.fetch(spans)
        found = local(parts.path)
        assert len(found) == len(CONTENT)
        for start, end in spans:
            assert found[start:end] == CONTENT[start:end]
        assert found[100:5_000_000] == bytes(4_999_900)
        assert parts.fetched == bucket.bytes_read == 120
        parts.fetch(spans)
        assert bucket.bytes_read == 120
        assert Path(parts.path).name == "take.mov"
    assert sum(counted) == 120
    assert list((tmp_path / "parts").iterdir()) == []


def test_near_spans_are_one_request_and_far_ones_are_not(bucket: Bucket, tmp_path: Path) -> None:
    with parts_of(bucket, tmp_path, CONTENT) as parts:
        parts.fetch([(n * 100_000, n * 100_000 + 10) for n in range(5)])
        assert bucket.calls["open"] == 1
        assert bucket.bytes_read == 400_010
        parts.fetch([(2_000_000, 2_000_010), (4_000_000, 4_000_010)])
        assert bucket.calls["open"] == 3
        assert bucket.bytes_read == 400_030


def test_reads_are_those_of_the_content_and_grow_while_they_follow_each_other(
    bucket: Bucket, tmp_path: Path
) -> None:
    chance = random.Random(3)
    with parts_of(bucket, tmp_path, CONTENT) as parts:
        for _ in range(60):
            start, count = chance.randrange(8_100_000), chance.choice([0, 1, 1000, 300_000])
            assert parts.read(start, count) == CONTENT[start : start + count]
        assert parts.fetched == bucket.bytes_read <= len(CONTENT)
    bucket.bytes_read, bucket.calls["open"] = 0, 0
    with parts_of(bucket, tmp_path, CONTENT) as parts:
        assert b"".join(parts.read(at, 32_768) for at in range(0, 8_000_000, 32_768)) == CONTENT
        assert bucket.calls["open"] < 12
        assert parts.fetched == bucket.bytes_read == len(CONTENT)


def test_a_broken_transfer_continues(bucket: Bucket, tmp_path: Path) -> None:
    with parts_of(bucket, tmp_path, CONTENT) as parts:
        bucket.faults.breaks_after = 1 << 20
        parts.fetch([(1_000_000, 3_000_000), (6_000_000, 6_000_010)])
        assert local(parts.path)[1_000_000:3_000_000] == CONTENT[1_000_000:3_000_000]
        assert bucket.bytes_read == 2_000_010


@pytest.mark.parametrize("way", ["read", "fetch one", "fetch several"])
def test_errors_are_those_of_staging(way: str, bucket: Bucket, tmp_path: Path) -> None:
    spans = {"read": [], "fetch one": [(0, 9)], "fetch several": [(0, 9), (4_000_000, 4_000_009)]}[way]

    def use(problem: type[Exception], prepare: object) -> Exception:
        bucket.write(KEY, CONTENT)
        with stager(tmp_path).parts(known(bucket), nothing, nothing) as parts:
            assert parts is not None
            assert callable(prepare)
            prepare()
            with pytest.raises(problem) as raised:
                parts.fetch(spans) if spans else parts.read(0, 9)
        bucket.faults.away = bucket.faults.refused = ""
        return raised.value

    assert "unreachable" in str(
        getattr(use(Transient, lambda: setattr(bucket.faults, "away", "gone")), "code", "")
    )
    assert "denied" in str(
        getattr(use(Permanent, lambda: setattr(bucket.faults, "refused", "no")), "code", "")
    )
    use(NotFound, lambda: bucket.remove(KEY))
    changed = use(Transient, lambda: bucket.write(KEY, CONTENT[::-1]))
    assert isinstance(changed, Transient)
    assert (changed.code, changed.delay) == ("file.changed", CHANGED_DELAY)


def test_a_file_that_is_another_one_or_archived_is_not_opened(bucket: Bucket, tmp_path: Path) -> None:
    file = known(bucket)
    bucket.change(KEY, state=StorageState.ARCHIVED)
    with pytest.raises(Unavailable), stager(tmp_path).parts(file, nothing, nothing):
        pass
    bucket.write(KEY, CONTENT[::-1])
    with pytest.raises(Transient) as raised, stager(tmp_path).parts(file, nothing, nothing):
        pass
    assert raised.value.code == "file.changed"
    bucket.remove(KEY)
    with pytest.raises(NotFound), stager(tmp_path).parts(file, nothing, nothing):
        pass
    assert bucket.bytes_read == 0


def test_a_replacement_that_no_read_notices_is_noticed_at_the_end(bucket: Bucket, tmp_path: Path) -> None:
    """Not every storage compares at each read; this one is replaced after the last."""
    with parts_of(bucket, tmp_path, CONTENT) as parts:
        assert isinstance(parts, FootageParts)
        fetch = parts._fetch
        parts._fetch = lambda spans: (fetch(spans), bucket.write(KEY, CONTENT[::-1]))  # type: ignore[assignment, method-assign, return-value, func-returns-value]
        with pytest.raises(Transient) as raised:
            parts.fetch([(0, 10)])
        assert isinstance(raised.value.__cause__, Conflict)


def test_a_copy_that_is_here_is_used(bucket: Bucket, tmp_path: Path) -> None:
    stage, file = stager(tmp_path), known(bucket)
    with stage.hold(file, nothing, nothing):
        pass
    bucket.faults.away = "gone"
    with stage.parts(file, nothing, nothing) as parts:
        assert parts is None


def test_a_full_disk_is_no_fault_of_the_file(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with parts_of(bucket, tmp_path, CONTENT) as parts:
        monkeypatch.setattr(module.os, "pwrite", full)
        with pytest.raises(StorageFull):
            parts.fetch([(0, 10)])
        monkeypatch.undo()
    with pytest.raises(StorageFull):
        FootageCache(tmp_path, disk_reserve=0).check_space(1 << 60)


def test_what_a_killed_process_has_left_is_deleted(bucket: Bucket, tmp_path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
from dampipe.storage.files.cache import FootageCache
with FootageCache(Path(sys.argv[1]), disk_reserve=0).parts() as folder:
    (folder / "footage").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        folder = Path(os.fsdecode(process.stdout.readline().strip()))
        with FootageCache(tmp_path, disk_reserve=0).parts() as mine:
            assert folder.exists(), "its process lives"
            assert mine != folder
        process.kill()
        process.wait()
    with FootageCache(tmp_path, disk_reserve=0).parts() as mine:
        assert list((tmp_path / "parts").iterdir()) == [mine]


def test_spans() -> None:
    chance = random.Random(5)
    for _ in range(300):
        some, truth = Spans(), set[int]()
        for _ in range(chance.randrange(6)):
            start = chance.randrange(40)
            end = start + chance.randrange(10)
            some.add((start, end))
            truth |= set(range(start, end))
        assert some.total == len(truth)
        start = chance.randrange(40)
        end = start + chance.randrange(30)
        missing = some.missing([(start, end)])
        assert {byte for a, b in missing for byte in range(a, b)} == set(range(start, end)) - truth
        assert all(a < b for a, b in missing)
        assert merged(missing) == missing
