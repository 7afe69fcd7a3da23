"""A decoded still, between the reader that decoded it and the steps that make it upright, small and sRGB."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dampipe.media.stills.color_tags import ColorTags

Pixels: TypeAlias = NDArray[np.float32] | NDArray[np.uint16] | NDArray[np.uint8]


@dataclass
class Picture:
    """One still as its reader decoded it: as a Pillow picture, or as samples with more than 8 bit."""

    image: Image.Image | None = None
    samples: Pixels | None = None
    """Shape (height, width, channels): grey, grey + alpha, RGB or RGBA. Integers use their whole range; 1.0 is white
    for floats, and there may be brighter ones."""
    linear: bool = False
    """Whether float samples are linear light, as in OpenEXR; otherwise they are encoded for display."""
    premultiplied: bool = False
    """Whether colours were multiplied by alpha."""
    orientation: int = 1
    """As in EXIF: 1 is upright."""
    profile: bytes | None = None
    """An ICC profile."""
    tags: ColorTags | None = None
    """Colour tags, which apply if there is no profile."""
    warnings: list[str] = field(default_factory=list)


@dataclass
class Facts:
    """What the header of a still says, read without decoding the picture."""

    width: int
    height: int
    """As stored, before it is turned upright."""
    pixel_format: str
    bit_depth: int = 8
    orientation: int = 1
    exif: Image.Exif | None = None
    tags: ColorTags | None = None
    warnings: list[str] = field(default_factory=list)
