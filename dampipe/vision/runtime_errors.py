"""What torch, open_clip, safetensors, ONNX Runtime and tokenizers raise, as errors of dampipe."""

from dampipe.kernel.errors import Permanent, StageError, Transient, Unavailable
from dampipe.vision.errors import GPU_FAILED, IMPORT_FAILED, MODEL_BROKEN, OUT_OF_MEMORY

_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "Failed to allocate memory",
    "bad_alloc",
    "bad allocation",
)
_GPU = ("CUDA error", "CUDA failure", "no kernel image")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a smaller batch may work."""
    text = str(error)
    return isinstance(error, MemoryError) or any(sign in text for sign in _MEMORY)


def translate(error: Exception, model: str) -> StageError:
    """The error of a runtime, most specific first. Runtimes have no common base class of their errors."""
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    if is_out_of_memory(error):
        return Transient(OUT_OF_MEMORY, model=model, reason=reason)
    if isinstance(error, ImportError):
        return Unavailable(IMPORT_FAILED, model=model, reason=reason)
    if any(sign in reason for sign in _GPU):
        return Permanent(GPU_FAILED, model=model, reason=reason)
    return Permanent(MODEL_BROKEN, model=model, reason=reason)
