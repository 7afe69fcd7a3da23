"""The same footage more than once: the same bytes, or the same pictures."""

from pydantic import BaseModel, ConfigDict


class ExactDuplicate(BaseModel):
    """One content that lies in several places."""

    model_config = ConfigDict(frozen=True)

    asset: str
    size: int
    """Bytes, of each."""
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
    """When the common part starts in it, in seconds, as far as the frames looked at tell."""
    end: float = 0.0


class NearDuplicate(BaseModel):
    """Two contents that show the same, and what tells so."""

    model_config = ConfigDict(frozen=True)

    first: Copy
    second: Copy
    offset: float
    """Seconds: what is at `t` in the second is at `t + offset` in the first."""
    other_offsets: tuple[tuple[float, float], ...] = ()
    """Others that fit as well, from and to, the likeliest three: footage that stands still, or shows the same again
    and again. () where the one told is right to about half a second."""
    mirrored: bool = False
    """The second shows it with left and right exchanged."""
    similarity: float
    """Mean correlation of the frames of the common part, up to 1."""
    coverage: float
    """Which part of the shorter one is common, up to 1."""
    frames: int
    """Frames that were compared."""


class Duplicates(BaseModel):
    """What lies in the library more than once."""

    model_config = ConfigDict(frozen=True)

    exact: tuple[ExactDuplicate, ...] = ()
    near: tuple[NearDuplicate, ...] = ()
    unknown: int = 0
    """Assets with pictures that could not be compared: not previewed yet."""
