"""Derivatives: the files made from an asset, and the outputs of the stages that make them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.stage_io import StageOutput
from dampipe.media.info import DurationSource

if TYPE_CHECKING:  # loaded by what uses it: every process loads this module
    import numpy as np
    from numpy.typing import NDArray


class DerivativeKind(StrEnum):
    """The kinds of derivatives."""

    POSTER = "poster"
    """One picture that represents the asset (JPEG)."""
    SPRITE = "sprite"
    """A grid of small pictures for scrubbing (JPEG)."""
    SPRITE_VTT = "sprite_vtt"
    """WebVTT that maps spans of time to tiles of the sprite."""
    FRAMES = "frames"
    """Small RGB frames for the embedder: a NumPy .npy file, uint8, shape (count, size, size, 3)."""
    PROXY = "proxy"
    """A transcoded copy: MP4 to play and seek in a browser, or MOV to edit with, by its recipe."""
    WAVEFORM = "waveform"
    """Peaks of the first sound track: audiowaveform's data format, version 2, 8 bit, one channel."""
    STILL = "still"
    """A still at its full size (JPEG), of a format that browsers do not show: RAW, HEIC, TIFF and others."""
    SIGNATURES = "signatures"
    """A few bytes for each frame, by which times are carried to other versions (`media/signatures/track.py`)."""


class Derivative(BaseModel):
    """One stored file: where its bytes are, and the recipe that made them."""

    model_config = ConfigDict(frozen=True)

    kind: DerivativeKind
    key: str
    """Its key in the blob store, which contains the asset's SHA-1 and the recipe's fingerprint."""
    recipe: str
    """Fingerprint of the recipe that made it."""
    media_type: str
    size: int
    """Bytes."""
    checksum: str | None = None
    """SHA-1 of its bytes, in hexadecimal; None for one that was made before there were checksums and was not checked
    yet."""


class Frame(BaseModel):
    """A selected frame: row `n` of the frames file, its time, and its shot."""

    model_config = ConfigDict(frozen=True)

    time: float
    """Seconds from the start of the file, by presentation time stamp."""
    shot: int
    """Number of the shot, from 0."""


class FoundDuration(BaseModel):
    """The duration of an asset, which a pass found to be another than that of its header."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    source: DurationSource
    differs: bool = True
    """Whether the known one was so wrong that what depends on it is made again."""


class Correction(BaseModel):
    """A correction of the output of an earlier stage, and what it makes outdated."""

    model_config = ConfigDict(frozen=True)

    duration: FoundDuration
    of: str
    """The stage whose output, a MediaInfo, is corrected."""
    again: tuple[str, ...] = ()
    """Stages whose results are outdated: the first is reset, the others follow it."""


class Preview(StageOutput):
    """The output of the preview stage: poster, sprite and frames, if the asset has a picture."""

    derivatives: tuple[Derivative, ...] = ()
    frames: tuple[Frame, ...] = ()
    """Same order and count as the rows of the frames derivative."""
    hash_times: tuple[float, ...] = Field(default=(), exclude=True, repr=False)
    """Seconds; one for each decoded frame, not only for the selected ones."""
    hashes: bytes = Field(default=b"", exclude=True, repr=False)
    """Perceptual hashes of these frames, 192 bytes each. Both are stored in their own table, not in the JSON."""
    correction: Correction | None = None
    """Of the duration, if the header was wrong."""
    plan: str = ""
    """What decoded: "software", a family of hardware ("nvidia-decode"), or "sound"."""
    way: str = ""
    """How the source was read: key frames only ("keys"), "packets", "references", "full", or "sound"."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int = 0
    """Bytes of all files."""
    again: tuple[str, ...] = Field(default=(), exclude=True)
    """Stages whose results are outdated when the frames are made again and differ: the first is reset, the others
    follow it."""

    def derivative(self, kind: DerivativeKind) -> Derivative | None:
        """The derivative of this kind, or None."""
        return next((d for d in self.derivatives if d.kind == kind), None)


class Proxy(StageOutput):
    """The output of the proxy stage; `derivative` is None for stills."""

    derivative: Derivative | None = None
    waveform: Derivative | None = None
    """None without sound."""
    signatures: Derivative | None = None
    """None for stills, and for proxies from before there were signatures."""
    still: Derivative | None = None
    """Of a still that browsers do not show; None for others, and for runs from before there were such."""
    shots: tuple[float, ...] = ()
    """Start times of shots: seconds by presentation time stamp, the first 0.0; () without a moving picture."""
    plan: str = ""
    """What transcoded: "software", "sound", or a family of hardware, fully ("nvidia") or partly ("nvidia-encode")."""
    duration: float | None = None
    """Seconds of footage in the proxy."""
    correction: Correction | None = None
    """Of the duration, if the full decode showed another one."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int = 0
    """Bytes of all files."""


class Refined(StageOutput):
    """The output of the refine stage: a preview with more frames, if one was needed."""

    preview: Preview | None = Field(default=None, exclude=True)
    """Replaces the output of the stage `of`."""
    of: str = ""
    again: tuple[str, ...] = ()
    """Stages of the asset whose results are outdated: the first is reset, the others follow it."""
    added: int = 0
    """Number of added frames."""


MADE_BY: dict[DerivativeKind, type[StageOutput]] = {
    DerivativeKind.POSTER: Preview,
    DerivativeKind.SPRITE: Preview,
    DerivativeKind.SPRITE_VTT: Preview,
    DerivativeKind.FRAMES: Preview,
    DerivativeKind.PROXY: Proxy,
    DerivativeKind.WAVEFORM: Proxy,
    DerivativeKind.SIGNATURES: Proxy,
    DerivativeKind.STILL: Proxy,
}
"""The output of the stage that makes each kind of derivative; a stage that returns Refined replaces frames. Signatures
alone are made again from the proxy, by a work item."""


@dataclass(frozen=True)
class MadeFile:
    """A file that a pass wrote to its folder, not yet stored."""

    kind: DerivativeKind
    path: Path
    media_type: str


MAX_DURATION = 48 * 3600.0
"""Seconds; a longer duration in a header is not trusted when limits are computed."""


def write_frames(path: Path, pictures: "NDArray[np.uint8]") -> None:
    """Write pictures, shape (count, height, width, 3), as an .npy file.

    Raises OSError with its errno, which `numpy.save` drops, so that a full disk can be recognised.
    """
    import numpy as np

    header: dict[str, Any] = np.lib.format.header_data_from_array_1_0(pictures)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(pictures).data)
