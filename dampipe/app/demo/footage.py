"""The demo's footage: a few clips of coloured shapes, named like a camera names them, so that only
search by content can tell what is in which."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dampipe.app.demo.clips import make_clip
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.vision.tiny.drawing import draw

SIZE = (640, 360)
SCENE = 3.0
"""Seconds."""


@dataclass(frozen=True)
class Scene:
    """One shape on one background, for SCENE seconds."""

    shape: str
    colour: str
    background: str


CLIPS: dict[str, tuple[Scene, ...]] = {
    "A001_C001.mp4": (
        Scene("square", "blue", "beige"),
        Scene("circle", "red", "beige"),
        Scene("triangle", "yellow", "grey"),
    ),
    "A001_C002.mp4": (
        Scene("star", "yellow", "navy"),
        Scene("square", "green", "beige"),
        Scene("ring", "orange", "grey"),
    ),
    "A001_C003.mp4": (
        Scene("circle", "purple", "beige"),
        Scene("cross", "red", "grey"),
        Scene("triangle", "green", "beige"),
        Scene("star", "pink", "grey"),
    ),
    "B002_C001.mov": (
        Scene("heart", "red", "beige"),
        Scene("circle", "blue", "olive"),
        Scene("square", "orange", "grey"),
    ),
    "B002_C002.mkv": (
        Scene("ring", "cyan", "grey"),
        Scene("heart", "pink", "beige"),
        Scene("cross", "blue", "beige"),
    ),
}

QUERIES = ("a red circle", "a yellow star", "a green triangle")


def make_footage(ffmpeg: Ffmpeg, folder: Path) -> list[Path]:
    """Make the demo's clips where they are not there yet; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (name, scenes) in enumerate(CLIPS.items()):
        path = folder / name
        if not path.exists():
            rng = np.random.default_rng(number)
            pictures = [(draw(s.shape, s.colour, s.background, SIZE, rng), SCENE) for s in scenes]
            make_clip(ffmpeg, path, pictures)
        paths.append(path)
    return paths
