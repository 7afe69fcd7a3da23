"""Stills: probe and preview of one, against the decodes that they need at least; 24-megapixel pictures."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import PreviewRecipe
from tests.bench.cpu import in_turn, ratio, table

SIZE = (6000, 4000)
NAMES = ("p.jpg", "p.png", "p.webp", "p.tif")


def main() -> None:
    """Print processor seconds: of probe and preview, and of decoding the same files once and twice with Pillow."""
    ffmpeg = find_ffmpeg()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        noise = np.random.default_rng(1).integers(0, 256, (SIZE[1] // 8, SIZE[0] // 8, 3), np.uint8)
        picture = Image.fromarray(noise).resize(SIZE).filter(ImageFilter.GaussianBlur(2))
        files = [Path(place) / name for name in NAMES]
        for path in files:
            picture.save(path, **({"compression": "tiff_lzw"} if path.suffix == ".tif" else {}))

        def ours() -> None:
            prober = Prober(ffmpeg=ffmpeg.path)
            maker = PreviewMaker(ffmpeg, PreviewRecipe(), lambda _, times: [(0, 0)], prober=prober)
            for path in files:
                folder = Path(place) / "made"
                folder.mkdir()
                maker.make(str(path), prober.probe(str(path)), folder)
                shutil.rmtree(folder)
            prober.close()

        def decoded(times: int) -> None:
            for path in files * times:
                with Image.open(path) as opened:
                    opened.load()

        seconds = in_turn(
            {"dampipe": ours, "one decode": lambda: decoded(1), "two decodes": lambda: decoded(2)}
        )
        table(f"Probe and preview of {len(files)} stills of 24 megapixels", seconds)
        ratio("dampipe / one decode", seconds["dampipe"], seconds["one decode"], "<= 2")


if __name__ == "__main__":
    main()
