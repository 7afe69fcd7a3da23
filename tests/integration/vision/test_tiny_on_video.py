"""The tiny model finds the right clip and second in pictures that went through a real encoder and back."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.vision.base import FrameSpec
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.frames import choose
from dampipe.vision.tiny.drawing import Scene, draw, scenes, with_article

CLIPS = 24
SECONDS = 2.0
"""Of a scene; each clip has two."""
RATE = 12


@dataclass
class Library:
    """All vectors of all clips: which clip, which second, what was there."""

    embedder: ClipEmbedder
    rows: NDArray[np.float32]
    where: list[tuple[int, float]]
    clips: list[tuple[Scene, Scene]]

    def best(self, text: str) -> tuple[int, float]:
        scores = self.rows @ self.embedder.words([text])[0]
        return self.where[int(scores.argmax())]

    def at(self, clip: int, time: float) -> Scene:
        return self.clips[clip][int(time // SECONDS)]


def encoded(path: Path, shown: tuple[Scene, ...], rng: np.random.Generator) -> None:
    """Hard-cut scenes of 640×360, in which the shape drifts a little, as an ordinary H.264 file."""
    width, height, count = 640, 360, int(SECONDS * RATE)
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(RATE), "-i", "pipe:0",
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p", str(path),
    ]  # fmt: skip
    stills = [draw(*scene, size=(width, height), rng=rng, noise=True) for scene in shown]
    frames = b"".join(np.roll(still, n // 4, axis=1).tobytes() for still in stills for n in range(count))
    subprocess.run(command, input=frames, check=True, timeout=170)


def decoded(path: Path, spec: FrameSpec, per_second: int = 2) -> NDArray[np.uint8]:
    """Sampled frames as the preview pass prepares them."""
    size = f"{spec.size}:{spec.size}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(path), "-vf",
        f"fps={per_second}:round=down,scale={size}:force_original_aspect_ratio=increase:flags={spec.interpolation},"
        f"crop={size},format=rgb24",
        "-f", "rawvideo", "pipe:1",
    ]  # fmt: skip
    raw = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=170
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, spec.size, spec.size, 3)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("clips")
    embedder = ClipEmbedder("tiny", device="cpu")
    rng = np.random.default_rng(11)
    everything = list(scenes())
    picks = rng.choice(len(everything), 2 * CLIPS, replace=False).tolist()
    clips = [(everything[a], everything[b]) for a, b in zip(picks[::2], picks[1::2], strict=True)]
    rows, where = [], []
    for number, shown in enumerate(clips):
        path = folder / f"{number}.mp4"
        encoded(path, shown, rng)
        frames = decoded(path, embedder.spec)
        chosen = choose(frames, [n / 2 for n in range(len(frames))])
        rows.append(embedder.pictures(frames[[row for row, _ in chosen]]))
        where += [(number, row / 2) for row, _ in chosen]
    yield Library(embedder, np.concatenate(rows), where, clips)


def test_a_full_caption_finds_its_clip_and_second(library: Library) -> None:
    found = 0
    for number, shown in enumerate(library.clips):
        for place, (shape, colour, ground) in enumerate(shown):
            text = f"{with_article(colour)} {shape} on {with_article(ground)} background"
            # The moment is where the scene begins: its first frame, or another that looks the same.
            clip, time = library.best(text)
            found += (clip, int(time // SECONDS)) == (number, place)
    assert found >= 0.95 * 2 * CLIPS


def test_colour_and_shape_alone_find_a_scene_that_shows_them(library: Library) -> None:
    shown = [scene for clip in library.clips for scene in clip]
    pairs = {(scene.colour, scene.shape) for scene in shown}
    hits = 0
    for colour, shape in pairs:
        scene = library.at(*library.best(f"{with_article(colour)} {shape}"))
        hits += (scene.colour, scene.shape) == (colour, shape)
    assert hits >= 0.95 * len(pairs)


def test_a_shape_or_a_colour_alone_finds_one(library: Library) -> None:
    shown = [scene for clip in library.clips for scene in clip]
    for shape in {scene.shape for scene in shown}:
        assert library.at(*library.best(f"a {shape}")).shape == shape
    for colour in {scene.colour for scene in shown}:
        assert library.at(*library.best(colour)).colour == colour


def test_every_scene_begins_a_shot_that_is_kept(library: Library) -> None:
    for number in range(CLIPS):
        assert {(number, 0.0), (number, SECONDS)} <= set(library.where)
