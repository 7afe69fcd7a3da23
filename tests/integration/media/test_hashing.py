"""SHA-1 of files, and of files that cannot be read or that change meanwhile."""

import hashlib
import os
from pathlib import Path

import pytest

from dampipe.kernel.errors import BadMedia, Transient
from dampipe.kernel.stage_io import SourceFile
from dampipe.media import errors
from dampipe.media.hashing import sha1_file


def seen(path: Path) -> SourceFile:
    """The file as a scan saw it."""
    found = path.stat()
    return SourceFile(location=1, path=str(path), size=found.st_size, mtime_ns=found.st_mtime_ns)


@pytest.mark.parametrize("size", [1, (1 << 20) - 1, 1 << 20, (3 << 20) + 5])
def test_the_digest(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    made = sha1_file(seen(path))
    assert (made.sha1, made.size) == (hashlib.sha1(content).hexdigest(), size)


def test_progress_of_large_files(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes((5 << 20) + 5))
    reports: list[tuple[int, float]] = []
    sha1_file(seen(path), lambda done, speed: reports.append((done, speed)), progress_interval=2)
    assert [done >> 20 for done, _ in reports] == [2, 4]
    assert all(speed > 0 for _, speed in reports)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9 %d.mp4")
    path.write_bytes(b"x")
    assert sha1_file(seen(path)).size == 1


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()
    with pytest.raises(BadMedia, match="empty"):
        sha1_file(seen(path))


def test_grown_since_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    before = seen(path)
    path.write_bytes(b"xy")
    with pytest.raises(Transient, match="still being written") as caught:
        sha1_file(before)
    assert caught.value.code == errors.STILL_WRITTEN.code
    assert caught.value.delay == 30


def test_changed_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(1 << 20))
    file = seen(path)

    def append(*_: float) -> None:
        if path.stat().st_size == file.size:
            with path.open("ab") as stream:
                stream.write(b"more")

    with pytest.raises(Transient, match="still being written"):
        sha1_file(file, append, progress_interval=1)


def test_gone(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="cannot be read at the moment"):
        sha1_file(SourceFile(location=1, path=str(tmp_path / "gone.mp4"), size=1, mtime_ns=1))


def test_not_permitted(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    file = seen(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(BadMedia, match="permission denied"):
        sha1_file(file)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    with pytest.raises(BadMedia, match="not a regular file"):
        sha1_file(seen(path))
