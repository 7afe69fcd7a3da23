"""Copies of remote footage: fetched once, hashed on the way, within the quota, whatever breaks."""

import errno
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dampipe.kernel.errors import NotFound, Permanent, StorageFull, Transient, Unavailable
from dampipe.kernel.stage_io import RemotePlace, SourceFile
from dampipe.storage.files import cache as caching
from dampipe.storage.files import errors, staging
from dampipe.storage.files.base import FileEntry, StorageState
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.memory import BUCKETS, Bucket, MemoryFiles
from dampipe.storage.files.staging import FootageStaging

ROOT = "memory-files://staging/footage"
DEADLINE = 60.0


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    BUCKETS["staging"] = Bucket("staging")
    yield BUCKETS["staging"]
    del BUCKETS["staging"]


def nothing(*_: object) -> None:
    pass


def stager(folder: Path, quota: int = 0) -> FootageStaging:
    return FootageStaging(MemoryFiles.of, FootageCache(folder, quota, disk_reserve=0), pause=nothing)


def source_file(bucket: Bucket, key: str, *sidecars: str, root: str = ROOT) -> SourceFile:
    """A file as a scan has seen it."""
    entry = bucket.files[f"footage/{key}"].entry
    return SourceFile(
        location=1,
        path=f"{root}/{key}",
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        remote=RemotePlace(root=root, key=key, checksum=entry.checksum, token=entry.token, sidecars=sidecars),
    )


def fetch(stage: FootageStaging, file: SourceFile, **more: Any) -> tuple[bytes, SourceFile]:
    with stage.hold(file, nothing, nothing, **more) as held:
        return Path(held.path).read_bytes(), held


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "copies").iterdir()) if (folder / "copies").exists() else []


def test_a_file_is_fetched_once_hashed_on_the_way_and_keeps_its_name_and_time(
    bucket: Bucket, tmp_path: Path
) -> None:
    data = os.urandom(3_000_000)
    bucket.write("footage/card/CLIP 1.MP4", data, mtime_ns=1_700_000_000_123_456_789)
    file = source_file(bucket, "card/CLIP 1.MP4")
    counted: list[int] = []
    with stager(tmp_path).hold(file, nothing, counted.append) as held:
        assert Path(held.path).read_bytes() == data
        assert held.sha1 == hashlib.sha1(data).hexdigest()
        assert Path(held.path).parts[-2:] == ("card", "CLIP 1.MP4")
        assert (held.size, held.mtime_ns) == (len(data), os.stat(held.path).st_mtime_ns)
        assert abs(held.mtime_ns - file.mtime_ns) < 1000
    # Another process of the machine, another stage.
    assert fetch(stager(tmp_path), file) == (data, held)
    assert bucket.bytes_read == len(data) == sum(counted)
    assert (bucket.calls["stat"], bucket.calls["open"]) == (1, 1)


def test_what_the_scan_has_seen_is_served_from_the_copy_while_the_storage_is_away(
    bucket: Bucket, tmp_path: Path
) -> None:
    bucket.write("footage/a.mov", b"film")
    stage, file = stager(tmp_path), source_file(bucket, "a.mov")
    fetch(stage, file)
    bucket.faults.away = "no route to host"
    assert fetch(stage, file)[0] == b"film"
    other = file.model_copy(
        update={"remote": file.remote and file.remote.model_copy(update={"key": "b.mov"})}
    )
    with pytest.raises(Transient) as problem:
        fetch(stage, other)
    assert problem.value.code == errors.STORE_UNREACHABLE.code


