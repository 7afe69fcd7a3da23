"""The real embedder: any model that open_clip can load, loaded once, at the first call that needs it."""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from dampipe.domain.errors import DampipeError, InvalidInput, Permanent, StageError, Transient, Unavailable
from dampipe.vision import hub
from dampipe.vision.base import FrameSpec, Pictures, Vectors
from dampipe.vision.devices import Placement, place
from dampipe.vision.known import spec_of
from dampipe.vision.models import ModelRef, resolve
from dampipe.vision.torchvision_compat import import_open_clip

if TYPE_CHECKING:
    import torch


class ClipEmbedder:
    """Pictures and words to vectors with a model of open_clip.

    model: see `dampipe.vision.models.resolve`. device: "auto" or torch's name of one. threads: CPU threads of
    torch for this whole process; None leaves torch's own choice. batch: pictures computed at once; None for
    what suits the device. Raises `InvalidInput` at once for a model that does not exist.
    """

    def __init__(
        self, model: str, device: str = "auto", threads: int | None = None, batch: int | None = None
    ) -> None:
        self._ref = resolve(model)
        self._device = device
        self._threads = threads
        self._batch = batch
        self._model: _Loaded | None = None
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

    def _checked(self, frames: Pictures) -> Pictures:
        size = self.spec.size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3):
            raise Permanent(
                f"the model {self._ref.name} takes frames of {size}×{size} RGB bytes, "
                f"not {frames.dtype} of shape {frames.shape[1:]}",
                hint="frames made for another model have to be made anew",
            )
        return frames

    def words(self, texts: list[str]) -> Vectors:
        if not all(text.strip() for text in texts):
            raise InvalidInput("an empty text says nothing that could be found", hint="say what to look for")
        return self._loaded().words(texts)

    def _loaded(self) -> "_Loaded":
        with self._loading:
            if self._model is None:
                # A million files must not each load a broken model again.
                if self._failed and monotonic() - self._failed[0] < hub.REMEMBER:
                    said = self._failed[1]
                    raise type(said)(str(said), said.hint)
                try:
                    self._model = _load(self._ref, self._device, self._threads, self._batch)
                except (Unavailable, Permanent) as error:
                    self._failed = (monotonic(), error)
                    raise
            return self._model


@dataclass
class _Loaded:
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
                    if not _out_of_memory(error) or self.batch == 1:
                        raise _translated(error, self.name) from error
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
                    raise _translated(error, self.name) from error
            found: Vectors = here.numpy()
            if not np.isfinite(found).all():
                raise Permanent(
                    f"the model {self.name} gave vectors that are no numbers", hint="its weights are broken"
                )
            return found

        return arrived


def _load(ref: ModelRef, device: str, threads: int | None, batch: int | None) -> _Loaded:
    weights = ref.fetch()
    # Read by OpenMP when torch loads it: threads that spin while they wait starve their neighbours.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch

        if threads:
            torch.set_num_threads(threads)
        network, preprocess, tokenize = _network(ref, weights)
        placement = place(device, sum(p.numel() for p in network.parameters()))
        network = network.to(placement.device, placement.dtype).to(memory_format=torch.channels_last).eval()
        mean, std = (
            torch.tensor(preprocess[name], device=placement.device).view(1, 3, 1, 1) * 255
            for name in ("mean", "std")
        )
        with torch.no_grad():
            dimension = network.encode_text(tokenize(["a picture"]).to(placement.device)).shape[-1]
    except DampipeError:
        raise
    except Exception as error:
        raise _translated(error, ref.name) from error
    return _Loaded(ref.name, network, tokenize, placement, mean, std, dimension, batch or placement.batch)


def _network(ref: ModelRef, weights: Path) -> tuple[Any, dict[str, Any], Any]:
    """(network, how it wants pixels, tokenizer); asks no network for the weights."""
    open_clip = import_open_clip()
    # The weights are given as files, for open_clip would ask the hub first although they are cached.
    source, given = ref.architecture, dict[str, Any]()
    if ref.tag:
        # So what it knows about the tag has to be given too.
        told = open_clip.get_pretrained_cfg(ref.architecture, ref.tag)
        wanted = ("mean", "std", "interpolation", "resize_mode")
        given["pretrained"] = str(weights)
        given["force_preprocess_cfg"] = {name: told[name] for name in wanted if name in told}
        given["force_quick_gelu"] = told.get("quick_gelu", False)
    elif ref.repository:
        source = f"local-dir:{hub.fetch(ref.repository, (hub.CONFIG,)).parent}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to whoever trains, not to whoever runs dampipe
        network = open_clip.create_model(source, **given)
        # Tokenizers other than CLIP's own are files of the repository, which open_clip fetches itself.
        foreign = open_clip.get_model_config(source)["text_cfg"].get("hf_tokenizer_name")
        tokenize = open_clip.get_tokenizer(ref.architecture if foreign else source)
    preprocess = open_clip.get_model_preprocess_cfg(network)
    found = spec_of(preprocess["size"], preprocess)
    if found != ref.spec:
        raise Permanent(
            f"the model {ref.name} wants its frames as {found}, but they are prepared as {ref.spec}",
            hint="the installed open_clip does not fit this version of dampipe",
        )
    return network, preprocess, tokenize


def _out_of_memory(error: BaseException) -> bool:
    words = str(error)
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words


def _translated(error: Exception, model: str) -> StageError:
    """What torch, open_clip and safetensors raise, in our words; most specific first."""
    said = " ".join(str(error).split())[:300] or type(error).__name__
    if _out_of_memory(error):
        return Transient(
            f"no memory is left for the model {model}: {said}", hint="use a smaller model or batch"
        )
    if isinstance(error, ImportError):
        return Unavailable(
            f"the model {model} needs a package that is not installed: {said}", hint="install it with pip"
        )
    if "CUDA error" in said or "no kernel image" in said:
        return Permanent(f"the GPU failed with the model {model}: {said}", hint='try the device "cpu"')
    return Permanent(
        f"the model {model} cannot be used: {said}", hint="its weights may be broken: fetch them anew"
    )
