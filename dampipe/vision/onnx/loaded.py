"""A model's two graphs in memory: pictures and words to vectors."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import Transient
from dampipe.vision.base import Pictures, Vectors
from dampipe.vision.onnx.graph import Graph
from dampipe.vision.onnx.layout import Preprocessing
from dampipe.vision.onnx.tokenizer import TextTokenizer

CPU_BATCH, CUDA_BATCH = 32, 256
"""Pictures computed at once."""

IDS = ("text", "input_ids")
"""Names of the textual graph's input of token ids."""


class Loaded:
    """Both graphs, ready to compute."""

    def __init__(
        self,
        visual: Graph,
        textual: Graph,
        tokenizer: TextTokenizer,
        preprocessing: Preprocessing,
        batch: int | None,
    ) -> None:
        self._visual = visual
        self._textual = textual
        self._tokenizer = tokenizer
        self._pixels = _Pixels(visual, preprocessing)
        self._batch = batch or (CUDA_BATCH if visual.on_cuda else CPU_BATCH)
        (self._ids,) = [name for name in textual.inputs if name in IDS] or [""]
        unknown = set(textual.inputs) - {self._ids, "attention_mask", "token_type_ids"}
        if not self._ids or unknown:
            raise textual.unsupported(f"its inputs are {list(textual.inputs)}")
        self.dimension = self._words(["a picture"]).shape[1]

    def room(self, size: int) -> Pictures:
        return np.empty((self._batch, size, size, 3), np.uint8)

    def pictures(self, frames: Pictures) -> Vectors:
        """Part by part; where memory runs out, parts half as large are computed from then on."""
        parts = [np.empty((0, self.dimension), np.float32)]
        done = 0
        while done < len(frames):
            part = frames[done : done + self._batch]
            try:
                parts.append(self._visual.run(self._pixels.feeds(part)))
            except Transient:
                if self._batch == 1:
                    raise
                self._batch = max(1, len(part) // 2)
                continue
            done += len(part)
        return np.concatenate(parts)

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        return map(self.pictures, batches)

    def words(self, texts: list[str]) -> Vectors:
        parts = [
            self._words(texts[begin : begin + self._batch]) for begin in range(0, len(texts), self._batch)
        ]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *parts])

    def _words(self, texts: list[str]) -> Vectors:
        ids, mask = self._tokenizer.encode(texts)
        known: Mapping[str, NDArray[Any]] = {
            self._ids: ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids),
        }
        feeds = {name: known[name].astype(self._textual.dtype(name)) for name in self._textual.inputs}
        return self._textual.run(feeds)


class _Pixels:
    """Frames in the form that a visual graph declares for its input."""

    def __init__(self, visual: Graph, preprocessing: Preprocessing) -> None:
        """Raises `Unavailable` for a graph with other inputs, or with an input of another size than the frames."""
        if len(visual.inputs) != 1:
            raise visual.unsupported(f"its inputs are {list(visual.inputs)}")
        ((self._name, declared),) = visual.inputs.items()
        self._dtype = visual.dtype(self._name)
        size = preprocessing.spec.size
        channels = [axis for axis, length in enumerate(declared.shape) if axis and length == 3]
        # Without fixed lengths: bytes as a decoder gives them, anything else as torch has it.
        self._channels_last = channels == [3] or (channels != [1] and self._dtype is np.uint8)
        height, width = declared.shape[1:3] if self._channels_last else declared.shape[2:4]
        if any(isinstance(side, int) and side != size for side in (height, width)):
            raise visual.unsupported(
                f"its pictures are {declared.shape}, its configuration says {size}×{size}"
            )
        self._mean = np.array(preprocessing.mean, np.float32) * 255
        self._scale = 1 / (np.array(preprocessing.std, np.float32) * 255)

    def feeds(self, frames: Pictures) -> dict[str, NDArray[Any]]:
        """A graph that takes bytes normalises them itself."""
        values: NDArray[Any] = np.ascontiguousarray(frames)
        if self._dtype is not np.uint8:
            values = (values.astype(np.float32) - self._mean) * self._scale
        if not self._channels_last:
            values = values.transpose(0, 3, 1, 2)
        return {self._name: np.ascontiguousarray(values, self._dtype)}
