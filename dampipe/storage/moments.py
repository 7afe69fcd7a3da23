"""Moments: what a search by vector returns. And the output of the index stage."""

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.stage_io import StageOutput


class Indexed(StageOutput):
    """Output of the index stage: the vector index contains all vectors up to the watermark."""

    watermark: int
    """Highest vector id that was added to the index."""


class Moment(BaseModel):
    """One hit: a point in time of an asset, with the path of a file."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1 of the asset, hexadecimal."""
    path: str
    """Path of a file of the asset; bytes that are not valid UTF-8 appear as \\xNN."""
    time: float
    """Seconds from the start."""
    score: float
    """Cosine similarity to the query, -1 to 1."""
    name: str = ""
    duration: float | None = None
    shot: int = 0
    start: float | None = None
    """Start of its shot in seconds: exact after the proxy is made, before that estimated from the sampled frames."""
    end: float | None = None
    """End of its shot in seconds; None: unknown."""
    weak: bool = False
    """Whether the score is below the floor that meaningless queries reach in this library."""
    subclip: int | None = None
    """Number of the subclip whose words were found: the moment is its span, and `score` is 1."""
    comment: int | None = None
    """Number of the comment whose words were found: the moment is what it is about, and `score` is 1."""
    label: str = ""
    """Name of that subclip; what that comment says."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where words of the query stand in `label`: the first character, counted from 0, and the one after the last."""
