"""Input validation for all backends: array shapes, order of ids, length of rows, owners."""

from collections.abc import Iterable, Iterator

import numpy as np

from dampipe.kernel.asset_set import HIGHEST
from dampipe.storage.vectors.base import OwnerNumbers, VectorBatch, VectorIds, VectorRows

_TOLERANCE = 0.01
"""Rows rounded to float16 deviate from length 1 by at most a thousandth."""


def checked_query(query: VectorRows, dimension: int) -> VectorRows:
    """The query with shape (1, dimension), contiguous. Raises `ValueError`."""
    row = np.ascontiguousarray(query, np.float32)
    if row.shape not in ((dimension,), (1, dimension)):
        raise ValueError(f"the query has shape {row.shape}, not ({dimension},) or (1, {dimension})")
    if not np.isfinite(row).all():
        raise ValueError("the query is not finite")
    return row.reshape(1, dimension)


def checked_rows(
    ids: VectorIds, rows: VectorRows, owners: OwnerNumbers, dimension: int, *, above: int
) -> VectorBatch:
    """The ids above `above` with their rows, contiguous, and owners. Raises `ValueError`."""
    ids, rows = np.asarray(ids, np.int64), np.asarray(rows, np.float32)
    if ids.ndim != 1 or rows.shape != (len(ids), dimension) or np.shape(owners) != ids.shape:
        raise ValueError(
            f"the ids have shape {ids.shape}, the rows {rows.shape} and the owners {np.shape(owners)}, "
            f"not (n,), (n, {dimension}) and (n,)"
        )
    lengths = np.linalg.norm(rows, axis=1)
    if not (np.abs(lengths - 1) <= _TOLERANCE).all():
        raise ValueError("the length of a row is not 1")
    numbers = checked_owners(owners)
    new = ids > above
    ids, rows, numbers = ids[new], rows[new], numbers[new]
    if (np.diff(ids) <= 0).any():
        raise ValueError("the ids are not in ascending order")
    return ids, np.ascontiguousarray(rows), numbers


def checked_owners(owners: OwnerNumbers) -> OwnerNumbers:
    """The owners as 32-bit numbers. Raises `ValueError` if one is not between 1 and HIGHEST."""
    numbers = np.asarray(owners)
    if numbers.size and not 1 <= int(numbers.min()) <= int(numbers.max()) <= HIGHEST:
        raise ValueError(f"the number of an owner is not between 1 and {HIGHEST}")
    return numbers.astype(np.uint32)


def checked_batches(batches: Iterable[VectorBatch], dimension: int) -> Iterator[VectorBatch]:
    """Each batch through `checked_rows`, without empty ones. Raises `ValueError` for ids out of order."""
    last = 0
    for ids, rows, owners in batches:
        new_ids, new_rows, new_owners = checked_rows(ids, rows, owners, dimension, above=last)
        if len(new_ids) != len(ids):
            raise ValueError("the ids do not ascend from batch to batch")
        if len(new_ids):
            last = int(new_ids[-1])
            yield new_ids, new_rows, new_owners
