"""Chunks of long lists: a statement takes a limited number of values, a transaction a limited time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

IN_ONE_QUERY = 500


def chunked(values: Sequence[T], size: int = IN_ONE_QUERY) -> Iterator[Sequence[T]]:
    """One chunk after the other.

    >>> [list(some) for some in chunked([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    return (values[start : start + size] for start in range(0, len(values), size))