def test_a_replaced_file_is_another_copy(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("footage/a.mov", b"old!")
    stage, before = stager(tmp_path), source_file(bucket, "a.mov")
    fetch(stage, before)
    bucket.write("footage/a.mov", b"new!")
    assert fetch(stage, source_file(bucket, "a.mov"))[0] == b"new!"
    # The catalogue does not know yet: the copy of what it knows is the right one.
    assert fetch(stage, before)[0] == b"old!"
    # Without that copy, what is there now is taken, as of a local file.
    assert fetch(stager(tmp_path / "other"), before)[0] == b"new!"


def test_a_transfer_that_breaks_off_is_continued_where_it_did(bucket: Bucket, tmp_path: Path) -> None:
    data = os.urandom(5 << 20)
    bucket.write("footage/a.mov", data)
    bucket.faults.breaks_after = 2 << 20
    counted: list[int] = []
    with stager(tmp_path).hold(source_file(bucket, "a.mov"), nothing, counted.append) as held:
        assert held.sha1 == hashlib.sha1(data).hexdigest()
        assert Path(held.path).read_bytes() == data
    assert bucket.calls["open"] == 3
    assert sum(counted) == bucket.bytes_read == len(data)


def test_a_storage_that_goes_away_in_mid_file_is_a_transient_error_and_the_next_attempt_continues(
    bucket: Bucket, tmp_path: Path
) -> None:
    data = os.urandom(4 << 20)
    bucket.write("footage/a.mov", data)
    file, counted = source_file(bucket, "a.mov"), list[int]()
    bucket.faults.breaks_after = 1 << 20

    def away(_: float) -> None:
        bucket.faults.away = "connection refused"

    broken = FootageStaging(MemoryFiles.of, FootageCache(tmp_path, disk_reserve=0), pause=away)
    with pytest.raises(Transient) as problem, broken.hold(file, nothing, counted.append):
        pass
    assert problem.value.code == errors.STORE_UNREACHABLE.code
    assert sum(counted) == 1 << 20
    assert copies(tmp_path) == []
    bucket.faults.away, bucket.faults.breaks_after = "", None
    with stager(tmp_path).hold(file, nothing, counted.append) as held:
        assert held.sha1 == hashlib.sha1(data).hexdigest()
    assert sum(counted) == bucket.bytes_read == len(data)


def test_a_file_that_changes_in_mid_transfer_is_tried_again_and_never_mixed(
    bucket: Bucket, tmp_path: Path
) -> None:
    old, new = b"o" * (3 << 20), b"n" * (3 << 20)
    bucket.write("footage/a.mov", old)
    file = source_file(bucket, "a.mov")
    bucket.faults.breaks_after = 1 << 20
    changing = FootageStaging(
        MemoryFiles.of,
        FootageCache(tmp_path, disk_reserve=0),
        pause=lambda _: bucket.write("footage/a.mov", new),
    )
    with pytest.raises(Transient) as problem:
        fetch(changing, file)
    assert problem.value.code == errors.FILE_CHANGED.code
    assert problem.value.delay == staging.CHANGED_DELAY
    bucket.faults.breaks_after = None
    assert fetch(stager(tmp_path), source_file(bucket, "a.mov"))[0] == new


def test_archived_denied_and_deleted_files_say_so(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("footage/a.mov", b"film")
    stage, file = stager(tmp_path), source_file(bucket, "a.mov")
    bucket.change("footage/a.mov", state=StorageState.ARCHIVED, storage_class="DEEP_ARCHIVE")
    with pytest.raises(Unavailable) as archived:
        fetch(stage, file)
    assert (archived.value.code, archived.value.parameters["storage_class"]) == (
        "file.archived",
        "DEEP_ARCHIVE",
    )
    bucket.change("footage/a.mov", state=StorageState.RESTORING)
    with pytest.raises(Transient) as restoring:
        fetch(stage, file)
    assert (restoring.value.code, restoring.value.delay) == ("file.restoring", staging.RESTORING_DELAY)
    bucket.faults.refused = "expired token"
    with pytest.raises(Permanent) as denied:
        fetch(stage, file)
    assert denied.value.code == errors.STORE_DENIED.code
    bucket.faults.refused = ""
    bucket.remove("footage/a.mov")
    with pytest.raises(NotFound):
        fetch(stage, file)
    assert bucket.bytes_read == 0


# ---- the quota


def test_what_was_used_longest_ago_makes_room_and_what_is_in_use_stays(
    bucket: Bucket, tmp_path: Path
) -> None:
    for name in "abcd":
        bucket.write(f"footage/{name}", name.encode() * 400_000)
    stage = stager(tmp_path, 1_000_000)
    fetch(stage, source_file(bucket, "a"))
    fetch(stage, source_file(bucket, "b"))
    fetch(stage, source_file(bucket, "a"))
    fetch(stage, source_file(bucket, "c"))
    opened = bucket.calls["open"]
    fetch(stage, source_file(bucket, "a"))
    assert bucket.calls["open"] == opened, "b was used longest ago, not a"
    with ExitStack() as both:
        paths = [
            both.enter_context(stage.hold(source_file(bucket, name), nothing, nothing)).path for name in "ab"
        ]
        with pytest.raises(StorageFull) as full:
            fetch(stage, source_file(bucket, "d"), waits=False)
        assert full.value.code == "staging.full"
        assert all(Path(path).exists() for path in paths)
    assert fetch(stage, source_file(bucket, "d"))[0] == b"d" * 400_000
    assert sum(int(path.name.rpartition(".")[2]) for path in copies(tmp_path)) <= 1_000_000


def test_who_needs_space_waits_for_copies_in_use(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("footage/a", b"a" * 700_000)
    bucket.write("footage/b", b"b" * 700_000)
    stage, done = stager(tmp_path, 1_000_000), threading.Event()

    def second() -> None:
        fetch(stage, source_file(bucket, "b"))
        done.set()

    with stage.hold(source_file(bucket, "a"), nothing, nothing) as held:
        waiter = threading.Thread(target=second)
        waiter.start()
        assert not done.wait(1.0)
        assert Path(held.path).exists()
    assert done.wait(DEADLINE)
    waiter.join()


def test_a_file_larger_than_the_quota_says_what_to_raise(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("footage/a", b"a" * 2_000_000)
    with pytest.raises(Unavailable) as large:
        fetch(stager(tmp_path, 1_000_000), source_file(bucket, "a"))
    assert large.value.code == "staging.too_large"
    assert "staging_quota" in large.value.hint
    assert bucket.bytes_read == 0
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_full_disk_loses_nothing(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = os.urandom(3 << 20)
    bucket.write("footage/a", data)
    real, left = staging._write, [2 << 20]

    class Full:
        """A file on a disk with so many bytes left."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, block: bytes) -> None:
            left[0] -= len(block)
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.file.write(block)

    monkeypatch.setattr(staging, "_write", lambda file, block, target: real(Full(file), block, target))
    with pytest.raises(StorageFull) as full:
        fetch(stager(tmp_path), source_file(bucket, "a"))
    assert full.value.code == "staging.full"
    assert list((tmp_path / "incoming").iterdir()) == [], "the space is given back"
    monkeypatch.undo()
    assert fetch(stager(tmp_path), source_file(bucket, "a"))[0] == data


def test_the_disk_keeps_its_reserve(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("footage/a", b"a" * 1000)
    disk = os.statvfs(tmp_path)
    # A disk with a 20th of it free would do.
    stage = FootageStaging(
        MemoryFiles.of, FootageCache(tmp_path, quota=1 << 60, disk_reserve=0), pause=nothing
    )
    huge = source_file(bucket, "a")
    huge_entry = replace(bucket.files["footage/a"].entry, size=disk.f_bavail * disk.f_frsize + 10**9)
    bucket.files["footage/a"].entry = huge_entry
    with pytest.raises(StorageFull) as full:
        fetch(stage, huge.model_copy(update={"size": huge_entry.size}))
    assert full.value.code == "staging.full"
    assert bucket.bytes_read == 0


# ---- several processes


def _fetch_all(folder: str, files: list[SourceFile], quota: int, results: Any, start: Any) -> None:
    """In a process that has a copy of the bucket: what it reads of it is added to the results."""
    bucket = BUCKETS["staging"]
    bucket.bytes_read = 0
    stage = stager(Path(folder), quota)
    start.wait()
    sums = []
    for file in files:
        with stage.hold(file, nothing, nothing) as held:
            sums.append(hashlib.sha1(Path(held.path).read_bytes()).hexdigest() == held.sha1)
    results.put((bucket.bytes_read, all(sums), len(sums)))


def test_several_processes_fetch_each_file_once(bucket: Bucket, tmp_path: Path) -> None:
    sizes = [3_000_000, 10, 700_000, 1_500_000]
    for number, size in enumerate(sizes):
        bucket.write(f"footage/{number}", os.urandom(size))
    files = [source_file(bucket, str(number)) for number in range(len(sizes))]
    context = multiprocessing.get_context("fork")
    results, start = context.Queue(), context.Event()
    some = [
        context.Process(target=_fetch_all, args=(str(tmp_path), files, 0, results, start)) for _ in range(4)
    ]
    for one in some:
        one.start()
    start.set()
    found = [results.get(timeout=DEADLINE) for _ in some]
    for one in some:
        one.join(DEADLINE)
    assert [(good, count) for _, good, count in found] == [(True, len(sizes))] * 4
    assert sum(read for read, _, _ in found) == sum(sizes)


def test_several_processes_keep_within_a_quota_that_holds_two_files(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(8):
        bucket.write(f"footage/{number}", os.urandom(400_000))
    files = [source_file(bucket, str(number)) for number in range(8)]
    context = multiprocessing.get_context("fork")
    results, start, most = context.Queue(), context.Event(), 0
    some = [
        context.Process(
            target=_fetch_all,
            args=(str(tmp_path), files[number:] + files[:number], 1_000_000, results, start),
        )
        for number in range(4)
    ]
    for one in some:
        one.start()
    start.set()
    deadline = time.monotonic() + DEADLINE
    while any(one.is_alive() for one in some) and time.monotonic() < deadline:
        with FootageCache(tmp_path)._locked():  # nothing is deleted or moved meanwhile
            trees = (tree for place in ("copies", "incoming") for tree in (tmp_path / place).glob("*/tree"))
            most = max(most, sum(one.stat().st_size for tree in trees for one in tree.glob("*/*")))
    for one in some:
        one.join(DEADLINE)
    assert [results.get(timeout=DEADLINE)[1:] for _ in some] == [(True, 8)] * 4
    assert 0 < most <= 1_000_000


class _Slow(MemoryFiles):
    """Gives one block, and no more."""

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> Any:
        stream = super().open(key, expected, end)
        real = stream.read
        count = iter(range(1, 10**9))

        def read(size: int = -1) -> bytes:
            if next(count) > 1:
                time.sleep(DEADLINE)
            return real(size)

        stream.read = read  # type: ignore[method-assign]
        return stream


def _fetch_slowly(folder: str, file: SourceFile) -> None:
    stage = FootageStaging(
        lambda root: _Slow(BUCKETS["staging"], "footage"), FootageCache(Path(folder), disk_reserve=0)
    )
    with stage.hold(file, nothing, nothing):
        pass


def killed_in_mid_transfer(folder: Path, file: SourceFile) -> None:
    context = multiprocessing.get_context("fork")
    victim = context.Process(target=_fetch_slowly, args=(str(folder), file))
    victim.start()
    deadline = time.monotonic() + DEADLINE
    while not any(path.stat().st_size for path in folder.glob("incoming/*/tree/*/*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(DEADLINE)


def test_what_a_killed_process_has_fetched_is_continued(bucket: Bucket, tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    bucket.write("footage/a.mov", data)
    file = source_file(bucket, "a.mov")
    killed_in_mid_transfer(tmp_path, file)
    assert fetch(stager(tmp_path), file)[1].sha1 == hashlib.sha1(data).hexdigest()
    assert bucket.bytes_read == len(data) - staging.BLOCK


def test_what_a_killed_process_has_left_is_not_continued_after_a_restart_and_is_swept(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(3 << 20)
    bucket.write("footage/a.mov", data)
    bucket.write("footage/b.mov", b"b")
    file = source_file(bucket, "a.mov")
    killed_in_mid_transfer(tmp_path, file)
    (left,) = (tmp_path / "incoming").iterdir()
    fetch(stager(tmp_path), source_file(bucket, "b.mov"))
    assert left.exists(), "it may be continued"
    monkeypatch.setattr(caching, "boot_id", lambda: "another boot")
    monkeypatch.setattr(staging, "boot_id", lambda: "another boot")
    bucket.write("footage/c.mov", b"c")
    fetch(stager(tmp_path), source_file(bucket, "c.mov"))
    assert not left.exists()
    assert fetch(stager(tmp_path), file)[0] == data
    assert bucket.bytes_read == len(data) + 2


def test_a_copy_that_the_machine_lost_is_noticed_after_a_restart(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.write("footage/a.mov", b"a" * 1000)
    bucket.write("footage/b.mov", b"b" * 1000)
    one, two = source_file(bucket, "a.mov"), source_file(bucket, "b.mov")
    _, held = fetch(stager(tmp_path), one)
    fetch(stager(tmp_path), two)
    Path(held.path).write_bytes(bytes(1000))  # what a power failure leaves
    monkeypatch.setattr(caching, "boot_id", lambda: "another boot")
    monkeypatch.setattr(staging, "boot_id", lambda: "another boot")
    assert fetch(stager(tmp_path), one)[0] == b"a" * 1000
    assert fetch(stager(tmp_path), two)[0] == b"b" * 1000
    assert bucket.bytes_read == 3000, "the undamaged one is not fetched again"


@pytest.mark.parametrize("damage", ["lock", "record.json", "tree", "truncated", "not JSON"])
def test_a_damaged_copy_is_fetched_again(bucket: Bucket, tmp_path: Path, damage: str) -> None:
    bucket.write("footage/a.mov", b"a" * 1000)
    file = source_file(bucket, "a.mov")
    _, held = fetch(stager(tmp_path), file)
    (folder,) = copies(tmp_path)
    if damage == "truncated":
        os.truncate(held.path, 10)
    elif damage == "not JSON":
        (folder / "record.json").write_text("[")
    elif damage == "tree":
        Path(held.path).unlink()
    else:
        (folder / damage).unlink()
    assert fetch(stager(tmp_path), file)[0] == b"a" * 1000
    assert len(copies(tmp_path)) == 1


# ---- names, and what belongs to a file


@pytest.mark.parametrize(
    "key",
    [
        "a//b.mov",
        "x/../b.mov",
        "..",
        "/b.mov",
        f"{'x' * 250}/{'y' * 600}.mov",
        "caf\udce9/\udcff.mov",
        "new\nline.mov",
        "-rf.mov",
    ],
)
def test_any_key_has_a_copy_inside_of_its_folder(bucket: Bucket, tmp_path: Path, key: str) -> None:
    bucket.write(f"footage/{key}", b"film")
    data, held = fetch(stager(tmp_path), source_file(bucket, key))
    assert data == b"film"
    (folder,) = copies(tmp_path)
    assert Path(os.path.realpath(held.path)).is_relative_to(folder)
    assert Path(held.path).suffix == Path(key).suffix


def test_sidecars_stand_beside_the_copy_and_large_and_other_ones_are_not_fetched(
    bucket: Bucket, tmp_path: Path
) -> None:
    card = "footage/CONTENTS"
    bucket.write(f"{card}/VIDEO/A.MXF", b"film")
    bucket.write(f"{card}/VIDEO/A.xmp", b"<xmp/>")
    bucket.write(f"{card}/CLIP/A.XML", b"<clip/>")
    bucket.write(f"{card}/PROXY/A.MP4", b"proxy")
    bucket.write(f"{card}/VIDEO/A.SRT", bytes(staging.MAX_SIDECAR + 1))
    names = ["A.xmp", "../CLIP/A.XML", "../PROXY/A.MP4", "A.SRT", "gone.xmp", "../../../../etc/x.xml"]
    with stager(tmp_path).hold(source_file(bucket, "CONTENTS/VIDEO/A.MXF", *names), nothing, nothing) as held:
        path = Path(held.path)
        assert path.with_name("A.xmp").read_bytes() == b"<xmp/>"
        assert (path.parent.parent / "CLIP" / "A.XML").read_bytes() == b"<clip/>"
    found = sorted(one.name for one in tmp_path.rglob("tree/**/*") if one.is_file())
    assert found == ["A.MXF", "A.XML", "A.xmp"]
    assert bucket.bytes_read == len(b"film<xmp/><clip/>")


def test_sidecars_that_came_later_or_changed_are_fetched(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.write("footage/A.MOV", b"film")
    stage = stager(tmp_path)
    fetch(stage, source_file(bucket, "A.MOV"))
    bucket.write("footage/A.xmp", b"one")

    def text() -> bytes:
        return (
            Path(fetch(stage, source_file(bucket, "A.MOV", "A.xmp"))[1].path).with_suffix(".xmp").read_bytes()
        )

    assert text() == b"one"
    bucket.write("footage/A.xmp", b"two")
    assert text() == b"one", "asked for a while ago only"
    monkeypatch.setattr(staging, "SIDECAR_AGE", 0.0)
    assert text() == b"two"
    bucket.faults.away = "no route to host"
    assert text() == b"two"
    bucket.faults.away = ""
    path = Path(fetch(stage, source_file(bucket, "A.MOV"))[1].path)
    assert not path.with_suffix(".xmp").exists()
    assert bucket.calls["open"] == 3, "the film once, and two sidecars"


def test_progress_is_reported(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "REPORT_EVERY", 0.0)
    monkeypatch.setattr(staging, "RECORD_EVERY", 0.0)
    bucket.write("footage/a.mov", bytes(3 << 20))
    seen: list[tuple[int, int]] = []
    counted: list[int] = []
    with stager(tmp_path).hold(
        source_file(bucket, "a.mov"), lambda done, total, _: seen.append((done, total)), counted.append
    ):
        pass
    assert seen == [(1 << 20, 3 << 20), (2 << 20, 3 << 20), (3 << 20, 3 << 20)]
    assert counted == [1 << 20] * 3


def test_many_copies_are_held_at_once(bucket: Bucket, tmp_path: Path) -> None:
    """A batch holds them until its stage has returned."""
    stage = stager(tmp_path)
    for number in range(20):
        bucket.write(f"footage/{number}", str(number).encode())
    with ExitStack() as all_held:
        paths = [
            all_held.enter_context(
                stage.hold(source_file(bucket, str(number)), nothing, nothing, waits=number == 0)
            ).path
            for number in range(20)
        ]
        assert [Path(path).read_text() for path in paths] == [str(number) for number in range(20)]
    record = json.loads((copies(tmp_path)[0] / "record.json").read_text())
    assert record["boot"] == caching.boot_id()
