"""Training pictures that look as if they came out of a compressed clip, not out of a drawing program."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dampipe.vision.tiny.drawing import Scene, draw

_TO_YUV_601 = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
_TO_YUV_709 = np.array([[0.2126, 0.7152, 0.0722], [-0.114572, -0.385428, 0.5], [0.5, -0.454153, -0.045847]])
_MIXED_UP = (
    np.linalg.inv(_TO_YUV_709) @ _TO_YUV_601,
    np.linalg.inv(_TO_YUV_601) @ _TO_YUV_709,
)
"""Colours written with one matrix and read with the other: common in untagged footage."""


def shot_of(scene: Scene, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random picture of the scene as a decoded frame would show it, shape (size, size, 3).

    JPEG stands for H.264: the same 4:2:0 chroma, the same kind of blocks and ringing, in a tenth of the time.
    """
    side = int(rng.integers(size, 3 * size))
    picture = draw(*scene, size=(side, side), rng=rng, noise=bool(rng.random() < 0.5))
    if rng.random() < 0.25:
        matrix = _MIXED_UP[int(rng.integers(2))].astype(np.float32)
        picture = np.clip(picture @ matrix.T, 0, 255).astype(np.uint8)
    image = Image.fromarray(picture)
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.2)) * side / size))
    if rng.random() < 0.8:
        file = BytesIO()
        image.save(file, "JPEG", quality=int(rng.integers(25, 95)), subsampling=2)
        image = Image.open(file)
    filters = (Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)
    return np.asarray(image.resize((size, size), filters[int(rng.integers(2))]))
