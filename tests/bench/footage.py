"""Clips to measure with: a test card in motion under grain, at the bit rates and with the key frames of cameras."""

import subprocess
from pathlib import Path
from typing import NamedTuple


class Clip(NamedTuple):
    """How a clip is made, and how long it gets."""

    size: str
    options: tuple[str, ...]
    suffix: str
    seconds: int


_X264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "25", "-pix_fmt", "yuv420p")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
_AAC = ("-c:a", "aac", "-b:a", "128k")
CLIPS = {
    "1080p H.264": Clip(
        "1920x1080", (*_X264, "-b:v", "16M", "-maxrate", "20M", "-bufsize", "16M", *_AAC), "mp4", 30
    ),
    "4K H.264": Clip(
        "3840x2160", (*_X264, "-b:v", "60M", "-maxrate", "75M", "-bufsize", "60M", *_AAC), "mp4", 12
    ),
    "4K HEVC 10 bit": Clip(
        "3840x2160",
        (
            *_X265,
            "-x265-params",
            "log-level=none:keyint=25:min-keyint=25:bitrate=40000:vbv-maxrate=50000:vbv-bufsize=40000",
            *_AAC,
        ),
        "mp4",
        12,
    ),
    "1080p ProRes": Clip(
        "1920x1080",
        ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le"),
        "mov",
        12,
    ),
}


def make(ffmpeg: str, name: str, folder: Path) -> Path:
    """Write the clip of that name into `folder`, 25 pictures and one key frame (but in ProRes) a second."""
    clip = CLIPS[name]
    path = folder / f"{name.replace(' ', '-')}.{clip.suffix}"
    card = f"testsrc2=s={clip.size}:r=25:d={clip.seconds},noise=alls=10:allf=t"
    tone = f"sine=frequency=300:sample_rate=48000:duration={clip.seconds}"
    inputs = ["-f", "lavfi", "-i", card, "-f", "lavfi", "-i", tone]
    subprocess.run([ffmpeg, "-nostdin", "-v", "error", "-y", *inputs, *clip.options, str(path)], check=True)
    return path


def described(name: str, path: Path) -> str:
    """The clip's name, length and true bit rate."""
    seconds = CLIPS[name].seconds
    return f"{name}, {seconds} s, {path.stat().st_size * 8 / seconds / 1e6:.0f} Mbit/s"
