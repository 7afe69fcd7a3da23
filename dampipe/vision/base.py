"""The port of the embedder: embeds pictures and words as vectors of one space. Imports no torch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pictures: TypeAlias = NDArray[np.uint8]
"""RGB pictures, shape (count, size, size, 3)."""
Vectors: TypeAlias = NDArray[np.float32]
"""Shape (count, dimension), every row of length 1."""
HalfVectors: TypeAlias = NDArray[np.float16]
"""The same as they are kept."""


@dataclass(frozen=True)
class FrameSpec:
    """How a model wants to see a frame; ffmpeg prepares it, so the worker only normalises.

    `crop`: scale the short side to `size`, keep the middle square. `squash`: scale both sides to `size`.
    """

    size: int
    """Pixels, both ways."""
    fit: Literal["crop", "squash"] = "crop"
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"


class Embedder(Protocol):
    """Turns pictures and words into vectors of one space.

    The model is loaded at the first call that needs it and stays. Every method may raise
    `Unavailable` (no weights, with what to do in the hint) or `Permanent` (a broken model).
    """

    @property
    def fingerprint(self) -> str:
        """Which model: the same text on every machine that uses the same weights. Needs no loading."""

    @property
    def name(self) -> str:
        """What the settings call it."""

    @property
    def spec(self) -> FrameSpec:
        """How frames must be prepared. Needs no loading."""

    def check(self) -> None:
        """Raise `Unavailable` if the weights cannot be had here; loads nothing heavy."""

    def pictures(self, frames: Pictures) -> Vectors:
        """Vectors of prepared frames, in their order."""

    def room(self) -> Pictures:
        """Memory for as many pictures as the model takes best at once, where its device reads them quickly."""

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        """Vectors of batch after batch, in their order: as `pictures` gives them, but a GPU never waits for the next.

        A batch must stay as it is until its vectors are given; by then the next one may have been asked for.
        """

    def words(self, texts: list[str]) -> Vectors:
        """Vectors of texts, in their order."""
