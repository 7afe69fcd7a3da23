"""The embedder over torch: any model that open_clip can load."""

import gc
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dampipe.kernel.errors import DampipeError, Permanent, Unavailable
from dampipe.vision import hub
from dampipe.vision.clip_ref import ClipRef
from dampipe.vision.devices import place
from dampipe.vision.errors import OTHER_FRAMES, PACKAGE_MISSING, as_unavailable
from dampipe.vision.inference import Loaded
from dampipe.vision.model_catalog import spec_of
from dampipe.vision.model_embedder import ModelEmbedder
from dampipe.vision.models import resolve_clip
from dampipe.vision.onnx.layout import OPEN_CLIP, read_text_settings
from dampipe.vision.onnx.tokenizer import TextTokenizer
from dampipe.vision.runtime_errors import translate
from dampipe.vision.torchvision_compat import import_open_clip

if TYPE_CHECKING:
    import torch

SWITCH = 0.0005
"""Seconds after which a thread that waits for the interpreter gets it; Python's own ten times as many."""


class ClipEmbedder(ModelEmbedder[ClipRef]):
    """Pictures and words to vectors with a model of open_clip, by torch.

    threads: for this whole process.
    """

    def __init__(
        self, model: str, device: str = "auto", threads: int | None = None, batch: int | None = None
    ) -> None:
        """model: see `dampipe.vision.models.resolve_clip`, whose errors it raises."""
        super().__init__(resolve_clip(model), device, threads, batch)

    def _load(self) -> Loaded:
        return _load(self._ref, self._device, self._threads, self._batch)


def _load(ref: ClipRef, device: str, threads: int | None, batch: int | None) -> Loaded:
    missing = ref.missing_packages()
    if missing:
        raise Unavailable(PACKAGE_MISSING, model=ref.name, package=missing)
    weights = ref.fetch()
    # Read by OpenMP when torch loads it: threads that spin while they wait starve their neighbours.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # A batch takes the interpreter hundreds of times, an operation each, and other threads read and save meanwhile.
    sys.setswitchinterval(SWITCH)
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
        problem = translate(error, ref.name)
        # A model that cannot be loaded is not the fault of a file, and must not answer instead of an old one.
        raise (as_unavailable(problem) if isinstance(problem, Permanent) else problem) from error
    # Nothing of it is garbage: what collects that need not look through a million objects again and again.
    gc.freeze()
    return Loaded(ref.name, network, tokenize, placement, mean, std, dimension, batch or placement.batch)


def _network(ref: ClipRef, weights: Path) -> tuple[Any, dict[str, Any], Any]:
    """(network, how it wants pixels, tokenizer); asks no network for the weights."""
    open_clip = import_open_clip()
    # The weights are given as files, for open_clip would ask the hub first although they are cached.
    source, given = ref.architecture, dict[str, Any]()
    if ref.tag:
        # Therefore its configuration of the tag is given, too.
        config = open_clip.get_pretrained_cfg(ref.architecture, ref.tag)
        names = ("mean", "std", "interpolation", "resize_mode")
        given["pretrained"] = str(weights)
        given["force_preprocess_cfg"] = {name: config[name] for name in names if name in config}
        given["force_quick_gelu"] = config.get("quick_gelu", False)
    elif ref.repository:
        source = f"local-dir:{hub.fetch(ref.repository, (hub.CONFIG,)).parent}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice for training, not for running dampipe
        network = open_clip.create_model(source, **given)
        # Tokenizers other than CLIP's own are files of the repository, which open_clip fetches itself.
        foreign = open_clip.get_model_config(source)["text_cfg"].get("hf_tokenizer_name")
        tokenize = _own_tokenizer(source) or open_clip.get_tokenizer(ref.architecture if foreign else source)
    preprocess = open_clip.get_model_preprocess_cfg(network)
    found = spec_of(preprocess["size"], preprocess)
    if found != ref.spec:
        raise Permanent(OTHER_FRAMES, model=ref.name, required=found, prepared=ref.spec)
    return network, preprocess, tokenize


def _own_tokenizer(source: str) -> Callable[[list[str]], "torch.Tensor"] | None:
    """The tokenizer of a folder that has one for ONNX Runtime, so that both give the same token ids; else None."""
    folder = Path(source.removeprefix("local-dir:"))
    if not source.startswith("local-dir:") or not (folder / OPEN_CLIP.tokenizer).is_file():
        return None
    import torch

    settings = read_text_settings(OPEN_CLIP, folder)
    tokenizer = TextTokenizer.read(folder / OPEN_CLIP.tokenizer, settings, settings.context_length)
    return lambda texts: torch.from_numpy(tokenizer.encode(texts)[0])
