"""Vectors with time codes, and what a search answers with."""

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.stage_io import StageOutput


class Indexed(StageOutput):
    """What the index stage gives: the vector index holds everything up to this watermark."""

    watermark: int
    """Highest vector id in the index."""


class Moment(BaseModel):
    """One hit: a point of time in an asset, and where its file is."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1 of the asset, hexadecimal."""
    path: str
    """Where a file of the asset is; bytes that are no UTF-8 shown as \\xNN."""
    time: float
    """Seconds from the start."""
    score: float
    """Cosine similarity to the query, -1 to 1."""
    name: str = ""
    duration: float | None = None
    shot: int = 0
    start: float | None = None
    """When its shot starts, in seconds; exact once the proxy is made, before that by the frames looked at."""
    end: float | None = None
    """When its shot ends; None where that is not known."""
    weak: bool = False
    """No nearer than meaningless words come to something in this library."""
