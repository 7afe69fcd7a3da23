"""Real ffmpeg, a generated matrix of formats, and the real footage where a checkout has it beside itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.preview.maker import Pictures
from dampipe.media.probe.prober import Prober
from tests.support.demo_clips import folder_of_run
from tests.support.matrix import shared_matrix

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "footage"


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return find_ffmpeg()


@pytest.fixture(scope="session")
def prober(ffmpeg: Ffmpeg) -> Iterator[Prober]:
    made = Prober(ffmpeg=ffmpeg.path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def matrix(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> path; what this ffmpeg cannot encode is missing. Shared by all processes: nothing may write to them."""
    return shared_matrix(ffmpeg, folder_of_run(tmp_path_factory) / "matrix")


@pytest.fixture
def footage() -> Path:
    if not FOOTAGE.is_dir():
        pytest.skip("no real footage beside this checkout")
    return FOOTAGE


def keep_all(pictures: Pictures, times: list[float]) -> list[tuple[int, int]]:
    """A choice of frames that leaves none out."""
    assert len(pictures) == len(times)
    return [(row, 0) for row in range(len(times))]


@pytest.fixture
def choose() -> object:
    return keep_all
