"""The port of a vector index: ids to unit vectors, nearest first.

An index is derived from the catalogue and may be lost: `watermark` says how far it got, and the
caller adds the rest. Backends sit beside this file; each passes tests/contract/test_vectors.py,
which is where an author of a new one starts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

VectorIds: TypeAlias = NDArray[np.int64]
VectorRows: TypeAlias = NDArray[np.float32]
"""Shape (count, dimension), every row of length 1."""


class Neighbour(NamedTuple):
    """One answer: the vector's id and its cosine similarity, -1 to 1."""

    id: int
    score: float


@dataclass(frozen=True)
class IndexFacts:
    """What an index tells of itself."""

    kind: str
    """How it finds, in words for a person."""
    vectors: int
    bytes: int = 0
    """What it takes on disk; 0 where the backend does not tell."""


class VectorsConfig(BaseModel):
    """What every backend is offered; each adds options of its own."""

    model_config = ConfigDict(extra="forbid")

    dimension: int = Field(gt=0)
    name: str = ""
    """Which model; indexes of different names never meet."""
    folder: Path | None = None
    """A folder of this index's own, for backends that keep files."""


class VectorStorage(Protocol):
    """Vectors of one space (one model).

    One process writes at a time (a second writer raises `Transient`); any number read, also while it
    writes. Scores are inner products, so rows must have length 1. A wrong shape raises `ValueError`.
    """

    @property
    def watermark(self) -> int:
        """The highest id durably stored so far, removed or not; 0 when new or cleared.

        Ids are added in ascending order.
        """

    def __len__(self) -> int:
        """How many vectors are stored."""

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        """Add vectors with ids above the watermark, all or none; durable when it returns.

        Ids at or below the watermark are skipped, so adding the same twice changes nothing.
        """

    def remove(self, ids: VectorIds) -> None:
        """Remove vectors; unknown ids are no error. Durable when it returns."""

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        """The `count` nearest to `query` (shape (1, dimension) or (dimension,)), best first.

        among: only vectors with these ids count, in any order, unknown ones and repetitions allowed; None
        means all. The restriction holds inside the search, so that it costs no recall: `count` neighbours
        come back if `among` holds as many.

        Sees what any process has added before the call. Fewer when there are fewer. A backend may miss
        a few of the nearest where there are very many; its `facts` say so.
        """

    def ids(self) -> VectorIds:
        """All ids stored, ascending."""

    def clear(self) -> None:
        """Forget everything; the watermark is 0 again."""

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        """Hold these vectors and no others; the watermark is their highest id, 0 if there are none.

        Ids ascend within a batch and from batch to batch. They are built beside what is there, which goes
        on answering until they are complete; if `batches` or the building fails, nothing has changed.
        """

    def damage(self, thorough: bool = True) -> list[str]:
        """What is wrong with what is stored, a sentence each. Empty: nothing.

        thorough: read all of it; otherwise only see whether everything is there, in next to no time.
        """

    def facts(self) -> IndexFacts:
        """What this is and how much it holds."""
