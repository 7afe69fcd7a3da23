"""Clips to measure with: a test card in motion under grain, at the bit rates and with the key frames of cameras."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import NamedTuple


class Clip(NamedTuple):
    """How a clip is made."""

    size: str
    options: tuple[str, ...]
    suffix: str


SECONDS = 30
"""Of each clip. Shorter ones would weigh what is spent once a file as no archive does."""
KEPT = "DAMPIPE_BENCH_CLIPS"
"""Environment: a folder in which clips stay for the next time, else they are made anew: ten minutes for all."""
PLACE = "/var/tmp"
"""Clips take up to 720 MB, more than some machines have room for in /tmp."""
_X264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "25", "-pix_fmt", "yuv420p")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
_AAC = ("-c:a", "aac", "-b:a", "128k")
CLIPS = {
    "1080p H.264": Clip(
        "1920x1080", (*_X264, "-b:v", "16M", "-maxrate", "20M", "-bufsize", "16M", *_AAC), "mp4"
    ),
    "4K H.264": Clip(
        "3840x2160", (*_X264, "-b:v", "60M", "-maxrate", "75M", "-bufsize", "60M", *_AAC), "mp4"
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
    ),
    "1080p ProRes": Clip(
        "1920x1080",
        ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le"),
        "mov",
    ),
}


def make(ffmpeg: str, name: str, folder: Path) -> Path:
    """The clip of that name, in `folder` or where clips are kept.

    25 pictures a second, of which one (in ProRes each) is a key frame.
    """
    clip = CLIPS[name]
    card = f"testsrc2=s={clip.size}:r=25:d={SECONDS},noise=alls=10:allf=t"
    tone = f"sine=frequency=300:sample_rate=48000:duration={SECONDS}"
    arguments = ["-f", "lavfi", "-i", card, "-f", "lavfi", "-i", tone, *clip.options]
    kept = Path(os.environ.get(KEPT) or folder)
    digest = hashlib.sha256("\0".join(arguments).encode()).hexdigest()[:8]
    path = kept / f"{name.replace(' ', '-')}-{digest}.{clip.suffix}"
    if not path.exists():
        beside = path.with_name(f"unfinished-{os.getpid()}-{path.name}")
        subprocess.run([ffmpeg, "-nostdin", "-v", "error", "-y", *arguments, str(beside)], check=True)
        beside.replace(path)
    return path


def described(name: str, path: Path) -> str:
    """The clip's name, length and true bit rate."""
    return f"{name}, {SECONDS} s, {path.stat().st_size * 8 / SECONDS / 1e6:.0f} Mbit/s"
