"""Which of ONNX Runtime's execution providers computes."""

import re
from typing import Any

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.vision.errors import DEVICE_UNKNOWN, DEVICE_UNSUPPORTED

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
_NAME = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
"""Devices by torch's names, as the setting `device` has them."""

Providers = list[tuple[str, dict[str, Any]]]


def providers(wanted: str) -> Providers:
    """The providers to try in order, with their options; `wanted` is "auto", "cpu", "cuda" or "cuda:1".

    Raises `Unavailable` for a device that the installed ONNX Runtime cannot use, `InvalidInput` for an unknown name.
    """
    import onnxruntime

    if not _NAME.fullmatch(wanted):
        raise InvalidInput(DEVICE_UNKNOWN, device=wanted)
    kind, _, number = wanted.partition(":")
    has_cuda = CUDA in onnxruntime.get_available_providers()
    if kind in ("cpu", "auto") and not (kind == "auto" and has_cuda):
        return [(CPU, {})]
    if kind == "mps" or not has_cuda:
        raise Unavailable(DEVICE_UNSUPPORTED, device=wanted)
    options = {"device_id": int(number or 0), "arena_extend_strategy": "kSameAsRequested"}
    return [(CUDA, options), (CPU, {})]


def describe(wanted: str) -> str:
    """The device in words. Raises as `providers`."""
    if providers(wanted)[0][0] == CUDA:
        return f"CUDA device {providers(wanted)[0][1]['device_id']}, by ONNX Runtime"
    return "none: the model runs on the CPU by ONNX Runtime"
