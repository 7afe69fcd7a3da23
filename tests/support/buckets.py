"""Buckets in memory for tests, each under a name of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from dampipe.storage.files.base import Traits
from dampipe.storage.files.memory import BUCKETS, SCHEME, Bucket

_NUMBERS = count(1)

SERVER = Traits()
"""Of a file server: files appear while they are written."""


@contextmanager
def bucket(
    traits: Traits | None = None, *, has_checksums: bool = True, has_tokens: bool = True
) -> Iterator[Bucket]:
    """An empty bucket; an object store by default."""
    name = f"bucket{next(_NUMBERS)}"
    BUCKETS[name] = made = Bucket(name, has_checksums=has_checksums, has_tokens=has_tokens)
    if traits is not None:
        made.traits = traits
    try:
        yield made
    finally:
        del BUCKETS[name]


def url_of(made: Bucket) -> str:
    """The URL of a whole bucket."""
    return f"{SCHEME}://{made.name}"
