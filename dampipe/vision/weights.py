"""Checks that a file of weights is complete, by its header and its size."""

from pathlib import Path

from dampipe.kernel.errors import Unavailable
from dampipe.vision.errors import WEIGHTS_DAMAGED


def check_weights(path: Path | None) -> None:
    """Raise `Unavailable` for a safetensors file that is cut short or invalid. Other formats are not checked."""
    if path is None or path.suffix != ".safetensors":
        return
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):
            pass
    except (SafetensorError, OSError) as error:
        raise Unavailable(WEIGHTS_DAMAGED, path=path, reason=error) from error
