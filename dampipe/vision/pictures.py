"""A picture from a person's disk, prepared as the model wants frames."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.vision.base import FrameSpec, Pictures
from dampipe.vision.errors import PICTURE_NOT_FOUND, PICTURE_UNREADABLE


def load_picture(path: Path | BinaryIO, spec: FrameSpec, name: str = "") -> Pictures:
    """The picture as an array of shape (1, size, size, 3), turned upright.

    name: of the file in an error. Raises NotFound if the file does not exist, InvalidInput if it is not a readable
    picture.
    """
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except FileNotFoundError as error:
        raise NotFound(PICTURE_NOT_FOUND, name=name or path) from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InvalidInput(PICTURE_UNREADABLE, name=name or path) from error
    method = Image.Resampling.BILINEAR if spec.interpolation == "bilinear" else Image.Resampling.BICUBIC
    size = (spec.size, spec.size)
    fitted = picture.resize(size, method) if spec.fit == "squash" else ImageOps.fit(picture, size, method)
    return np.asarray(fitted, dtype=np.uint8)[np.newaxis]
