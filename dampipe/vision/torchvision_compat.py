"""open_clip is imported here and nowhere else, so that it works beside a torchvision that cannot load.

open_clip needs torchvision for its pure-Python transforms only. Where the torch that is installed is a CPU
build and torchvision was built for CUDA, torchvision's import stops with "operator torchvision::nms does not
exist", because its compiled library cannot load. Declaring the two operators that its Python code refers to
lets the import go through; nothing here ever calls them. A torchvision that imports is left alone.
"""

import importlib
import sys
from types import ModuleType

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def import_open_clip() -> ModuleType:
    """The module open_clip. Raises ImportError or RuntimeError where it cannot be imported at all."""
    _make_torchvision_importable()
    return importlib.import_module("open_clip")


def _make_torchvision_importable() -> None:
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        import torch

        # A list first: other threads of a server may import meanwhile.
        for name in list(sys.modules):
            if name == "torchvision" or name.startswith("torchvision."):
                del sys.modules[name]
        for operator in _OPERATORS:
            torch.library.define(f"torchvision::{operator}", _SCHEMA)
        importlib.import_module("torchvision")
