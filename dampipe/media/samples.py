"""Sample footage, generated: clips out of ready pictures, and a small matrix of formats for tests."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.domain.errors import InvalidInput
from dampipe.media.ffmpeg import Ffmpeg
from dampipe.media.sandbox import Limits, run

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
        ended = run(ffmpeg, arguments, _LIMITS)
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


_TEST = "testsrc2=size=320x180:rate=25:duration=2"
_TONE = "sine=frequency=440:sample_rate=48000:duration=2"
_GOP = ("-g", "25")

Recorded = tuple[str, tuple[str, ...]]

MATRIX: dict[str, Recorded] = {
    "h264.mp4": ("av", ("-c:v", "libx264", "-pix_fmt", "yuv420p", *_GOP, "-c:a", "aac")),
    "hevc10.mp4": (
        "v",
        ("-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le", *_GOP),
    ),
    "vp9.webm": ("v", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv420p", *_GOP)),
    "av1.mp4": (
        "v",
        ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1", "-pix_fmt", "yuv420p", *_GOP),
    ),
    "prores.mov": ("av", ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le")),
    "dnxhr.mov": (
        "v",
        ("-vf", "scale=640:360", "-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p"),
    ),
    "mjpeg.avi": ("v", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")),
    "mpeg2.ts": ("av", ("-c:v", "mpeg2video", "-pix_fmt", "yuv420p", "-c:a", "mp2")),
    "h264-422.mkv": ("v", ("-c:v", "libx264", "-pix_fmt", "yuv422p", *_GOP)),
    "odd-size.mkv": ("v", ("-vf", "scale=319:179", "-c:v", "ffv1", "-pix_fmt", "yuv444p")),
    "anamorphic.mp4": ("v", ("-vf", "setsar=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", *_GOP)),
    "interlaced.mpg": (
        "v",
        ("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p"),
    ),
    "long-gop.mp4": ("v", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "999", "-sc_threshold", "0")),
    "vfr.mkv": (
        "v",
        ("-vf", "select='not(mod(n,3))+lt(n,20)'", "-fps_mode", "vfr", "-c:v", "libx264", *_GOP),
    ),
    "one-frame.mp4": ("v", ("-frames:v", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p")),
    "hlg.mp4": (
        "v",
        (
            *(
                "-vf",
                "format=yuv420p10le,setparams=colorspace=bt2020nc:color_trc=arib-std-b67:color_primaries=bt2020",
            ),
            *("-c:v", "libx265", "-x265-params", "log-level=none", *_GOP),
        ),
    ),
    "moving.gif": ("v", ("-r", "10")),
    "audio-only.m4a": ("a", ("-c:a", "aac")),
    "audio-only.wav": ("a", ()),
    "still.png": ("v", ("-frames:v", "1", "-update", "1")),
    "still.jpg": ("v", ("-frames:v", "1", "-update", "1")),
    "still.webp": ("v", ("-frames:v", "1", "-c:v", "libwebp")),
    "still.tiff": ("v", ("-frames:v", "1", "-update", "1")),
    "still.bmp": ("v", ("-frames:v", "1", "-update", "1")),
}
"""Name -> what it has ("v" picture, "a" sound) and how it is encoded."""


def make_matrix(ffmpeg: Ffmpeg, folder: Path) -> dict[str, Path]:
    """Write one small file a format into `folder`; what this ffmpeg cannot encode is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Path] = {}
    for name, (what, options) in MATRIX.items():
        inputs: list[str] = []
        for source in (_TEST,) * ("v" in what) + (_TONE,) * ("a" in what):
            inputs += ["-f", "lavfi", "-i", source]
        path = folder / name
        if run(ffmpeg, [*inputs, *options, f"file:{path.absolute()}"], _LIMITS).ok:
            made[name] = path
        else:
            path.unlink(missing_ok=True)
    if "h264.mp4" in made:
        path = folder / "rotated.mov"
        turned = ("-display_rotation:v:0", "-90", "-i", f"file:{made['h264.mp4'].absolute()}")
        if run(ffmpeg, [*turned, "-c", "copy", f"file:{path.absolute()}"], _LIMITS).ok:
            made[path.name] = path
    return made
