"""Imports with the garbage collector off: the objects of modules live on, so collecting them wastes time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def collector_off() -> Iterator[None]:
    """While modules are imported; all objects that exist afterwards are frozen.

    The collector ignores frozen objects, and forks share their memory.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def load(*names: str) -> ModuleType:
    """Import modules and return the last one."""
    with collector_off():
        return [import_module(name) for name in names][-1]
