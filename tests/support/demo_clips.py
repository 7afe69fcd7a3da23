"""The clips of the demo, encoded once for all processes of a test run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dampipe.app.demo.footage import make_footage
from dampipe.media.ffmpeg.binary import find_ffmpeg

DemoClips = Callable[[Path], list[Path]]
"""Copies the clips into a folder, which may not exist yet, and returns their paths there."""


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all processes of a test run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def demo_clips(tmp_path_factory: pytest.TempPathFactory) -> DemoClips:
    """Encoding them takes five seconds of processor time; the first process that needs them does it."""
    shared = folder_of_run(tmp_path_factory) / "demo_clips"
    with open(shared.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clips = make_footage(find_ffmpeg(None), shared)

    def copy(folder: Path) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copyfile(clip, folder / clip.name)) for clip in clips]

    return copy
