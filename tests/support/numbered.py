"""Footage whose frames have their numbers in them, as blocks of black and white, and what reads them back."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

BITS = 10
_BLOCK = 16
WIDTH, HEIGHT = BITS * _BLOCK, 64


def numbered(ffmpeg: Ffmpeg, path: Path, *options: str, count: int, rate: str = "25", noise: int = 0) -> Path:
    """A film of `count` frames with two sound tracks. options: codecs and labels; noise: strength, to make it larger."""
    seconds = f"{float(count / Fraction(rate)):.6f}"
    blocks = f"geq=lum='if(bitand(floor(N/pow(2,floor(X/{_BLOCK}))),1),235,16)':cb=128:cr=128"
    graph = f"color=black:size={WIDTH}x{HEIGHT}:rate={rate},trim=end_frame={count},{blocks}"
    if noise:
        graph += f",scale=iw*4:ih*4:flags=neighbor,noise=alls={noise}:allf=t"
    tones = [f"sine=frequency={tone}:duration={seconds}:sample_rate=48000" for tone in (440, 880)]
    arguments = [word for source in (graph, *tones) for word in ("-f", "lavfi", "-i", source)]
    arguments += ["-map", "0", "-map", "1", "-map", "2", *options, f"file:{path}"]
    ended = run_ffmpeg(ffmpeg, arguments, Limits(seconds=300))
    assert ended.ok, ended.stderr
    return path


def numbers_of(ffmpeg: Ffmpeg, path: Path) -> list[int]:
    """The numbers in the frames of a file, in the order in which they are shown."""
    data = bytearray()
    small = ["-vf", f"scale={BITS}:1:flags=area,format=gray", "-fps_mode", "passthrough"]
    arguments = ["-i", f"file:{path}", "-map", "0:v:0", *small, "-f", "rawvideo", "pipe:1"]
    ended = run_ffmpeg(ffmpeg, arguments, Limits(seconds=300), on_output=data.extend)
    assert ended.ok, ended.stderr
    rows = np.frombuffer(bytes(data), np.uint8).reshape(-1, BITS) > 125
    return [int(number) for number in rows @ (1 << np.arange(BITS))]
