"""First in PYTHONPATH, this makes a process believe that the extra `torch` is not installed."""

import sys

sys.modules.update(dict.fromkeys(("torch", "torchvision", "open_clip", "safetensors")))  # type: ignore[arg-type]
