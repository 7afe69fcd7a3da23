"""Whether a file of weights is whole, told without reading gigabytes: its header, and the size that this asks for."""

from pathlib import Path

from dampipe.kernel.errors import Unavailable


def check_weights(path: Path | None) -> None:
    """Raise `Unavailable` for a safetensors file that is cut short or none at all. Of others only loading tells."""
    if path is None or path.suffix != ".safetensors":
        return
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):
            pass
    except (SafetensorError, OSError) as error:
        raise Unavailable(
            f"the weights in {path} are damaged: {error}", hint="copy or fetch them anew"
        ) from error
