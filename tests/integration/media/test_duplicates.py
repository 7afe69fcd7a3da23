"""Other encodes, trims and smaller versions of a clip are found, with where and how far they are shifted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dampipe.domain.duplicates import NearDuplicate
from dampipe.vision.shapes import scenes
from tests.versions import VERSIONS, Versions, make_version, scene_clip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Versions]:
    made = Versions(tmp_path)
    yield made
    made.close()


def test_versions_are_found_and_others_are_not(library: Versions, tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    everything = list(scenes())
    order = rng.permutation(len(everything)).tolist()
    for number in range(4):
        shown = [everything[at] for at in order[3 * number : 3 * number + 3]]
        clip = scene_clip(library.ffmpeg, tmp_path / f"clip{number}.mp4", shown, [4.0, 3.0, 5.0], rng)
        duration = library.take_in(clip)
        for name in list(VERSIONS)[number % 2 :: 2]:
            library.take_in(make_version(library.ffmpeg, clip, duration, name, tmp_path))
    near = library.near().near

    def names(pair: NearDuplicate) -> tuple[str, str]:
        return library.names[pair.first.asset], library.names[pair.second.asset]

    found = {names(pair): pair for pair in near}
    stems = [(one.partition("__")[0], other.partition("__")[0]) for one, other in found]
    assert all(one == other for one, other in stems)
    assert len(found) == 4 * 3, sorted(found)
    trimmed = found["clip0", "clip0__trimmed"]
    assert trimmed.offset == pytest.approx(0.23 * 12, abs=1.7), "within a gap between frames"
    assert trimmed.second.start == pytest.approx(trimmed.first.start - trimmed.offset)
    assert trimmed.coverage == 1.0
    assert trimmed.similarity > 0.95


def test_the_same_bytes_in_two_places(library: Versions, tmp_path: Path) -> None:
    picture = next(scenes())
    clip = scene_clip(library.ffmpeg, tmp_path / "a.mp4", [picture], [1.0], np.random.default_rng(0))
    library.take_in(clip)
    assert library.near().exact == ()
    copy = tmp_path / "b" / "again.mp4"
    copy.parent.mkdir()
    copy.write_bytes(clip.read_bytes())
    library.take_in(copy)
    [exact] = library.near().exact
    assert exact.paths == (str(clip), str(copy))
    assert exact.size == clip.stat().st_size
    assert library.near().near == ()
