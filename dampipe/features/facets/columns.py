"""Columns: what lists are sorted by and what is looked up for all versions at once, kept as one array each. No I/O.

The facet index has them beside the texts: each under a field of its own, in blocks of 1,024 versions with consecutive
numbers, one entry of fixed width for each, little-endian, zeros where there is no version. So the assets of any number
of versions, or their order, are found in one array, where SQL would look up each of them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from dampipe.features.facets.texts import BLOCK_BITS
from dampipe.features.metadata.values import fold

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

_SIZE = 1 << BLOCK_BITS
NAME_BYTES = 32
"""Bytes of the folded name of a file that count in an order by names."""


class Column(NamedTuple):
    """One column."""

    field: str
    """Of its blocks: no metadata field has such a key."""
    dtype: str


OWNER = Column("", "<u4")
"""The asset of each version; 0: there is no such version."""
DATE = Column("#date", "<f8")
"""When it was shot, in seconds of the wall clock since 1970: what people say (`shot_on`), else what the file says, else
when it came into the library, in UTC."""
ADDED = Column("#added", "<f8")
"""When it came into the library, in seconds since 1970."""
DURATION = Column("#duration", "<f8")
"""Seconds; -1: it has no length, or none is known."""
SIZE = Column("#size", "<f8")
"""Bytes."""
FOLDER = Column("#folder", "<u4")
"""The number of the folder of its first file, of the present ones, else of those that are missing; 0: it has no file."""
NAME = Column("#name", f"S{NAME_BYTES}")
"""The folded name of that file, its beginning."""
COLUMNS = (OWNER, DATE, ADDED, DURATION, SIZE, FOLDER, NAME)


def name_key(name: str) -> bytes:
    """What stands for the name of a file in the column NAME.

    >>> name_key("STRASSE.mov") == name_key("straße.MOV")
    True
    """
    return fold(name).encode("utf-8", "surrogatepass")[:NAME_BYTES]


def pack_column(
    column: Column,
    block: int,
    stored: bytes | None,
    gone: "NDArray[np.int64]",
    versions: "NDArray[np.int64]",
    values: "NDArray[Any]",
) -> bytes:
    """A block with some versions replaced. stored: as it is; None: there is none. gone: the versions that are replaced;
    versions and values: those of them that there are, and what the column has for each. All lie in the block."""
    import numpy as np

    entries = np.zeros(_SIZE, column.dtype) if stored is None else np.frombuffer(stored, column.dtype).copy()
    entries[gone - (block << BLOCK_BITS)] = np.zeros(1, column.dtype)
    entries[versions - (block << BLOCK_BITS)] = values
    return entries.tobytes()


def replaced_blocks(
    column: Column, before: "NDArray[Any]", blocks: Iterable[tuple[int, bytes]]
) -> "NDArray[Any]":
    """An array by the numbers of versions with some blocks, by their numbers, replaced. `before` stays as it is."""
    import numpy as np

    new = list(blocks)
    if not new:
        return before
    most = max(block for block, _ in new)
    entries = np.zeros(max(len(before), (most + 1) << BLOCK_BITS), column.dtype)
    entries[: len(before)] = before
    for block, stored in new:
        entries[block << BLOCK_BITS : (block + 1) << BLOCK_BITS] = np.frombuffer(stored, column.dtype)
    return entries
