"""Deep samples to 8 bit: reduction by whole numbers, tone scaling of floats, alpha over white."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.media.stills.color_tags import encode_srgb

WHITE_PERCENTILE = 99.5
"""The brightest 0.5 % of a picture may be cut off."""
MAX_MEAN = 0.5
"""Where values exceed 1, the geometric mean of the picture is at most this."""
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_MAX_FLOAT = 1e9


def reduced(values: NDArray[Any], side: int) -> NDArray[np.float32]:
    """Average blocks so that the shorter side stays at least `side`. values: (height, width, channels).

    Row by row, so that no second copy of a large picture is made. NaN becomes 0, infinity a large number. Integers
    keep their scale.
    """
    factor = max(1, min(values.shape[:2]) // max(1, side))
    height, width, channels = values.shape[0] // factor, values.shape[1] // factor, values.shape[2]
    made = np.empty((height, width, channels), np.float32)
    for row in range(height):
        block = values[row * factor : (row + 1) * factor, : width * factor]
        sums = block.sum(axis=0, dtype=np.float32)  # down first: each addition runs over a whole row
        if not np.isfinite(sums).all():
            finite = np.nan_to_num(block.astype(np.float32), nan=0.0, posinf=_MAX_FLOAT, neginf=0.0)
            sums = finite.sum(axis=0, dtype=np.float32)
        made[row] = sums.reshape(width, factor, channels).sum(axis=1)
    made /= np.float32(factor**2)
    return made


def tone_scaled(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compress values above 1 into 0…1; values from 0 to 1 alone are returned unchanged.

    colors: (height, width, 1 or 3). White is the percentile `WHITE_PERCENTILE` of the luminance. If it is above 1,
    the exposure is lowered until the geometric mean is at most `MAX_MEAN`, and Reinhard's extended curve maps the
    luminance (E. Reinhard et al., Photographic Tone Reproduction for Digital Images, 2002).
    """
    colors = np.clip(colors, 0, _MAX_FLOAT)
    light = colors[..., 0] if colors.shape[2] == 1 else colors @ _LUMA
    white = float(np.percentile(light, WHITE_PERCENTILE))
    if white <= 1:
        return np.clip(colors, 0, 1)
    mean = float(np.exp(np.log(np.maximum(light, white * 1e-4)).mean()))
    exposure = min(1.0, MAX_MEAN / mean)
    light, white = light * exposure, max(1.0, white * exposure)
    gain = exposure * (1 + light / white**2) / (1 + light)
    return np.clip(colors * gain[..., None], 0, 1).astype(np.float32)


def eight_bit(values: NDArray[np.float32], linear: bool, premultiplied: bool) -> NDArray[np.uint8]:
    """RGB of 8 bit, shape (height, width, 3), from grey or RGB of 0…1 (and above), with or without alpha.

    linear: the values are light, otherwise they are encoded for display. Transparency is replaced by white.
    """
    channels = values.shape[2]
    colors, alpha = (values[..., :-1], values[..., -1:]) if channels in (2, 4) else (values, None)
    if alpha is not None and premultiplied:
        colors = np.divide(colors, alpha, out=np.zeros_like(colors), where=alpha > 0)
    colors = tone_scaled(colors)
    if linear:
        colors = encode_srgb(colors)
    if alpha is not None:
        alpha = np.clip(alpha, 0, 1)
        colors = colors * alpha + (1 - alpha)
    if colors.shape[2] == 1:
        colors = np.repeat(colors, 3, axis=2)
    return np.rint(colors * 255).astype(np.uint8)
