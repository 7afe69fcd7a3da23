"""Sample footage, generated: clips out of ready pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import InvalidInput
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

Scene = tuple[NDArray[np.uint8], float]
"""A picture, shape (height, width, 3), and for how many seconds it is shown."""

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

    All pictures have one size. extra_args: output options that come last, so they win over the
    usual ones (key frame every second, CRF 23). Raises `InvalidInput` for pictures that do not fit together.
    """
    sizes = {scene.shape for scene, _ in scenes}
    if len(sizes) != 1 or any(seconds <= 0 for _, seconds in scenes):
        raise InvalidInput("a clip needs scenes of one size that last longer than 0 s")
    height, width, _ = sizes.pop()
    raw = path.with_name(f"{path.name}.scenes")
    total = sum(seconds for _, seconds in scenes)
    arguments: list[str] = []
    # One still input per scene, so that no raw video is ever written: ffmpeg repeats the picture.
    names = list(_write_pictures(raw, scenes))
    for name, (_, seconds) in zip(names, scenes, strict=True):
        arguments += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate]
        arguments += ["-t", f"{seconds:.4f}", "-stream_loop", "-1", "-i", f"file:{name}"]
    joined = "".join(f"[{n}:v]" for n in range(len(scenes)))
    arguments += ["-filter_complex", f"{joined}concat=n={len(scenes)}:v=1:a=0,format=yuv420p[v]"]
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
        ended = run_ffmpeg(ffmpeg, arguments, _LIMITS)
    finally:
        for name in names:
            name.unlink(missing_ok=True)
    if not ended.ok:
        raise ended.error
    return path


def _write_pictures(raw: Path, scenes: Sequence[Scene]) -> Iterator[Path]:
    for n, (scene, _) in enumerate(scenes):
        name = raw.with_name(f"{raw.name}{n}").absolute()
        name.write_bytes(np.ascontiguousarray(scene, np.uint8).tobytes())
        yield name
