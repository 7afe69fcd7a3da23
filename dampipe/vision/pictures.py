"""A picture from a person's disk, prepared as the model wants frames."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.vision.base import FrameSpec, Pictures


def load_picture(path: Path | BinaryIO, spec: FrameSpec, name: str = "") -> Pictures:
    """The picture as an array of shape (1, size, size, 3), turned upright.

    name: what to call it in an error. Raises NotFound when there is no such file and InvalidInput when it is
    no picture.
    """
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {name or path}") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            f"{name or path} is not a readable picture", hint="Give a JPEG, PNG or WebP."
        ) from error
    method = Image.Resampling.BILINEAR if spec.interpolation == "bilinear" else Image.Resampling.BICUBIC
    size = (spec.size, spec.size)
    fitted = picture.resize(size, method) if spec.fit == "squash" else ImageOps.fit(picture, size, method)
    return np.asarray(fitted, dtype=np.uint8)[np.newaxis]
