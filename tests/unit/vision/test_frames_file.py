"""Frames files are read piece by piece, and refused when they hold something else."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest

from dampipe.kernel.errors import Permanent
from dampipe.vision.base import Pictures
from dampipe.vision.frames_file import FramesFile


@pytest.fixture
def frames() -> Pictures:
    return np.random.default_rng(0).integers(0, 255, (7, 8, 8, 3), np.uint8)


def saved(folder: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Path:
    path = folder / "frames.npy"
    np.save(path, array)
    return path


def opened(path: Path, count: int) -> closing[FramesFile]:
    return closing(FramesFile(lambda: nullcontext(path), 8, count))


def test_frames_come_in_pieces_in_any_order(tmp_path: Path, frames: Pictures) -> None:
    with opened(saved(tmp_path, frames), 7) as file:
        assert len(file) == 7
        room = np.zeros((10, 8, 8, 3), np.uint8)
        for begin, end in ((3, 4), (0, 3), (4, 7)):
            file.read(room[begin:end], begin)
    assert (room[:7] == frames).all()
    assert not room[7:].any()


def test_no_frames_are_no_error(tmp_path: Path, frames: Pictures) -> None:
    with opened(saved(tmp_path, frames[:0]), 0) as file:
        assert len(file) == 0


@pytest.mark.parametrize(
    "other",
    [
        np.zeros((7, 9, 9, 3), np.uint8),
        np.zeros((7, 8, 8, 3), np.int8),
        np.zeros((7, 8, 8), np.uint8),
        np.asfortranarray(np.zeros((7, 8, 8, 3), np.uint8)),
    ],
)
def test_something_else_is_refused(
    tmp_path: Path, other: np.ndarray[tuple[int, ...], np.dtype[np.generic]]
) -> None:
    with opened(saved(tmp_path, other), 7) as file, pytest.raises(Permanent, match="no frames of 8×8"):
        file.read(np.empty((7, 8, 8, 3), np.uint8), 0)


@pytest.mark.parametrize("content", [b"", b"no array at all", b"\x93NUMPY\x01\x00\xff\xffcut"])
def test_no_array_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "frames.npy"
    path.write_bytes(content)
    with opened(path, 7) as file, pytest.raises(Permanent, match="no frames of 8×8"):
        file.read(np.empty((7, 8, 8, 3), np.uint8), 0)


@pytest.mark.parametrize("count", [6, 8])
def test_more_or_fewer_than_there_should_be_are_noticed(tmp_path: Path, frames: Pictures, count: int) -> None:
    with opened(saved(tmp_path, frames), count) as file, pytest.raises(Permanent, match="holds 7"):
        file.read(np.empty((count, 8, 8, 3), np.uint8), 0)


def test_a_header_of_another_length_is_read_over(tmp_path: Path, frames: Pictures) -> None:
    path = saved(tmp_path, frames)
    content = path.read_bytes()
    header = content[10:128].rstrip().ljust(85) + b"\n"
    path.write_bytes(content[:8] + len(header).to_bytes(2, "little") + header + content[128:])
    assert (np.load(path) == frames).all()
    room = np.empty_like(frames)
    with opened(path, 7) as file:
        file.read(room, 0)
    assert (room == frames).all()


def test_a_file_that_was_cut_short_is_noticed(tmp_path: Path, frames: Pictures) -> None:
    path = saved(tmp_path, frames)
    path.write_bytes(path.read_bytes()[:-5])
    with opened(path, 7) as file, pytest.raises(Permanent, match="cut short"):
        file.read(np.empty((7, 8, 8, 3), np.uint8), 0)


def test_its_place_is_left_once_all_is_read_or_reading_failed(tmp_path: Path, frames: Pictures) -> None:
    path, inside = saved(tmp_path, frames), list[Path]()

    @contextmanager
    def place() -> Iterator[Path]:
        inside.append(path)
        try:
            yield path
        finally:
            inside.pop()

    before = len(os.listdir("/dev/fd"))
    file = FramesFile(place, 8, 7)
    assert not inside, "nothing is fetched before it is wanted"
    room = np.empty((7, 8, 8, 3), np.uint8)
    file.read(room[3:], 3)
    assert inside == [path]
    file.read(room[:3], 0)
    assert not inside
    with pytest.raises(Permanent, match="holds 7"):
        FramesFile(place, 8, 9).read(np.empty((9, 8, 8, 3), np.uint8), 0)
    assert not inside
    assert len(os.listdir("/dev/fd")) == before
