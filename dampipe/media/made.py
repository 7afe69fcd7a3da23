"""What a pass leaves in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.domain.derivatives import DerivativeKind


@dataclass(frozen=True)
class MadeFile:
    """A file that a pass left in its folder."""

    kind: DerivativeKind
    path: Path
    media_type: str


def write_frames(path: Path, pictures: NDArray[np.uint8]) -> None:
    """Write pictures, shape (count, height, width, 3), as an .npy file.

    Raises OSError with its number, which `numpy.save` loses: a full disk is to be known as one.
    """
    header: dict[str, Any] = np.lib.format.header_data_from_array_1_0(pictures)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(pictures).data)


SHORT_BY = 1.0
SHORT_SHARE = 0.02
"""What ends before its time by more than a second and two per cent was cut short."""


def cut_short(reached: float, duration: float | None, slack: float = 0.0) -> str | None:
    """The sentence for footage of which only the beginning could be decoded, or None; all in seconds.

    >>> cut_short(12.34, 30.0)
    'only the first 12.3 s of 30.0 s could be decoded'
    >>> cut_short(29.5, 30.0)
    """
    if duration is None or duration - reached <= max(SHORT_BY, SHORT_SHARE * duration) + slack:
        return None
    return f"only the first {reached:.1f} s of {duration:.1f} s could be decoded"
