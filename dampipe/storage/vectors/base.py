"""The port of a vector index: stores unit vectors by id, finds the nearest.

An index is derived from the catalogue and can be lost: `watermark` is the highest id it has stored, and the caller adds
the rest. The backends are in this package; each passes tests/contract/test_vectors.py, where the author of a new one
starts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.asset_set import ALL, Selection

VectorIds: TypeAlias = NDArray[np.int64]
VectorRows: TypeAlias = NDArray[np.float32]
"""Shape (count, dimension), every row of length 1."""
OwnerNumbers: TypeAlias = NDArray[np.uint32]
"""What each vector belongs to, as the number that it has in the catalogue: 1 or more. It never changes for an id."""
VectorBatch: TypeAlias = tuple[VectorIds, VectorRows, OwnerNumbers]
"""Vectors in ascending order of their ids: ids, rows and owners of the same length."""


class Neighbour(NamedTuple):
    """One search result: the id of a vector and its cosine similarity, -1 to 1."""

    id: int
    score: float


@dataclass(frozen=True)
class IndexFacts:
    """Description of an index, for display."""

    kind: str
    """Search method."""
    vectors: int
    bytes: int = 0
    """Size on disk; 0 if the backend does not report it."""


class VectorsConfig(BaseModel):
    """Options common to all backends; each adds its own."""

    model_config = ConfigDict(extra="forbid")

    dimension: int = Field(gt=0)
    name: str = ""
    """Name of the model. Indexes with different names are separate."""
    folder: Path | None = None
    """Folder of this index alone, for backends that store files."""


class VectorStorage(Protocol):
    """Vectors of one space (one model).

    One process writes at a time (a second writer raises `Transient`, where the backend has a lock). Any number of
    processes read, also during writes. Scores are inner products, so rows must have length 1. A wrong shape raises
    `ValueError`.
    """

    can_mask: bool
    """Whether `search` takes a mask. One that cannot raises `SearchUnavailable` for it, and no library with users may
    have it. An attribute of the class, which is read before an index is opened; False where it is absent."""

    @property
    def watermark(self) -> int:
        """The highest id durably stored so far, whether removed since or not; 0 for an empty index.

        Ids are added in ascending order.
        """

    def __len__(self) -> int:
        """The number of stored vectors."""

    @property
    def lacks_owners(self) -> bool:
        """Whether vectors are stored without owners, by an older version: a search with a mask raises `Unavailable`."""

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        """Store the owners of vectors that lack them; returns False if this takes a rebuild with `replace`.

        ids: ascending, with their owners. Unknown ids are ignored; a vector whose id is not among them is in no mask.
        """

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        """Add vectors with ids above the watermark, atomically. Durable on return.

        Idempotent: ids at or below the watermark are skipped.
        """

    def remove(self, ids: VectorIds) -> None:
        """Remove vectors. Unknown ids are ignored. Durable on return."""

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        """The `count` nearest to `query` (shape (1, dimension) or (dimension,)), best first.

        mask: only vectors whose owner is in this set. It is applied inside the search, never to its result, and costs
        no recall: the result has `count` neighbours if the mask has that many vectors. Callers search with the same
        mask repeatedly, so what it resolves to may be cached.

        Includes what any process has added before the call. Returns fewer if there are fewer. An approximate backend
        may miss some of the nearest; its `facts` say so.
        """

    def ids(self) -> VectorIds:
        """All stored ids, ascending."""

    def clear(self) -> None:
        """Remove everything and reset the watermark to 0."""

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        """Replace the content with these vectors; the watermark becomes their highest id, 0 if there are none.

        Ids ascend within a batch and from batch to batch. The old content answers searches until the new one is
        complete, and stays if `batches` or the build fails.
        """

    def damage(self, thorough: bool = True) -> list[str]:
        """Damage to the stored data, one sentence each. Empty: none.

        thorough: read everything; otherwise only check that all files exist, which is cheap.
        """

    def facts(self) -> IndexFacts:
        """The search method and the size."""
