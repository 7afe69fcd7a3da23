"""Probing 100 small files: ours, the start of its helper included, against a program spawned for each."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.probe.prober import Prober
from tests.bench.cpu import in_turn, ratio, table
from tests.support.matrix import MATRIX, make_matrix

FILES = 100
KINDS = ("h264.mp4", "hevc10.mp4", "vp9.webm", "mpeg2.ts", "mjpeg.avi")


def main() -> None:
    """Print processor seconds and ratios; ffprobe takes part where it is installed."""
    ffmpeg = find_ffmpeg()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        samples = make_matrix(ffmpeg, Path(place) / "matrix", {name: MATRIX[name] for name in KINDS})
        files = []
        for number in range(FILES):
            name = KINDS[number % len(KINDS)]
            files.append(Path(place) / f"{number}-{name}")
            shutil.copyfile(samples[name], files[-1])
        spawned = {"ffmpeg -i": [ffmpeg.path, "-hide_banner", "-i"]}
        if ffprobe := shutil.which("ffprobe"):
            spawned["ffprobe"] = [ffprobe, "-v", "error", "-show_format", "-show_streams"]

        def ours() -> None:
            prober = Prober()
            for path in files:
                prober.probe(str(path))
            prober.close()

        def each(words: list[str]) -> None:
            for path in files:
                subprocess.run(
                    [*words, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
                )

        contenders = {name: (lambda words=words: each(words)) for name, words in spawned.items()}
        seconds = in_turn({"dampipe": ours, **contenders})
        table(f"Probing {FILES} small files", seconds)
        for name in spawned:
            ratio(f"{name} / dampipe", seconds[name], seconds["dampipe"], ">= 5")
