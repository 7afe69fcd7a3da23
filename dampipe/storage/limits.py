"""Limits of search by vector. The defaults are for production; tests pass smaller ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScanLimits:
    """How vectors that are not in the index are read and scanned. All values are numbers of vectors."""

    exact: int = 50_000
    """Maximum scanned without an index: some 100 MB at 512 dimensions, 15 ms."""
    page: int = 4096
    """Read per query while the tail is loaded."""
    batch: int = 32_768
    """Added to the index per call."""


@dataclass(frozen=True)
class MomentLimits:
    """How many neighbours are examined for an answer of distinct moments."""

    per_asset: int = 3
    """Moments of one asset in the answer of `search_vector`."""
    first: int = 64
    """Neighbours in the first round; each further round asks for four times as many."""
    most: int = 65_536
    """Neighbours in the last round."""
