"""Input validation for all backends: array shapes, order of ids, length of rows."""

from collections.abc import Iterable, Iterator

import numpy as np

from dampipe.storage.vectors.base import VectorIds, VectorRows

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
    ids: VectorIds, rows: VectorRows, dimension: int, *, above: int
) -> tuple[VectorIds, VectorRows]:
    """The ids above `above` with their rows, contiguous. Raises `ValueError`."""
    ids, rows = np.asarray(ids, np.int64), np.asarray(rows, np.float32)
    if ids.ndim != 1 or rows.shape != (len(ids), dimension):
        raise ValueError(
            f"the ids have shape {ids.shape} and the rows {rows.shape}, not (n,) and (n, {dimension})"
        )
    lengths = np.linalg.norm(rows, axis=1)
    if not (np.abs(lengths - 1) <= _TOLERANCE).all():
        raise ValueError("the length of a row is not 1")
    new = ids > above
    ids, rows = ids[new], rows[new]
    if (np.diff(ids) <= 0).any():
        raise ValueError("the ids are not in ascending order")
    return ids, np.ascontiguousarray(rows)


def checked_batches(
    batches: Iterable[tuple[VectorIds, VectorRows]], dimension: int
) -> Iterator[tuple[VectorIds, VectorRows]]:
    """Each batch through `checked_rows`, without empty ones. Raises `ValueError` for ids out of order."""
    last = 0
    for ids, rows in batches:
        new_ids, new_rows = checked_rows(ids, rows, dimension, above=last)
        if len(new_ids) != len(ids):
            raise ValueError("the ids do not ascend from batch to batch")
        if len(new_ids):
            last = int(new_ids[-1])
            yield new_ids, new_rows
