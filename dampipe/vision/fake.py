"""An embedder without a model: pictures by their mean colour, words by the colours they name."""

from collections.abc import Iterable, Iterator
from hashlib import sha1

import numpy as np

from dampipe.kernel.errors import InvalidInput, Permanent
from dampipe.vision.base import FrameSpec, Pictures, Vectors
from dampipe.vision.errors import FRAMES_REJECTED, TEXT_EMPTY
from dampipe.vision.tiny.drawing import COLOURS


class FakeEmbedder:
    """Deterministic and instant, for tests and for trying the pipeline; keeps the contract of the real one.

    A picture in a colour is nearest to the word for it. `dimension` is at least 4: three numbers say the
    colour, the rest tell apart texts that name none. `batch`: pictures that it takes at once.
    """

    def __init__(self, size: int = 16, dimension: int = 8, batch: int = 32) -> None:
        if dimension < 4:
            raise ValueError("a fake embedder has at least 4 dimensions")
        self._spec = FrameSpec(size, "crop", "bilinear")
        self._dimension = dimension
        self._batch = batch

    @property
    def fingerprint(self) -> str:
        return f"fake-{self._spec.size}-{self._dimension}"

    @property
    def name(self) -> str:
        return "fake"

    @property
    def spec(self) -> FrameSpec:
        return self._spec

    def check(self) -> None:
        """Always there."""

    def pictures(self, frames: Pictures) -> Vectors:
        size = self._spec.size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3):
            raise Permanent(
                FRAMES_REJECTED, model="fake", size=size, dtype=frames.dtype, shape=frames.shape[1:]
            )
        return self._rows(frames.mean(axis=(1, 2)))

    def room(self) -> Pictures:
        size = self._spec.size
        return np.empty((self._batch, size, size, 3), np.uint8)

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        return map(self.pictures, batches)

    def words(self, texts: list[str]) -> Vectors:
        if not all(text.strip() for text in texts):
            raise InvalidInput(TEXT_EMPTY)
        return np.concatenate([np.empty((0, self._dimension), np.float32), *map(self._word, texts)])

    def _word(self, text: str) -> Vectors:
        named = [colour for word, colour in COLOURS.items() if word in text.lower().split()]
        if named:
            return self._rows(np.mean(named, axis=0, keepdims=True))
        row = np.zeros((1, self._dimension), np.float32)
        digest = int.from_bytes(sha1(text.encode()).digest()[:8])
        row[0, 3:] = np.random.default_rng(digest).normal(size=self._dimension - 3)
        return row / np.linalg.norm(row)

    def _rows(self, colours: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Vectors:
        """Colours (count, 3) from grey outwards; a little of a fourth number keeps grey from length 0."""
        rows = np.zeros((len(colours), self._dimension), np.float32)
        rows[:, :3] = colours / 127.5 - 1
        rows[:, 3] = 0.01
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
