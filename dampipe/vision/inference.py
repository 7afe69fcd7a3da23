"""A model in its place: batches go to the device and vectors come back, as large as its memory allows."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dampipe.kernel.errors import Permanent
from dampipe.vision.base import Pictures, Vectors
from dampipe.vision.devices import Placement
from dampipe.vision.errors import NOT_FINITE
from dampipe.vision.runtime_errors import is_out_of_memory, translate

if TYPE_CHECKING:
    import torch


@dataclass
class Loaded:
    """A model in its place, ready to compute."""

    name: str
    network: Any
    tokenize: Callable[[list[str]], "torch.Tensor"]
    placement: Placement
    mean: "torch.Tensor"
    std: "torch.Tensor"
    dimension: int
    batch: int

    def pictures(self, frames: Pictures) -> Vectors:
        return self._begin(frames)()

    def room(self, size: int) -> Pictures:
        import torch

        # What a GPU copies from must not be moved meanwhile; torch keeps such memory and gives it out again.
        shape = (self.batch, size, size, 3)
        room: Pictures = torch.empty(shape, dtype=torch.uint8, pin_memory=self._cuda).numpy()
        return room

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        """A GPU has the next batch before it is done with one."""
        under_way = deque[Callable[[], Vectors]]()
        for frames in batches:
            under_way.append(self._begin(frames))
            if len(under_way) > self._cuda:
                yield under_way.popleft()()
        while under_way:
            yield under_way.popleft()()

    def words(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        tokens = self.tokenize(texts)
        return self._compute(tokens, lambda part: part.to(self.placement.device), self.network.encode_text)()

    def _begin(self, frames: Pictures) -> Callable[[], Vectors]:
        """Have the device compute; what is returned waits for the vectors."""
        import torch

        def prepared(part: "torch.Tensor") -> "torch.Tensor":
            # Bytes travel, a quarter of the floats; the permuted view is channels-last as it stands.
            pixels = self._brought(part).permute(0, 3, 1, 2).to(torch.float32)
            return pixels.sub_(self.mean).div_(self.std).to(self.placement.dtype)

        # torch takes neither read-only nor backward arrays.
        usable = np.require(frames, requirements=["C", "W"])
        return self._compute(torch.from_numpy(usable), prepared, self.network.encode_image)

    @property
    def _cuda(self) -> bool:
        return self.placement.device.type == "cuda"

    @cached_property
    def _beside(self) -> "torch.cuda.Stream":
        """Pictures come to the GPU by this one while it computes."""
        import torch

        return torch.cuda.Stream(self.placement.device)  # type: ignore[no-untyped-call]

    def _brought(self, part: "torch.Tensor") -> "torch.Tensor":
        """The same on the device."""
        import torch

        if not self._cuda:
            return part.to(self.placement.device)
        computing = torch.cuda.current_stream(self.placement.device)
        with torch.cuda.stream(self._beside):
            there = part.to(self.placement.device, non_blocking=True)
        computing.wait_stream(self._beside)
        there.record_stream(computing)
        return there

    def _compute(
        self,
        items: "torch.Tensor",
        prepare: Callable[["torch.Tensor"], "torch.Tensor"],
        encode: Callable[["torch.Tensor"], "torch.Tensor"],
    ) -> Callable[[], Vectors]:
        """Part by part; where memory runs out, go on with parts half as large, from then on.

        What is returned waits for the vectors: until then the items must stay as they are.
        """
        import torch

        parts: list[torch.Tensor] = []
        done = 0
        with torch.inference_mode():
            while done < len(items):
                part = items[done : done + self.batch]
                try:
                    rows = encode(prepare(part)).to(torch.float32)
                    rows = torch.nn.functional.normalize(rows, dim=-1)
                except (RuntimeError, MemoryError) as error:
                    if not is_out_of_memory(error) or self.batch == 1:
                        raise translate(error, self.name) from error
                    rows = None
                if rows is None:
                    # Outside the except block: the traceback held on to what the batch had allocated.
                    self.batch = max(1, len(part) // 2)
                    if self._cuda:
                        torch.cuda.empty_cache()
                    continue
                parts.append(rows)
                done += len(part)
            empty = torch.empty((0, self.dimension), device=self.placement.device)
            vectors = parts[0] if len(parts) == 1 else torch.cat([empty, *parts])
            return self._coming_back(vectors)

    def _coming_back(self, vectors: "torch.Tensor") -> Callable[[], Vectors]:
        """Have vectors copied from the device, without waiting for it."""
        import torch

        if self._cuda:
            here = torch.empty(vectors.shape, dtype=vectors.dtype, pin_memory=True)
            here.copy_(vectors, non_blocking=True)
            copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            copied.record(torch.cuda.current_stream(self.placement.device))
        else:
            here = vectors.cpu()

        def arrived() -> Vectors:
            if self._cuda:
                try:
                    copied.synchronize()
                except RuntimeError as error:
                    raise translate(error, self.name) from error
            found: Vectors = here.numpy()
            if not np.isfinite(found).all():
                raise Permanent(NOT_FINITE, model=self.name)
            return found

        return arrived
