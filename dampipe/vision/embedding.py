"""Vectors with time codes, and what a search answers with."""

from pydantic import Field

from dampipe.kernel.stage_io import StageOutput


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
    frames: str = ""
    """SHA-1 of the frames derivative that was embedded; "" where it is not known."""
    vectors: bytes = Field(default=b"", exclude=True, repr=False)
