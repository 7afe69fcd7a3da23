"""Other encodes, trims and smaller versions of a clip are found, with where and how far they are shifted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dampipe.features.duplicates.model import NearDuplicate
from dampipe.vision.tiny.drawing import scenes
from tests.support.versions import FOOTAGE, VERSIONS, Versions, encoded, make_version, scene_clip


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


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no real footage here")
@pytest.mark.parametrize(
    ("name", "start", "length"),
    [
        ("car-detection.mp4", 8.0, 8.0),
        ("car-detection.mp4", 3.3, 12.0),
        ("bottle-detection.mp4", 11.7, 14.0),
        ("gopro-karma.mp4", 3.1, 5.0),
        ("gopro-max-heromode.mp4", 2.6, 6.0),
        ("old.avi", 0.9, 2.4),
    ],
)
def test_a_trim_of_real_footage_is_placed_or_said_to_fit_elsewhere(
    library: Versions, tmp_path: Path, name: str, start: float, length: float
) -> None:
    options = ("-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30")
    trim = encoded(library.ffmpeg, FOOTAGE / name, tmp_path / "trim.mp4", options, (start, length))
    library.take_in(FOOTAGE / name)
    library.take_in(trim)
    [pair] = library.near().near
    assert library.names[pair.second.asset] == "trim"
    offsets = [(pair.offset, pair.offset), *pair.other_offsets]
    assert any(begin - 0.5 <= start <= end + 0.5 for begin, end in offsets)
    if not pair.other_offsets:
        assert pair.first.start == pytest.approx(start, abs=0.5)
        assert pair.second.start == pytest.approx(0.0, abs=0.5)


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no real footage here")
def test_a_mirrored_version_is_not_told_as_the_same(library: Versions, tmp_path: Path) -> None:
    clip = FOOTAGE / "bottle-detection.mp4"
    options = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "30")
    library.take_in(clip)
    library.take_in(encoded(library.ffmpeg, clip, tmp_path / "turned.mp4", ("-vf", "hflip", *options)))
    library.take_in(encoded(library.ffmpeg, clip, tmp_path / "straight.mp4", options))
    told = {
        frozenset((library.names[pair.first.asset], library.names[pair.second.asset])): pair.mirrored
        for pair in library.near().near
    }
    assert told == {
        frozenset((clip.stem, "turned")): True,
        frozenset((clip.stem, "straight")): False,
        frozenset(("turned", "straight")): True,
    }
