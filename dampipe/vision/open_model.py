"""A model's name to its embedder, over the runtime that this machine has."""

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.packages import has_torch
from dampipe.vision.base import Embedder
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.clip_ref import ClipRef
from dampipe.vision.model_ref import ModelRef
from dampipe.vision.models import resolve
from dampipe.vision.onnx.embedder import OnnxEmbedder
from dampipe.vision.onnx.ref import OnnxRef


def open_model(model: str, device: str = "auto", threads: int | None = None) -> Embedder:
    """The embedder of a model; nothing is loaded yet. Raises as `dampipe.vision.models.resolve`."""
    kind = ClipEmbedder if isinstance(resolve(model), ClipRef) else OnnxEmbedder
    return kind(model, device, threads)


def describe_device(model: str, device: str) -> str:
    """In words, where a model computes on this machine. Raises `InvalidInput` or `Unavailable` for the device."""
    if has_torch() and not isinstance(_found(model), OnnxRef):
        from dampipe.vision.devices import describe
    else:
        from dampipe.vision.onnx.devices import describe
    return describe(device)


def missing_packages(model: str) -> str:
    """What pip has to install before the model can run here; empty where nothing is missing, or no model is found."""
    found = _found(model)
    return found.missing_packages() if found else ""


def _found(model: str) -> ModelRef | None:
    try:
        return resolve(model)
    except (InvalidInput, Unavailable):
        return None
