"""What all embedders with a model on this machine share: checked arguments, and a model that is loaded once."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from copy import copy
from threading import Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar

import numpy as np

from dampipe.kernel.errors import InvalidInput, Permanent, StageError, Unavailable
from dampipe.vision import hub
from dampipe.vision.base import FrameSpec, Pictures, Vectors
from dampipe.vision.errors import FRAMES_REJECTED, TEXT_EMPTY
from dampipe.vision.model_ref import ModelRef


class LoadedModel(Protocol):
    """A model in memory; its methods are those of `Embedder`."""

    def pictures(self, frames: Pictures) -> Vectors: ...

    def room(self, size: int) -> Pictures: ...

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]: ...

    def words(self, texts: list[str]) -> Vectors: ...


_Ref = TypeVar("_Ref", bound=ModelRef)


class ModelEmbedder(ABC, Generic[_Ref]):
    """An embedder whose model is loaded at the first call that needs it, in whichever thread that is.

    device: "auto", or a name as torch has it ("cpu", "cuda:1"). threads: CPU threads of the model; None leaves the
    runtime's own choice. batch: pictures computed at once; None for what suits the device.
    """

    def __init__(
        self, ref: _Ref, device: str = "auto", threads: int | None = None, batch: int | None = None
    ) -> None:
        self._ref = ref
        self._device = device
        self._threads = threads
        self._batch = batch
        self._model: LoadedModel | None = None
        self._loading = Lock()
        self._failed: tuple[float, StageError] | None = None

    @property
    def fingerprint(self) -> str:
        return self._ref.fingerprint

    @property
    def name(self) -> str:
        return self._ref.name

    @property
    def spec(self) -> FrameSpec:
        return self._ref.spec

    def check(self) -> None:
        if self._model is None:
            self._ref.check()

    def pictures(self, frames: Pictures) -> Vectors:
        return self._loaded().pictures(self._checked(frames))

    def room(self) -> Pictures:
        return self._loaded().room(self.spec.size)

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        return self._loaded().each(map(self._checked, batches))

    def words(self, texts: list[str]) -> Vectors:
        if not all(text.strip() for text in texts):
            raise InvalidInput(TEXT_EMPTY)
        return self._loaded().words(texts)

    @abstractmethod
    def _load(self) -> LoadedModel:
        """Load the model. Raises `Unavailable` or `Permanent`, which is then raised again for some minutes."""

    def _checked(self, frames: Pictures) -> Pictures:
        size = self.spec.size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3):
            raise Permanent(
                FRAMES_REJECTED,
                model=self._ref.name,
                size=size,
                dtype=frames.dtype,
                shape=frames.shape[1:],
            )
        return frames

    def _loaded(self) -> LoadedModel:
        with self._loading:
            if self._model is None:
                # A million files must not each load a broken model again.
                if self._failed and monotonic() - self._failed[0] < hub.REMEMBER:
                    raise copy(self._failed[1])
                try:
                    self._model = self._load()
                except (Unavailable, Permanent) as error:
                    self._failed = (monotonic(), error)
                    raise
            return self._model
