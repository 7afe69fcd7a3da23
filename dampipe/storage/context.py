"""The current storage: a context variable, not a global of the process.

    with use_storage(engine):
        current_storage().list_videos()

Each command, request and test sets its own. Threads and asyncio tasks do not see the value of others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dampipe.kernel.errors import Permanent
from dampipe.storage.base import StorageEngine
from dampipe.storage.errors import NO_CURRENT_STORAGE

_current: ContextVar[StorageEngine] = ContextVar("dampipe_storage")


@contextmanager
def use_storage(engine: StorageEngine) -> Iterator[StorageEngine]:
    """Make `engine` the current storage until the context ends. Can be nested.

    An asyncio task that starts inside inherits it. A thread does not, unless it runs in
    `contextvars.copy_context().run`.
    """
    token = _current.set(engine)
    try:
        yield engine
    finally:
        _current.reset(token)


def current_storage() -> StorageEngine:
    """The storage set by the innermost `use_storage`. Raises `Permanent` if there is none."""
    try:
        return _current.get()
    except LookupError:
        raise Permanent(NO_CURRENT_STORAGE) from None
