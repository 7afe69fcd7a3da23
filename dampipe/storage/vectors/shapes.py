"""What every backend accepts: arrays of the right shape, ids in order, rows of length 1."""

from collections.abc import Iterable, Iterator

import numpy as np

from dampipe.storage.vectors.base import VectorIds, VectorRows

_TOLERANCE = 0.01
"""Float16 rows of length 1 are off by a thousandth at most."""


def checked_query(query: VectorRows, dimension: int) -> VectorRows:
    """The query with shape (1, dimension), contiguous. Raises `ValueError`."""
    row = np.ascontiguousarray(query, np.float32)
    if row.shape not in ((dimension,), (1, dimension)):
        raise ValueError(f"a query of shape {row.shape}, not ({dimension},) or (1, {dimension})")
    if not np.isfinite(row).all():
        raise ValueError("a query that holds no numbers")
    return row.reshape(1, dimension)


def checked_rows(
    ids: VectorIds, rows: VectorRows, dimension: int, *, above: int
) -> tuple[VectorIds, VectorRows]:
    """Those with an id above `above`, contiguous. Raises `ValueError`."""
    ids, rows = np.asarray(ids, np.int64), np.asarray(rows, np.float32)
    if ids.ndim != 1 or rows.shape != (len(ids), dimension):
        raise ValueError(
            f"ids of shape {ids.shape} and rows of shape {rows.shape}, not (n,) and (n, {dimension})"
        )
    lengths = np.linalg.norm(rows, axis=1)
    if not (np.abs(lengths - 1) <= _TOLERANCE).all():
        raise ValueError("a row whose length is not 1")
    new = ids > above
    ids, rows = ids[new], rows[new]
    if (np.diff(ids) <= 0).any():
        raise ValueError("ids that are not in ascending order")
    return ids, np.ascontiguousarray(rows)


def checked_batches(
    batches: Iterable[tuple[VectorIds, VectorRows]], dimension: int
) -> Iterator[tuple[VectorIds, VectorRows]]:
    """Each batch as `checked_rows` gives it, empty ones left out. Raises `ValueError` for ids out of order."""
    last = 0
    for ids, rows in batches:
        kept, checked = checked_rows(ids, rows, dimension, above=last)
        if len(kept) != len(ids):
            raise ValueError("batches whose ids do not ascend")
        if len(kept):
            last = int(kept[-1])
            yield kept, checked
