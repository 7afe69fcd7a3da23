"""Exports of one clip show the same footage; other takes of the same set do not."""

import hashlib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.features.duplicates.track import Track
from dampipe.features.versions.footage import Footage, is_same, is_same_by_frames
from dampipe.media.signatures.align import align
from tests.support.anchors import signed
from tests.support.versions import FOOTAGE, Versions, encoded

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "30")
EXPORTS = {
    "encoded": X264,
    "graded": ("-vf", "eq=contrast=1.3:saturation=1.5:brightness=0.05,hue=h=10", *X264),
    "black and white": ("-vf", "hue=s=0", *X264),
    "at 25 frames": ("-r", "25", *X264),
    "cropped": ("-vf", "crop=iw*0.9:ih*0.9", *X264),
}


def take(
    seed: int, moving: float, noise: float = 0.002, seconds: float = 12.0, shift: float = 0.0
) -> Footage:
    """A clip in front of one background; what moves is another with each seed, and slower than the frames taken."""
    times = np.arange(0.0, seconds, 0.8) + shift
    background = np.random.default_rng(0).standard_normal(192)
    rng = np.random.default_rng(seed)
    places, speeds = rng.standard_normal((4, 192)), rng.uniform(0.2, 0.6, 4)
    moved = np.sin(times[:, None] * speeds + np.arange(4)) @ places
    rows = background + moving * moved
    rows += noise * np.random.default_rng(int(1e6 * noise) + seed).standard_normal(rows.shape)
    return Footage(seconds, Track(times, unit(rows)))


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1)[:, None], np.float32)


@pytest.mark.parametrize("moving", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("seed", range(1, 6))
def test_takes_of_one_set_are_told_apart_by_what_moves(seed: int, moving: float) -> None:
    one = take(seed, moving)
    assert is_same(one, take(seed, moving, noise=0.004)), "another encode"
    assert is_same(take(seed, moving, shift=0.3), one), "other frames of it were sampled"
    assert not is_same(one, take(seed + 50, moving)), "another take of the same length"
    assert not is_same(one, take(seed + 50, moving, seconds=10.0))


def test_a_picture_that_is_held_is_the_same_as_its_export_only() -> None:
    title, export = take(1, 0.0), take(1, 0.0, noise=0.005)
    assert is_same(title, export)
    assert not is_same(title, take(1, 0.0, seconds=9.0)), "of another length it may be any title"
    other = Footage(12.0, Track(title.track.times, unit(np.random.default_rng(9).standard_normal((15, 192)))))
    assert not is_same(title, other)
    assert not is_same(title, Footage(12.0, Track(np.empty(0), np.empty((0, 192), np.float32))))
    assert not is_same(title, take(1, 0.3)), "nothing moves in one of them"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Versions]:
    made = Versions(tmp_path)
    yield made
    made.close()


def footage_of(library: Versions, path: Path) -> Footage:
    duration = library.take_in(path)
    number = int(library.catalog.assets.find(hashlib.sha1(path.read_bytes()).hexdigest()).id)
    found = library.catalog.prints.of([number])[number]
    return Footage(duration, found.track)


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no real footage here")
@pytest.mark.parametrize("name", ["car-detection.mp4", "bottle-detection.mp4", "old.avi"])
def test_real_footage(library: Versions, tmp_path: Path, name: str) -> None:
    small = ("-vf", "scale=480:-2", *X264)
    clip = encoded(library.ffmpeg, FOOTAGE / name, tmp_path / "clip.mp4", small, (0.0, 10.0))
    mine = footage_of(library, clip)
    for export, options in EXPORTS.items():
        made = encoded(library.ffmpeg, clip, tmp_path / f"{export}.mp4", options)
        assert is_same(mine, footage_of(library, made)), export
    if name == "old.avi":  # it has four seconds
        return
    for start in (5.0, 12.0):
        part = encoded(library.ffmpeg, FOOTAGE / name, tmp_path / f"{start}.mp4", small, (start + 6.0, 10.0))
        assert not is_same(mine, footage_of(library, part)), f"what was recorded {start + 6} s later"


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no real footage here")
def test_the_frames_of_real_footage_decide_what_previews_leave_open(
    library: Versions, tmp_path: Path
) -> None:
    small = ("-vf", "scale=480:-2", *X264)
    parts = {
        (name, start): encoded(
            library.ffmpeg, FOOTAGE / name, tmp_path / f"{start}-{name}", small, (start, 8.0)
        )
        for name, start in (
            ("car-detection.mp4", 8.0),
            ("car-detection.mp4", 16.0),
            ("bottle-detection.mp4", 16.0),
        )
    }
    tracks = {part: signed(library.ffmpeg, library.prober, path, tmp_path) for part, path in parts.items()}
    for first, second in combinations(parts, 2):
        assert not is_same_by_frames(align(tracks[first], tracks[second]), tracks[first], tracks[second])
    bars = ("-vf", "scale=iw:ih*0.75,pad=iw:ih/0.75:0:(oh-ih)/2,scale=480:270", *X264)
    cropped = ("-vf", "crop=iw*0.9:ih*0.9", *X264)
    for part in parts:
        if part == ("car-detection.mp4", 8.0):  # hardly anything moves in it
            continue
        for options, cut in ((bars, None), (cropped, (1.0, 5.0))):
            made = encoded(library.ffmpeg, parts[part], tmp_path / "version.mp4", options, cut)
            assert not is_same(footage_of(library, parts[part]), footage_of(library, made)), options
            track = signed(library.ffmpeg, library.prober, made, tmp_path)
            assert is_same_by_frames(align(tracks[part], track), tracks[part], track), (part, options)
