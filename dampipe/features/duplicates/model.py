"""Duplicates: contents that several files have, and contents that show the same."""

from pydantic import BaseModel, ConfigDict, Field

MIN_SIMILARITY = 0.55
"""Mean correlation over the common part from which two assets show the same: see `match.py`."""


class DuplicatesRequest(BaseModel):
    """Which duplicates to find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    near: bool = Field(default=False, description="Also find other encodes, trims and resized versions.")
    similarity: float = Field(
        default=MIN_SIMILARITY, ge=MIN_SIMILARITY, le=1, description="Least similarity of near duplicates."
    )


class ExactDuplicate(BaseModel):
    """One content that several files have."""

    model_config = ConfigDict(frozen=True)

    asset: str
    size: int
    """Bytes of each file."""
    paths: tuple[str, ...]


class Copy(BaseModel):
    """One side of a pair."""

    model_config = ConfigDict(frozen=True)

    asset: str
    path: str
    duration: float | None = None
    size: int = 0
    width: int | None = None
    height: int | None = None
    codec: str | None = None
    start: float = 0.0
    """Start of the common part in this asset, in seconds, as exact as the sampled frames."""
    end: float = 0.0


class NearDuplicate(BaseModel):
    """Two contents that show the same, with the evidence."""

    model_config = ConfigDict(frozen=True)

    first: Copy
    second: Copy
    offset: float
    """Seconds: what is at `t` in the second is at `t + offset` in the first."""
    other_offsets: tuple[tuple[float, float], ...] = ()
    """Other ranges of offsets that fit as well, the likeliest three: footage that does not move, or repeats itself.
    () where `offset` is right to about half a second."""
    mirrored: bool = False
    """The second is flipped horizontally."""
    similarity: float
    """Mean correlation of the frames of the common part, up to 1."""
    coverage: float
    """Part of the shorter one that is common, up to 1."""
    frames: int
    """Number of frames compared."""


class Duplicates(BaseModel):
    """The duplicates in a library."""

    model_config = ConfigDict(frozen=True)

    exact: tuple[ExactDuplicate, ...] = ()
    near: tuple[NearDuplicate, ...] = ()
    unknown: int = 0
    """Number of assets with pictures that are not previewed yet, so that they could not be compared."""
