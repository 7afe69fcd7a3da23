"""Where a model computes and how: the device, the number format and the batch that suit this machine."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.vision.errors import DEVICE_MISSING, DEVICE_UNKNOWN

if TYPE_CHECKING:
    import torch

SMALL = 10_000_000
"""A model with fewer parameters gains nothing from half precision."""
ROOMY = 32 * 2**30
"""A card with so many bytes takes larger batches."""


@dataclass(frozen=True)
class Placement:
    """The decision for one model."""

    device: "torch.device"
    dtype: "torch.dtype"
    batch: int
    """Pictures computed at once."""


def place(wanted: str, parameters: int) -> Placement:
    """Decide for a model of that many parameters; `wanted` is "auto" or a name that torch knows ("cuda:1").

    Raises `Unavailable` when the device asked for is not here, `InvalidInput` for a name torch does not know.
    """
    import torch

    device = _device(wanted)
    small = parameters < SMALL
    if device.type == "cuda":
        # Every card since Ampere computes bfloat16; older ones are fast in float16.
        half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        batch = 512 if torch.cuda.get_device_properties(device).total_memory >= ROOMY else 256
        return Placement(device, torch.float32 if small else half, batch)
    if device.type == "cpu" and not small:
        if torch.ops.mkldnn._is_mkldnn_bf16_supported():
            # The whole model in bfloat16: autocast under inference_mode is ten times slower on a CPU.
            return Placement(device, torch.bfloat16, 32)
        torch.set_float32_matmul_precision("medium")
    return Placement(device, torch.float32, 32)


def describe(wanted: str) -> str:
    """The device in words, with its memory where it has its own. Raises as `place`."""
    import torch

    device = _device(wanted)
    if device.type == "cuda":
        facts = torch.cuda.get_device_properties(device)
        return f"{facts.name}, {facts.total_memory / 2**30:.0f} GiB"
    if device.type == "mps":
        return "Apple GPU"
    return f"none: the model runs on the CPU ({torch.get_num_threads()} threads)"


def _device(wanted: str) -> "torch.device":
    import torch

    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise InvalidInput(DEVICE_UNKNOWN, device=wanted) from error
    here = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not here.get(device.type, False):
        raise Unavailable(DEVICE_MISSING, device=wanted)
    return device
