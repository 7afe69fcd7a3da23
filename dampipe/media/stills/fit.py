"""A query picture, at the size that a model wants. Runs in the probe helper."""

import warnings
from typing import Any

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
"""What is opened. Pillow would know many more, and start other programs for some (Ghostscript for EPS)."""


class TooManyPixels(ValueError):
    """The header announces more pixels than are decoded."""


def fit(path: str, size: int, *, crop: bool, bilinear: bool, max_pixels: int) -> Image.Image:
    """Return the picture upright as RGB, `size` pixels both ways: its middle (crop), or squashed.

    The number of pixels is checked in the header, before any is decoded, and no step after decoding needs a second
    copy of a large picture but the conversion of its palette. Raises Pillow's errors, and TooManyPixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None  # checked here
        with Image.open(path, formats=FORMATS) as picture:
            if picture.width * picture.height > max_pixels:
                raise TooManyPixels(f"{picture.width} x {picture.height}")
            picture.draft("RGB", (2 * size, 2 * size))  # JPEG only: decodes at a reduced size
            orientation = picture.getexif()
            decoded: Image.Image = picture
            if picture.mode not in ("RGB", "RGBA"):
                is_clear = "A" in picture.getbands() or "transparency" in picture.info
                decoded = picture.convert("RGBA" if is_clear else "RGB")
            method = Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC
            wanted: Any = (size, size)
            small = ImageOps.fit(decoded, wanted, method) if crop else decoded.resize(wanted, method)
    # A square picture from the middle is turned as the whole one would be.
    small.getexif().update(orientation)
    small = ImageOps.exif_transpose(small)
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    return small.convert("RGB")
