"""A processed library with versions of one clip."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.jobs.model import RunState
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.support.anchors import (
    CLIP,
    CUT,
    GONE,
    MOVING,
    OTHER,
    OTHER_CLIP,
    SOUND,
    STILL_PICTURE,
    X264,
    deleted,
    join,
    version,
)
from tests.support.derivatives import DerivativeLibrary
from tests.support.timed_clips import run as run_ffmpeg


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A processed library of a clip, a version of it without some frames, and what has nothing in common with it."""
    ffmpeg = find_ffmpeg()
    footage = tmp_path_factory.mktemp("footage")
    code = ("-timecode", "01:00:00:00")
    whole = join(ffmpeg, tmp_path_factory.mktemp("made") / CLIP, (MOVING[0], MOVING[4]))
    version(ffmpeg, whole, footage / CLIP, "-c", "copy", *code)
    version(ffmpeg, whole, footage / CUT, "-vf", deleted(GONE), "-crf", "30", *X264, *code)
    join(ffmpeg, footage / OTHER_CLIP, OTHER)
    run_ffmpeg(ffmpeg, "-f", "lavfi", "-i", "sine=duration=3", f"file:{footage / SOUND}")
    run_ffmpeg(
        ffmpeg,
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=320x180",
        "-frames:v",
        "1",
        f"file:{footage / STILL_PICTURE}",
    )
    home = tmp_path_factory.mktemp("home")
    made = DerivativeLibrary(home)
    made.library.add(footage)
    made.library.process()
    assert made.states() == {RunState.DONE}
    made.close()
    return home, footage


@pytest.fixture
def here(template: tuple[Path, Path], tmp_path: Path) -> Iterator[DerivativeLibrary]:
    made = DerivativeLibrary(Path(shutil.copytree(template[0], tmp_path / "home")))
    yield made
    made.close()
