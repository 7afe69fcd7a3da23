"""Derivatives: the files made from an asset, and the outputs of the stages that make them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.stage_io import StageOutput


class DerivativeKind(StrEnum):
    """What a derivative is for."""

    POSTER = "poster"
    """One picture that stands for the asset (JPEG)."""
    SPRITE = "sprite"
    """A grid of small pictures for scrubbing (JPEG)."""
    SPRITE_VTT = "sprite_vtt"
    """WebVTT that says which tile of the sprite belongs to which span of time."""
    FRAMES = "frames"
    """Small RGB frames for the embedder: a NumPy .npy file, uint8, shape (count, size, size, 3)."""
    PROXY = "proxy"
    """A light copy that a browser plays and seeks (MP4), or an editor cuts with (MOV), by its recipe."""
    WAVEFORM = "waveform"
    """Peaks of the first sound track: audiowaveform's data format, version 2, 8 bit, one channel."""


class Derivative(BaseModel):
    """One stored file: where its bytes are and what made them."""

    model_config = ConfigDict(frozen=True)

    kind: DerivativeKind
    key: str
    """Its name in the blob store: the asset's SHA-1 and the recipe's fingerprint are part of it."""
    recipe: str
    """Fingerprint of the recipe that made it."""
    media_type: str
    size: int
    """Bytes."""


class Frame(BaseModel):
    """A chosen frame: row `n` of the frames file, the moment it shows, the shot it belongs to."""

    model_config = ConfigDict(frozen=True)

    time: float
    """Seconds from the start of the file, by presentation time stamp."""
    shot: int
    """Number of the shot, from 0."""


class Preview(StageOutput):
    """What the preview stage gives: poster, sprite and frames, as far as the asset has a picture."""

    derivatives: tuple[Derivative, ...] = ()
    frames: tuple[Frame, ...] = ()
    """Same order and count as the rows of the frames derivative."""
    print_times: tuple[float, ...] = Field(default=(), exclude=True, repr=False)
    """Seconds: of all frames that were looked at, not only those that were kept."""
    prints: bytes = Field(default=b"", exclude=True, repr=False)
    """What each of these looks like, 192 bytes a frame. Both are a row of their own, so no part of the JSON."""
    plan: str = ""
    """Who decoded: "software", a family of hardware ("nvidia-decode"), or "sound"."""
    way: str = ""
    """How the source was read: key frames only ("keys"), "packets", "references", "full", or "sound"."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int = 0
    """Bytes written, all files together."""

    def derivative(self, kind: DerivativeKind) -> Derivative | None:
        """The derivative of that kind, or None."""
        return next((d for d in self.derivatives if d.kind == kind), None)


class Proxy(StageOutput):
    """What the proxy stage gives; `derivative` is None where a proxy makes no sense (stills)."""

    derivative: Derivative | None = None
    waveform: Derivative | None = None
    """None without sound."""
    shots: tuple[float, ...] = ()
    """When shots start: seconds by presentation time stamp, the first 0.0; () without a moving picture."""
    plan: str = ""
    """Who made it: "software", "sound", or a family of hardware, all of it ("nvidia") or a part ("nvidia-encode")."""
    duration: float | None = None
    """Seconds of footage in the proxy."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int = 0
    """Bytes written, all files together."""


class Refined(StageOutput):
    """What the refine stage gives: a better preview, where one was needed."""

    preview: Preview | None = Field(default=None, exclude=True)
    """Takes the place of the output of the stage `of`."""
    of: str = ""
    again: tuple[str, ...] = ()
    """Stages of the asset whose results are out of date by it: the first starts afresh, the others follow it."""
    added: int = 0
    """Frames that it has more."""


@dataclass(frozen=True)
class MadeFile:
    """A file that a pass left in its folder."""

    kind: DerivativeKind
    path: Path
    media_type: str


LONGEST = 48 * 3600.0
"""Seconds: a header may claim more, but gets no more time and space for it."""


def write_frames(path: Path, pictures: NDArray[np.uint8]) -> None:
    """Write pictures, shape (count, height, width, 3), as an .npy file.

    Raises OSError with its number, which `numpy.save` loses: a full disk is to be known as one.
    """
    header: dict[str, Any] = np.lib.format.header_data_from_array_1_0(pictures)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(pictures).data)
