"""The footage of the demo: clips of coloured shapes with file names like a camera's.

The names say nothing about the content, so that only search by content finds a shape.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dampipe.app.demo.clips import make_clip
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.vision.tiny.drawing import draw

PICTURE_SIZE = (640, 360)
"""Width and height in pixels."""
SCENE_SECONDS = 3.0


@dataclass(frozen=True)
class ShapeScene:
    """A scene of a clip: one coloured shape on one background, for SCENE_SECONDS."""

    shape: str
    colour: str
    background: str


CLIPS: dict[str, tuple[ShapeScene, ...]] = {
    "A001_C001.mp4": (
        ShapeScene("square", "blue", "beige"),
        ShapeScene("circle", "red", "beige"),
        ShapeScene("triangle", "yellow", "grey"),
    ),
    "A001_C002.mp4": (
        ShapeScene("star", "yellow", "navy"),
        ShapeScene("square", "green", "beige"),
        ShapeScene("ring", "orange", "grey"),
    ),
    "A001_C003.mp4": (
        ShapeScene("circle", "purple", "beige"),
        ShapeScene("cross", "red", "grey"),
        ShapeScene("triangle", "green", "beige"),
        ShapeScene("star", "pink", "grey"),
    ),
    "B002_C001.mov": (
        ShapeScene("heart", "red", "beige"),
        ShapeScene("circle", "blue", "olive"),
        ShapeScene("square", "orange", "grey"),
    ),
    "B002_C002.mkv": (
        ShapeScene("ring", "cyan", "grey"),
        ShapeScene("heart", "pink", "beige"),
        ShapeScene("cross", "blue", "beige"),
    ),
}
"""The scenes of each clip, by file name."""

QUERIES = ("a red circle", "a yellow star", "a green triangle")


def make_footage(ffmpeg: Ffmpeg, folder: Path) -> list[Path]:
    """Create the clips that the folder lacks; returns the paths of all clips."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (name, scenes) in enumerate(CLIPS.items()):
        path = folder / name
        if not path.exists():
            rng = np.random.default_rng(number)
            pictures = [
                (draw(s.shape, s.colour, s.background, PICTURE_SIZE, rng), SCENE_SECONDS) for s in scenes
            ]
            make_clip(ffmpeg, path, pictures)
        paths.append(path)
    return paths
