"""The frames file: what is written is what is read, and a full disk is known as one."""

import errno
from pathlib import Path

import numpy as np
import pytest

from dampipe.media.outputs import write_frames


@pytest.mark.parametrize("shape", [(0, 4, 4, 3), (1, 4, 4, 3), (3, 224, 224, 3)])
def test_it_reads_as_it_was_written(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    path = tmp_path / "frames.npy"
    write_frames(path, pictures)
    np.testing.assert_array_equal(np.load(path, allow_pickle=False), pictures)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_keeps_its_number() -> None:
    with pytest.raises(OSError) as caught:
        write_frames(Path("/dev/full"), np.zeros((2, 8, 8, 3), np.uint8))
    assert caught.value.errno == errno.ENOSPC
