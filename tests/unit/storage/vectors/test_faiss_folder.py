"""The folder of a FAISS index: damage, a second writer, a full disk, killed writers."""

import fcntl
import hashlib
import json
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.asset_set import ALL, AssetSet
from dampipe.kernel.errors import Permanent, StorageFull, Transient, Unavailable
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.faiss_segments import MASKS
from tests.support.vector_catalog import owned

D = 16


def unit(count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(1).standard_normal((count, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(first: int, last: int) -> NDArray[np.int64]:
    return np.arange(first, last + 1, dtype=np.int64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two segments, 9,000 and 100 vectors, both with codes, one of them with a removed id."""
    index = open_(tmp_path / "i")
    index.add(*owned(ids(1, 9000), unit(9000)))
    index.add(*owned(ids(9001, 9100), unit(100)))
    index.remove(ids(5, 5))
    return tmp_path / "i"


def open_(folder: Path) -> FaissVectors:
    return FaissVectors(folder, D, "m", exact_up_to=1000)


def file(folder: Path, kind: str) -> Path:
    """The largest of its kind."""
    return max(folder.glob(f"{kind}*"), key=lambda path: path.stat().st_size)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGE: list[Callable[[Path], None]] = [flip, truncate, empty]


def test_the_folder_holds_the_segments_and_no_leftovers(folder: Path) -> None:
    names = sorted(p.name.split("-")[0] for p in folder.iterdir())
    assert names == ["codes", "codes", "lock", "manifest.json", "owners", "owners", "removed", "rows", "rows"]


@pytest.mark.parametrize("damage", [*DAMAGE, Path.unlink])
@pytest.mark.parametrize("kind", ["manifest", "rows", "codes", "removed", "owners"])
def test_damage_is_detected_and_the_index_starts_empty(
    folder: Path, kind: str, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert open_(folder).damage() == []
    damage(file(folder, kind))
    index = open_(folder)
    if (kind, damage) != ("manifest", Path.unlink):
        assert len(index.damage()) == 1
    assert (index.watermark, len(index), index.search(unit(1), 3)) == (0, 0, [])
    if (kind, damage) != ("manifest", Path.unlink):
        assert "damaged" in caplog.text
    index.add(*owned(ids(1, 5050), unit(5050)))
    assert open_(folder).ids().tolist() == list(range(1, 5051))
    assert len(list(folder.iterdir())) == 5, "what the damaged index left is gone"


def test_damage_to_a_large_file_is_detected_while_it_is_in_use(folder: Path) -> None:
    index = FaissVectors(folder, D, "m", exact_up_to=1000, verify_first_up_to=1000)
    path = file(folder, "rows")
    content = bytearray(path.read_bytes())
    content[-20 * D] ^= 1
    path.unlink()
    path.write_bytes(content)
    assert index.search(unit(1), 1), "it answers at once"
    for thread in threading.enumerate():
        if thread.name == "verify":
            thread.join()
    assert (index.watermark, index.search(unit(1), 1)) == (0, [])


def test_a_rebuilt_index_of_the_same_vectors_is_seen_by_who_saw_the_damage(folder: Path) -> None:
    flip(file(folder, "codes"))
    index = open_(folder)
    assert index.watermark == 0
    index.add(*owned(ids(1, 9000), unit(9000)))
    index.add(*owned(ids(9001, 9100), unit(100)))
    assert (index.watermark, len(index)) == (9100, 9100)


def test_a_segment_damaged_while_it_is_open_is_not_merged(folder: Path) -> None:
    index = open_(folder)
    assert index.watermark == 9100
    path = min(folder.glob("rows*"), key=lambda path: path.stat().st_size)
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[:-1] + b"!")
    with pytest.raises(Transient, match="damaged"):
        index.add(*owned(ids(9101, 10_000), unit(900)))
    assert index.watermark == 0
    index.add(*owned(ids(1, 10_000), unit(10_000)))
    assert len(open_(folder)) == 10_000


@pytest.mark.parametrize(("format_", "watermark"), [(2, 9100), (3, 0)])
def test_a_newer_format_is_rebuilt(folder: Path, format_: int, watermark: int) -> None:
    index = json.loads((folder / "manifest.json").read_text())["index"] | {"format": format_}
    digest = hashlib.sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({"sha256": digest, "index": index}))
    assert FaissVectors(folder, D, "m").watermark == watermark


@pytest.mark.parametrize(("dimension", "name"), [(D + 1, "m"), (D, "another model")])
def test_models_are_separate(folder: Path, dimension: int, name: str) -> None:
    index = FaissVectors(folder, dimension, name)
    with pytest.raises(Permanent, match="dimension 16") as raised:
        index.search(np.ones(dimension, np.float32), 1)
    assert (raised.value.code, raised.value.parameters["stored"]) == ("index.other_model", 16)
    assert raised.value.hint
    with pytest.raises(Permanent):
        index.add(*owned(ids(1, 1), np.eye(1, dimension, dtype=np.float32)))
    assert len(FaissVectors(folder, D, "m")) == 9099, "the others' vectors are untouched"


def test_a_second_writer_gets_a_transient_error(folder: Path) -> None:
    index = FaissVectors(folder, D, "m")
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writes: list[Callable[[], None]] = [
            lambda: index.add(*owned(ids(9101, 9101), unit(1))),
            lambda: index.remove(ids(1, 1)),
            index.clear,
        ]
        for write in writes:
            with pytest.raises(Transient, match="another process is writing"):
                write()
        assert index.search(unit(1), 1)[0].id in (1, 9001), "reading goes on"
    index.add(*owned(ids(9101, 9101), unit(1)))
    assert index.watermark == 9101


def test_old_files_go_while_a_reader_still_holds_them(folder: Path) -> None:
    reader, writer = FaissVectors(folder, D, "m"), FaissVectors(folder, D, "m")
    before = reader.search(unit(1), 3)
    segment = reader._folder.current().segments[0]
    old = file(folder, "rows")
    writer.replace([owned(ids(1, 50_000), unit(50_000))])
    assert not old.exists()
    found = segment.search(unit(1), 1, 0, None)
    assert found and segment.files.ids[found.positions].tolist() == [before[0].id]
    assert float(found.scores[0]) == pytest.approx(before[0].score)
    assert len(reader) == 50_000


def test_a_full_disk_is_reported_and_changes_nothing(tmp_path: Path) -> None:
    script = """
import sys, numpy as np
from pathlib import Path
from dampipe.kernel.errors import StorageFull
from dampipe.storage.vectors.faiss import FaissVectors
index = FaissVectors(Path(sys.argv[1]) / "i", 64)
row = np.zeros((3000, 64), np.float32); row[:, 0] = 1
owners = np.ones(3000, np.uint32)
index.add(np.arange(1, 101), row[:100], owners[:100])
try:
    index.add(np.arange(101, 3101), row, owners)
except StorageFull as error:
    print(error, "|", FaissVectors(Path(sys.argv[1]) / "i", 64).watermark)
"""
    mount = f"mount -t tmpfs -o size=128k none {tmp_path} && exec {sys.executable} -c '{script}' {tmp_path}"
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes user namespaces")
    done = subprocess.run([unshare, "-Urm", "sh", "-c", mount], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("no space left for the vector index"), done.stderr
    assert done.stdout.rstrip().endswith("| 100")
    assert StorageFull.exit_code == 9


WRITER = """
import sys, numpy as np
from pathlib import Path
from dampipe.storage.vectors.faiss import FaissVectors
index = FaissVectors(Path(sys.argv[1]), 16, "m")
rows = np.load(sys.argv[2])
index.remove(np.array([index.watermark - 695]))
print("ready", flush=True)
while index.watermark + 700 < len(rows):
    at = index.watermark
    index.add(np.arange(at + 1, at + 701), rows[at : at + 700], np.full(700, at // 700 + 1))
    index.remove(np.array([at + 5]))
    print("ready", flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    rows = unit(200_000)
    np.save(tmp_path / "rows.npy", rows)
    moments, reached = random.Random(7), 0
    for _ in range(10):
        arguments = [sys.executable, "-c", WRITER, str(tmp_path / "i"), str(tmp_path / "rows.npy")]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as writer:
            try:
                for _ in range(moments.randint(1, 6)):
                    assert writer.stdout and writer.stdout.readline() == b"ready\n"
                time.sleep(moments.uniform(0.0, 0.02))  # somewhere within the next step
            finally:
                writer.kill()
        index = FaissVectors(tmp_path / "i", D, "m")
        assert index.damage() == []
        assert index.watermark >= reached
        reached = index.watermark
        # After 700 ids were added one is removed, so only the last of these may still be there.
        held, wanted = set(index.ids().tolist()), set(range(1, reached + 1)) - set(range(5, reached, 700))
        assert wanted <= held <= wanted | {reached - 695}
        assert len(index.ids()) == len(held) == len(index)
        if reached:
            probe = reached - 1
            for mask in (ALL, AssetSet([(probe - 1) // 700 + 1])):
                assert index.search(rows[probe - 1], 1, mask)[0].id == probe
    assert reached > 3 * 700, "the writers got somewhere before they were killed"
    FaissVectors(tmp_path / "i", D, "m").add(*owned(np.array([reached + 1]), rows[:1]))
    assert named(tmp_path / "i") | {"manifest.json", "lock"} == {p.name for p in (tmp_path / "i").iterdir()}


def named(folder: Path) -> set[str]:
    """The files that the manifest names."""
    document = json.loads((folder / "manifest.json").read_text())["index"]
    return {entry["file"] for segment in document["segments"] for entry in segment.values() if entry}


BUILDER = """
import sys, time, numpy as np
from pathlib import Path
from dampipe.storage.vectors.faiss import FaissVectors
rows = np.load(sys.argv[2])
def batches():
    for at in range(0, len(rows), 10_000):
        yield np.arange(at + 1, at + 10_001), rows[at : at + 10_000], np.ones(10_000)
        print(at, flush=True)
FaissVectors(Path(sys.argv[1]), 16, "m", exact_up_to=1000).replace(batches())
print("built", flush=True)
"""


@pytest.mark.parametrize("killed_at", [b"0\n", b"50000\n", b"190000\n"])
def test_a_killed_rebuild_changes_nothing(folder: Path, tmp_path: Path, killed_at: bytes) -> None:
    np.save(tmp_path / "rows.npy", unit(200_000))
    arguments = [sys.executable, "-c", BUILDER, str(folder), str(tmp_path / "rows.npy")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as builder:
        assert builder.stdout
        while builder.stdout.readline() != killed_at:
            pass
        builder.kill()
    index = open_(folder)
    assert (index.watermark, len(index), index.damage()) in ((9100, 9099, []), (200_000, 200_000, []))
    assert killed_at == b"190000\n" or len(index) == 9099
    index.add(*owned(ids(200_001, 200_001), unit(1)))
    assert subprocess.run(arguments, capture_output=True, check=True).stdout.endswith(b"built\n")
    assert len(index) == 200_000
    assert {p.name for p in folder.iterdir()} == named(folder) | {"manifest.json", "lock", "next.lock"}


def test_an_add_writes_little_and_segments_stay_few(tmp_path: Path) -> None:
    index = FaissVectors(tmp_path / "i", D, "m")
    rows = unit(150_000)
    written, seen = 0, set[str]()
    for at in range(0, len(rows), 3000):
        index.add(*owned(ids(at + 1, at + 3000), rows[at : at + 3000]))
        new = {p.name: p.stat().st_size for p in (tmp_path / "i").glob("rows*") if p.name not in seen}
        written, seen = written + sum(new.values()), seen | set(new)
        assert len(named(tmp_path / "i")) <= 10
    assert written < 6 * index.facts().bytes


def test_what_the_index_does_depends_on_the_size_of_the_library(tmp_path: Path) -> None:
    index = FaissVectors(tmp_path / "i", D, "m", exact_up_to=9000)
    index.add(*owned(ids(1, 9000), unit(9000)))
    assert "exact scan" in index.facts().kind
    index.add(*owned(ids(9001, 9010), unit(10)))
    assert "RaBitQ" in index.facts().kind
    assert len(list((tmp_path / "i").glob("codes*"))) == 1, "ten vectors are scanned"


@pytest.mark.parametrize("kept", [1.0, 0.99, 0.5, 0.03, 0.01])
@pytest.mark.parametrize("together", [True, False])
def test_estimates_have_high_recall(tmp_path: Path, kept: float, together: bool) -> None:
    """Recall of the ten nearest, with queries that are far from everything, loosely at a cluster, as words are.

    Masks of some of the 300 owners: those of the same clusters, or of any.
    """
    rng, count, dimension = np.random.default_rng(3), 30_000, 256
    centres = rng.standard_normal((300, dimension)).astype(np.float32)
    cluster = rng.integers(0, 300, count)
    rows = centres[cluster] + 0.7 * rng.standard_normal((count, dimension))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    owners = (cluster if together else rng.integers(0, 300, count)) + 1
    index = FaissVectors(tmp_path / "i", dimension, "m", exact_up_to=1000)
    index.add(ids(1, 20_000), rows[:20_000], owners[:20_000])
    index.add(ids(20_001, 30_000), rows[20_000:], owners[20_000:])
    held = np.arange(1, 301) if kept == 1 else rng.choice(np.arange(1, 301), int(300 * kept), replace=False)
    mask = ALL if kept == 1 else AssetSet.from_numpy(held)
    allowed = ids(1, count)[np.isin(owners, held)]
    found = 0
    for query in centres[:40] + 1.5 * rng.standard_normal((40, dimension)).astype(np.float32):
        query /= np.linalg.norm(query)
        best = allowed[np.argsort(-(rows[allowed - 1] @ query))[:10]]
        found += len(np.intersect1d(best, [n.id for n in index.search(query, 10, mask)]))
    assert found >= 0.97 * 400


def old_index(folder: Path, **options: Any) -> FaissVectors:
    """9,100 vectors in two segments, 20 of which are removed, as a version without owners wrote them."""
    index = FaissVectors(folder, D, "m", **options)
    index.add(*owned(ids(1, 9000), unit(9000)))
    index.add(*owned(ids(9001, 9100), unit(100)))
    index.remove(np.append(ids(1, 10), ids(8996, 9005)))
    raw = json.loads((folder / "manifest.json").read_text())["index"]
    for segment in raw["segments"]:
        (folder / segment.pop("owners")["file"]).unlink(missing_ok=True)
    document = {"sha256": hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest(), "index": raw}
    (folder / "manifest.json").write_text(json.dumps(document))
    return FaissVectors(folder, D, "m", **options)


@pytest.mark.parametrize("options", [{}, {"exact_up_to": 1000, "rerank": 20_000}])
def test_an_index_of_an_older_version_receives_its_owners(tmp_path: Path, options: dict[str, int]) -> None:
    index, mask = old_index(tmp_path / "i", **options), AssetSet([3])
    assert (index.lacks_owners, index.damage()) == (True, [])
    plain = index.search(unit(1)[0], 50)
    with pytest.raises(Unavailable, match="older version"):
        index.search(unit(1)[0], 5, mask)
    files = {path.name for path in (tmp_path / "i").glob("*.faiss")}
    known = np.setdiff1d(ids(1, 9100), ids(50, 59))
    assert index.assign_owners(known, (known % 5 + 1).astype(np.uint32))
    assert {path.name for path in (tmp_path / "i").glob("*.faiss")} == files, "no vector is written again"
    for one in (index, FaissVectors(tmp_path / "i", D, "m", **options)):
        assert (one.lacks_owners, one.damage(), len(one)) == (False, [], 9080)
        assert one.search(unit(1)[0], 50) == plain
        left = np.setdiff1d(one.ids(), ids(50, 59))
        found = one.search(unit(1)[0], 10_000, mask)
        assert sorted(n.id for n in found) == left[left % 5 == 2].tolist()
        found = one.search(unit(1)[0], 10_000, AssetSet(range(6)))
        assert sorted(n.id for n in found) == left.tolist(), "what the catalogue no longer has is nobody's"


def test_vectors_that_are_added_to_an_old_segment_receive_owners_with_it(tmp_path: Path) -> None:
    index = old_index(tmp_path / "i")
    index.add(*owned(ids(9101, 9110), unit(10), 7))
    assert index.lacks_owners
    index.assign_owners(ids(1, 9110), np.append(np.full(9100, 2), np.full(10, 7)).astype(np.uint32))
    assert sorted(n.id for n in index.search(unit(1)[0], 99, AssetSet([7]))) == ids(9101, 9110).tolist()


def test_the_bits_of_masks_do_not_pile_up(tmp_path: Path) -> None:
    index = FaissVectors(tmp_path / "i", D, "m")
    index.add(ids(1, 100), unit(100), ids(1, 100))
    for number in range(1, 101):
        assert [n.id for n in index.search(unit(1)[0], 5, AssetSet([number]))] == [number]
    [segment] = index._folder.current().segments
    assert len(segment.files._bits) == MASKS
