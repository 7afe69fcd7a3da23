"""Modules are loaded while the garbage collector rests: what they make stays, so looking through it is in vain."""

import gc
from importlib import import_module
from types import ModuleType


def load(*names: str) -> ModuleType:
    """Import modules; returns the last. What is there then is no longer looked through, and stays shared by forks."""
    gc.disable()
    try:
        return [import_module(name) for name in names][-1]
    finally:
        gc.enable()
        gc.freeze()
