"""Vectors with time codes, and what a search answers with."""

from pydantic import BaseModel, ConfigDict, Field

from dampipe.domain.output import StageOutput


class Embedding(StageOutput):
    """What the embed stage gives: one vector a chosen frame.

    `vectors` holds len(times) × dimension little-endian float16 values, each row of length 1; the
    catalogue keeps them as rows of their own, so they are no part of the JSON.
    """

    model: str
    """Fingerprint of the model; vectors of different models are never compared."""
    name: str = ""
    """What the settings call it."""
    dimension: int
    times: tuple[float, ...] = ()
    shots: tuple[int, ...] = ()
    vectors: bytes = Field(default=b"", exclude=True, repr=False)


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
