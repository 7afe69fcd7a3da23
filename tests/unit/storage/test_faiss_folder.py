"""What the FAISS folder goes through: damage, a second writer, a full disk, killed writers."""

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.domain.errors import Permanent, StorageFull, Transient
from dampipe.storage.vectors.faiss import FaissVectors

D = 16


def unit(count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(1).standard_normal((count, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(first: int, last: int) -> NDArray[np.int64]:
    return np.arange(first, last + 1, dtype=np.int64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index with 5,000 vectors in the base and 100 in the delta."""
    index = FaissVectors(tmp_path / "i", D, "m")
    index.add(ids(1, 5000), unit(5000))
    index.add(ids(5001, 5100), unit(100))
    return tmp_path / "i"


def file(folder: Path, kind: str) -> Path:
    (found,) = folder.glob(f"{kind}*")
    return found


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGE: list[Callable[[Path], None]] = [flip, truncate, empty]


def test_the_folder_holds_two_index_files_and_no_leftovers(folder: Path) -> None:
    assert sorted(p.name.split("-")[0] for p in folder.iterdir()) == [
        "base",
        "delta",
        "lock",
        "manifest.json",
    ]


@pytest.mark.parametrize("damage", [*DAMAGE, Path.unlink])
@pytest.mark.parametrize("kind", ["manifest", "base", "delta"])
def test_damage_is_noticed_and_the_index_starts_anew(
    folder: Path, kind: str, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    damage(file(folder, kind))
    index = FaissVectors(folder, D, "m")
    assert (index.watermark, len(index), index.search(unit(1), 3)) == (0, 0, [])
    if (kind, damage) != ("manifest", Path.unlink):
        assert "damaged" in caplog.text
    index.add(ids(1, 5050), unit(5050))
    assert FaissVectors(folder, D, "m").ids().tolist() == list(range(1, 5051))
    assert len(list(folder.iterdir())) == 3, "what the damaged index left is gone"


def test_a_rebuilt_index_of_the_same_vectors_is_seen_by_who_saw_the_damage(folder: Path) -> None:
    flip(file(folder, "delta"))
    index = FaissVectors(folder, D, "m")
    assert index.watermark == 0
    index.add(ids(1, 5000), unit(5000))
    index.add(ids(5001, 5100), unit(100))
    assert (index.watermark, len(index)) == (5100, 5100)


def test_a_base_damaged_while_it_is_open_is_not_merged(folder: Path) -> None:
    index = FaissVectors(folder, D, "m")
    assert index.watermark == 5100
    path = file(folder, "base")
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[:-1] + b"!")
    with pytest.raises(Transient, match="damaged"):
        index.add(ids(5101, 10_000), unit(4900))
    assert index.watermark == 0
    index.add(ids(1, 10_000), unit(10_000))
    assert len(FaissVectors(folder, D, "m")) == 10_000


def test_a_format_of_the_future_is_rebuilt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.storage.vectors.faiss_files.FORMAT", 2)
    assert FaissVectors(folder, D, "m").watermark == 0


@pytest.mark.parametrize(("dimension", "name"), [(D + 1, "m"), (D, "another model")])
def test_models_never_meet(folder: Path, dimension: int, name: str) -> None:
    index = FaissVectors(folder, dimension, name)
    with pytest.raises(Permanent, match="dimension 16"):
        index.search(np.ones(dimension, np.float32), 1)
    with pytest.raises(Permanent):
        index.add(ids(1, 1), np.eye(1, dimension, dtype=np.float32))
    assert len(FaissVectors(folder, D, "m")) == 5100, "the others' vectors are untouched"


def test_a_second_writer_is_told_to_come_back(folder: Path) -> None:
    index = FaissVectors(folder, D, "m")
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writes: list[Callable[[], None]] = [
            lambda: index.add(ids(5101, 5101), unit(1)),
            lambda: index.remove(ids(1, 1)),
            index.clear,
        ]
        for write in writes:
            with pytest.raises(Transient, match="another process is writing"):
                write()
        assert index.search(unit(1), 1)[0].id in (1, 5001), "reading goes on"
    index.add(ids(5101, 5101), unit(1))
    assert index.watermark == 5101


def test_old_files_go_while_a_reader_still_holds_them(folder: Path) -> None:
    reader, writer = FaissVectors(folder, D, "m"), FaissVectors(folder, D, "m")
    before = reader.search(unit(1), 3)
    view = reader._view
    old = file(folder, "base")
    writer.add(ids(5101, 10_000), unit(4900))
    assert not old.exists()
    scores, found = view.base.search(unit(1), 1)
    assert int(found[0, 0]) == before[0].id
    assert float(scores[0, 0]) == pytest.approx(before[0].score)
    assert len(reader) == 10_000


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path) -> None:
    script = """
import sys, numpy as np
from pathlib import Path
from dampipe.domain.errors import StorageFull
from dampipe.storage.vectors.faiss import FaissVectors
index = FaissVectors(Path(sys.argv[1]) / "i", 64)
row = np.zeros((3000, 64), np.float32); row[:, 0] = 1
index.add(np.arange(1, 101), row[:100])
try:
    index.add(np.arange(101, 3101), row)
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
    index.add(np.arange(at + 1, at + 701), rows[at : at + 700])
    index.remove(np.array([at + 5]))
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    rows = unit(200_000)
    np.save(tmp_path / "rows.npy", rows)
    moments, reached = random.Random(7), 0
    for _ in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "i"), str(tmp_path / "rows.npy")],
            stdout=subprocess.PIPE,
        )
        assert writer.stdout and writer.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.12))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        index = FaissVectors(tmp_path / "i", D, "m")
        assert index.watermark >= reached
        reached = index.watermark
        # After 700 ids were added one is removed, so only the last of these may still be there.
        held, wanted = set(index.ids().tolist()), set(range(1, reached + 1)) - set(range(5, reached, 700))
        assert wanted <= held <= wanted | {reached - 695}
        assert len(index.ids()) == len(held) == len(index)
        if reached:
            probe = reached - 1
            assert index.search(rows[probe - 1], 1)[0].id == probe
    assert reached > 3 * 700, "the writers got somewhere before they were killed"
    FaissVectors(tmp_path / "i", D, "m").add(np.array([reached + 1]), rows[:1])
    document = json.loads((tmp_path / "i" / "manifest.json").read_text())["index"]
    kept = {document[kind]["file"] for kind in ("base", "delta") if document[kind]}
    assert {p.name for p in (tmp_path / "i").iterdir()} == kept | {"manifest.json", "lock"}
