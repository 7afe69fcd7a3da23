"""Footage of which parts of frames can be told apart: two shapes beside each other, and each of them alone."""

import subprocess
from pathlib import Path

from PIL import Image, ImageDraw

from dampipe.media.ffmpeg.binary import find_ffmpeg

BOTH, CIRCLE, SQUARE, CUT = "both.mp4", "circle.mp4", "square.mp4", "cut.mp4"
RED, GREEN, GREY = (225, 25, 30), (20, 165, 45), (128, 128, 128)
LEFT, RIGHT = "0,0,0.5,1", "0.5,0,0.5,1"
"""The parts of BOTH, as a search takes them: the red circle and the green square."""
CUT_AT = 2.0
"""Seconds; CUT shows the circle before, and the square from then on. It has 25 frames a second."""


def make_split_scenes(folder: Path) -> None:
    """Write the clips into a folder."""
    circle, square = _panel(RED, is_round=True), _panel(GREEN, is_round=False)
    both = Image.new("RGB", (1280, 640), GREY)
    both.paste(circle, (0, 0))
    both.paste(square, (640, 0))
    for name, pictures in ((BOTH, [both]), (CIRCLE, [circle]), (SQUARE, [square]), (CUT, [circle, square])):
        for number, picture in enumerate(pictures):
            picture.save(folder / f"{number}.png")
        inputs = [
            word
            for number in range(len(pictures))
            for word in (
                "-loop",
                "1",
                "-framerate",
                "25",
                "-t",
                str(CUT_AT),
                "-i",
                str(folder / f"{number}.png"),
            )
        ]
        joined = "".join(f"[{number}:v]" for number in range(len(pictures)))
        graph = f"{joined}concat=n={len(pictures)},format=yuv420p"
        command = [find_ffmpeg().path, "-v", "error", "-y", *inputs, "-filter_complex", graph]
        subprocess.run([*command, "-c:v", "libx264", str(folder / name)], check=True)
        for number in range(len(pictures)):
            (folder / f"{number}.png").unlink()


def _panel(colour: tuple[int, int, int], is_round: bool) -> Image.Image:
    picture = Image.new("RGB", (640, 640), GREY)
    draw = ImageDraw.Draw(picture)
    (draw.ellipse if is_round else draw.rectangle)((150, 150, 490, 490), fill=colour)
    return picture
