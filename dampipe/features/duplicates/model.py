"""Duplicates: contents that several files have, and contents that show the same."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

MIN_SIMILARITY = 0.55
"""Mean correlation over the common part from which two assets show the same: see `match.py`."""


class NearKind(StrEnum):
    """How much of two contents is common, as exactly as the sampled frames allow."""

    WHOLE = "whole"
    """All of both: another encode, another size, a re-grade, a mirrored copy."""
    PART = "part"
    """All of the shorter one: a trim."""
    OVERLAP = "overlap"
    """A part of each: two trims, two edits with the same shots."""


class PairState(StrEnum):
    """What people decided about a pair of near duplicates."""

    OPEN = "open"
    """Nothing yet: the pair is offered."""
    DISMISSED = "dismissed"
    """Not a duplicate, or not worth an action. It is not offered again, also when a preview is made again."""
    STACKED = "stacked"
    """Both are versions of one asset, whatever else was decided. Not stored: it follows from the versions."""


class DuplicatesRequest(BaseModel):
    """Which duplicates to find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    near: bool = Field(default=False, description="Also find other encodes, trims and resized versions.")
    similarity: float = Field(
        default=MIN_SIMILARITY, ge=MIN_SIMILARITY, le=1, description="Least similarity of near duplicates."
    )
    state: PairState = Field(default=PairState.OPEN, description="Which near duplicates to list.")
    asset: str | None = Field(
        default=None, description="Only duplicates of this asset: SHA-1, its first digits, or a path."
    )


class PairRequest(BaseModel):
    """Two near duplicates, in either order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: str
    """SHA-1 (or the first digits of it) or path."""
    second: str


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
    kind: NearKind
    state: PairState = PairState.OPEN


class Duplicates(BaseModel):
    """The duplicates in a library."""

    model_config = ConfigDict(frozen=True)

    exact: tuple[ExactDuplicate, ...] = ()
    near: tuple[NearDuplicate, ...] = ()
    unknown: int = 0
    """Number of assets with pictures that are not previewed yet, so that they could not be compared."""
    unsearched: int = 0
    """Number of assets that have a preview, but were not compared with all others yet: more pairs may follow."""
