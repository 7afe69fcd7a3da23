"""The storage in use here and now: set for a context, never for the process.

    with use_storage(engine):
        current_storage().list_videos()

A command, a request and a test each set their own; threads and tasks do not see one another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dampipe.kernel.errors import Permanent
from dampipe.storage.base import StorageEngine

_current: ContextVar[StorageEngine] = ContextVar("dampipe_storage")


@contextmanager
def use_storage(engine: StorageEngine) -> Iterator[StorageEngine]:
    """Make `engine` the current storage for as long as the context lasts; may be nested.

    A thread started inside does not inherit it (run it with `contextvars.copy_context().run`); an
    asyncio task does.
    """
    token = _current.set(engine)
    try:
        yield engine
    finally:
        _current.reset(token)


def current_storage() -> StorageEngine:
    """The storage set by the nearest `use_storage`. Raises `Permanent` if there is none."""
    try:
        return _current.get()
    except LookupError:
        raise Permanent(
            "no storage is set in this context", hint="wrap the call in `with use_storage(engine):`"
        ) from None
