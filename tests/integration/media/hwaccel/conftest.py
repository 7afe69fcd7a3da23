"""The fake card, and clips of every format that it may get."""

from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from tests.support.fake_card import FORMATS, FakeCard, clip


@pytest.fixture
def card(ffmpeg: Ffmpeg, tmp_path: Path) -> FakeCard:
    (tmp_path / "card").mkdir()
    return FakeCard(ffmpeg, tmp_path / "card")


@pytest.fixture(scope="session")
def clips(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    made = {name: clip(ffmpeg, folder / f"{name}.mov", *how) for name, (_, how) in FORMATS.items()}
    for name, turn in (("rotated", "-90"), ("upside-down", "180")):
        turned = ["-display_rotation:v:0", turn, "-i", f"file:{made['plain']}", "-c", "copy"]
        assert run_ffmpeg(ffmpeg, [*turned, f"file:{folder / name}.mov"], Limits()).ok
        made[name] = folder / f"{name}.mov"
    return made
