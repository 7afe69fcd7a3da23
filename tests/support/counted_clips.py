"""Clips whose frames show their own number, as blocks that a test reads from the picture that a browser shows."""

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from dampipe.media.ffmpeg.binary import Ffmpeg
from tests.support.timed_clips import run

WIDTH, HEIGHT = 320, 180
BITS = 12
BLOCK = 24
"""Pixels of a block's side."""
_READ = """(video) => {
    const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    let number = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
        const [red] = context.getImageData(bit * BLOCK + BLOCK / 2, BLOCK / 2, 1, 1).data;
        if (red > 127) number += 2 ** bit;
    }
    return number;
}"""
READ = (
    _READ.replace("WIDTH", str(WIDTH))
    .replace("HEIGHT", str(HEIGHT))
    .replace("BITS", str(BITS))
    .replace("BLOCK", str(BLOCK))
)
"""JavaScript: the number that a video element, or an image, shows."""


def picture(number: int) -> NDArray[np.uint8]:
    """The picture of a frame: its number in blocks at the top, the lowest bit first, over a shape that moves."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    shade = (60 + 40 * np.sin((xs + 3 * number) / 40) + 20 * ys / HEIGHT).astype(np.uint8)
    made = np.stack([shade, shade, 255 - shade], 2)
    for bit in range(BITS):
        made[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    x, y = int(160 + 120 * math.sin(number / 15)), int(110 + 40 * math.cos(number / 15))
    made[(xs - x) ** 2 + (ys - y) ** 2 < 400] = (230, 60, 40)
    return made


def counted(
    ffmpeg: Ffmpeg,
    path: Path,
    rate: Fraction,
    times: Sequence[int],
    *,
    timecode: str = "",
    sound: bool = False,
) -> Path:
    """Write a clip.

    times: when the frames begin, in units of 1 / (1000 × rate) seconds: multiples of 1000 are a constant rate.
    timecode: of the first frame.
    """
    base = 1 / (rate * 1000)
    silent = path.with_suffix(".silent.mov")
    with av.open(
        str(silent), "w", options={"video_track_timescale": str(rate.numerator * 1000 // rate.denominator)}
    ) as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = base
        stream.options = {"preset": "ultrafast", "crf": "12", "bf": "2", "g": "25"}
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = time, base
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    seconds = float((times[-1] + 1000) * base)
    tone = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"] if sound else []
    code = ["-timecode", timecode] if timecode else []
    run(
        ffmpeg,
        "-i",
        f"file:{silent}",
        *tone,
        "-c:v",
        "copy",
        *(["-c:a", "pcm_s16le"] if sound else []),
        *code,
        f"file:{path}",
    )
    silent.unlink()
    return path
