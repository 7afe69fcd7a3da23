"""Generates sample clips from pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.app.demo.errors import SCENES_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

Scene = tuple[NDArray[np.uint8], float]
"""A picture, shape (height, width, 3), and its duration in seconds."""

_LIMITS = Limits(seconds=120)


def make_clip(
    ffmpeg: Ffmpeg,
    path: Path,
    scenes: Sequence[Scene],
    rate: str = "25",
    audio: bool = True,
    extra_args: Sequence[str] = (),
) -> Path:
    """Write a clip of still scenes with hard cuts between them (H.264, and an AAC tone) to `path`.

    All pictures must have the same size. extra_args: output options that override the defaults (key frame
    every second, CRF 23). Raises `InvalidInput` for pictures of different sizes or durations of 0.
    """
    sizes = {scene.shape for scene, _ in scenes}
    if len(sizes) != 1 or any(seconds <= 0 for _, seconds in scenes):
        raise InvalidInput(SCENES_INVALID)
    height, width, _ = sizes.pop()
    prefix = path.with_name(f"{path.name}.scenes")
    total = sum(seconds for _, seconds in scenes)
    arguments: list[str] = []
    # One looped still per scene, so that no raw video has to be written.
    pictures = list(_write_pictures(prefix, scenes))
    for picture, (_, seconds) in zip(pictures, scenes, strict=True):
        arguments += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate]
        arguments += ["-t", f"{seconds:.4f}", "-stream_loop", "-1", "-i", f"file:{picture}"]
    inputs = "".join(f"[{n}:v]" for n in range(len(scenes)))
    arguments += ["-filter_complex", f"{inputs}concat=n={len(scenes)}:v=1:a=0,format=yuv420p[v]"]
    if audio:
        arguments += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={total:.4f}"]
    arguments += [
        "-map",
        "[v]",
        *(("-map", f"{len(scenes)}:a", "-c:a", "aac", "-b:a", "96k") if audio else ()),
    ]
    arguments += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", rate, "-r", rate]
    arguments += [*extra_args, f"file:{path.absolute()}"]
    try:
        result = run_ffmpeg(ffmpeg, arguments, _LIMITS)
    finally:
        for picture in pictures:
            picture.unlink(missing_ok=True)
    if not result.ok:
        raise result.error
    return path


def _write_pictures(prefix: Path, scenes: Sequence[Scene]) -> Iterator[Path]:
    for n, (scene, _) in enumerate(scenes):
        path = prefix.with_name(f"{prefix.name}{n}").absolute()
        path.write_bytes(np.ascontiguousarray(scene, np.uint8).tobytes())
        yield path
