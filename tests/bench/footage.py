"""Clips to measure with: a test card in motion under grain, two seconds encoded and joined as often as needed."""

import subprocess
from pathlib import Path
from typing import NamedTuple


class Clip(NamedTuple):
    """How two seconds of a clip are made, and how long it gets."""

    size: str
    options: tuple[str, ...]
    suffix: str
    seconds: int


_X264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "25", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "128k")
CLIPS = {
    "1080p H.264": Clip("1920x1080", (*_X264, "-b:v", "16M", *_AAC), "mp4", 16),
    "4K H.264": Clip("3840x2160", (*_X264, "-b:v", "60M", *_AAC), "mp4", 8),
    "4K HEVC 10 bit": Clip(
        "3840x2160",
        (
            *(
                "-c:v",
                "libx265",
                "-preset",
                "ultrafast",
                "-x265-params",
                "log-level=none:keyint=25:min-keyint=25",
            ),
            *("-pix_fmt", "yuv420p10le", "-b:v", "40M", *_AAC),
        ),
        "mp4",
        8,
    ),
    "1080p ProRes": Clip(
        "1920x1080",
        ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le"),
        "mov",
        10,
    ),
}


def make(ffmpeg: str, name: str, folder: Path) -> Path:
    """Write the clip of that name into `folder`."""
    clip = CLIPS[name]
    part, whole = folder / f"part.{clip.suffix}", folder / f"{name.replace(' ', '-')}.{clip.suffix}"
    card = f"testsrc2=s={clip.size}:r=25:d=2,noise=alls=10:allf=t"
    inputs = [
        "-f",
        "lavfi",
        "-i",
        card,
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=300:sample_rate=48000:duration=2",
    ]
    quiet = [ffmpeg, "-nostdin", "-v", "error", "-y"]
    subprocess.run([*quiet, *inputs, *clip.options, str(part)], check=True)
    again = ["-stream_loop", str(clip.seconds // 2 - 1), "-i", str(part), "-c", "copy", str(whole)]
    subprocess.run([*quiet, *again], check=True)
    part.unlink()
    return whole
