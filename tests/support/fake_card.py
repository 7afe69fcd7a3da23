"""A fake NVIDIA card: an ffmpeg that runs `fake_gpu.py`, and clips to transcode with it."""

import json
import sys
from dataclasses import replace
from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.hwaccel.stream_kinds import KINDS

SOFT = Acceleration(SOFTWARE, True, "for the test")
CARD = Acceleration("nvidia", True, "for the test", tuple(KINDS))
_SCRIPT = Path(__file__).with_name("fake_gpu.py")


class FakeCard:
    """The fake card as an ffmpeg, and how it behaves (`order`)."""

    def __init__(self, real: Ffmpeg, folder: Path) -> None:
        self._orders = folder / "orders.json"
        script = folder / "ffmpeg"
        script.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -I -S "{_SCRIPT}" "{real.path}" "{self._orders}" "$@"\n'
        )
        script.chmod(0o755)
        self.ffmpeg = replace(real, path=str(script))
        self.order()

    def order(self, **orders: object) -> None:
        self._orders.write_text(json.dumps(orders))
        self._orders.with_name("orders.json.calls").write_text("")

    @property
    def calls(self) -> list[str]:
        """One line per run: "decode", "encode", both, or "" if it only opened the device."""
        return self._orders.with_name("orders.json.calls").read_text().splitlines()


def clip(ffmpeg: Ffmpeg, path: Path, *options: str, seconds: float = 2) -> Path:
    source = f"testsrc2=size=640x360:rate=25:duration={seconds}"
    arguments = ["-f", "lavfi", "-i", source, *options, f"file:{path}"]
    ended = run_ffmpeg(ffmpeg, arguments, Limits())
    assert ended.ok, ended.stderr
    return path


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
QUIET = ("-preset", "ultrafast", "-x265-params", "log-level=none")
HLG = "format=yuv420p10le,setparams=colorspace=bt2020nc:color_trc=arib-std-b67:color_primaries=bt2020"
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("nvidia", H264),
    "large": ("nvidia", ("-vf", "scale=1920:1080", *H264)),
    "10-bit": ("nvidia", ("-vf", "scale=1920:1080,format=yuv420p10le", "-c:v", "libx265", *QUIET)),
    "full-range": ("nvidia", (*H264[:-1], "yuvj420p", "-color_range", "pc")),
    "hlg": ("nvidia", ("-vf", HLG, "-c:v", "libx265", *QUIET)),
    "anamorphic": ("nvidia", ("-vf", "setsar=3/4", *H264)),
    "interlaced": ("nvidia-encode", ("-vf", "interlace", "-flags", "+ilme+ildct", *H264)),
    "422": ("nvidia-encode", (*H264[:-1], "yuv422p")),
}
