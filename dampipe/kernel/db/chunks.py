"""Long lists go to the database in portions: a statement takes only so many values, a transaction only so long."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

IN_ONE_QUERY = 500


def chunked(values: Sequence[T], size: int = IN_ONE_QUERY) -> Iterator[Sequence[T]]:
    """One after the other.

    >>> [list(some) for some in portions([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    return (values[start : start + size] for start in range(0, len(values), size))
