"""Texts of a field, kept together so that all of them are searched at once. No I/O.

A block holds the folded texts of up to 1,024 versions: the number of texts (32 bits), for each the last ten bits of its
version's number (16 bits) and the place where it ends (32 bits), all little-endian, and then the texts in UTF-8. Before
each text, and after the last one, stands a byte that UTF-8 never has, so that nothing is found across two of them.

To find a part of a text in a million titles is to find some bytes in 25 MB. An index of words, or of sequences of three
characters, would have to be followed by a check of each text that it proposes, which takes longer.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

BLOCK_BITS = 10
LONGEST = 1_000
"""Bytes of a text that is kept; of longer ones a block says only that there is one."""
_BETWEEN = b"\xff"
_LONG = b"\xfe"
"""Instead of a text that is too long: UTF-8 does not have this byte either."""


class Block(NamedTuple):
    """The texts of the versions of one block."""

    versions: "NDArray[np.int64]"
    """The version of each text, ascending; one with several texts stands there as often."""
    ends: "NDArray[np.int64]"
    """Where the byte after each text is, in `content`."""
    content: bytes


class Matches(NamedTuple):
    """What one block says of a search."""

    sure: "NDArray[np.int64]"
    """Versions that have the text, some of them repeatedly."""
    unsure: "NDArray[np.int64]"
    """Versions with a text that is too long."""


def block_of(version: int) -> int:
    """The block of a version."""
    return version >> BLOCK_BITS


def encoded(text: str) -> bytes:
    """A folded text as blocks hold it."""
    return text.encode("utf-8", "surrogatepass")


def pack(texts: Iterable[tuple[int, bytes]]) -> bytes:
    """A block of texts, sorted here, of versions that lie in it. Longer ones than LONGEST are not kept."""
    import numpy as np

    held = sorted((version, text if len(text) <= LONGEST else _LONG) for version, text in texts)
    count = np.array([len(held)], "<u4")
    lows = np.array([version for version, _ in held], "<u4") & ((1 << BLOCK_BITS) - 1)
    ends = np.cumsum([len(text) + 1 for _, text in held], dtype="<u4")
    content = b"".join([_BETWEEN, _BETWEEN.join([text for _, text in held]), _BETWEEN if held else b""])
    return b"".join([count.tobytes(), lows.astype("<u2").tobytes(), ends.tobytes(), content])


def unpack(block: int, stored: bytes) -> Block:
    """The block that `pack` made."""
    import numpy as np

    count = int(np.frombuffer(stored, "<u4", 1)[0])
    versions = np.frombuffer(stored, "<u2", count, 4).astype(np.int64) + (block << BLOCK_BITS)
    ends = np.frombuffer(stored, "<u4", count, 4 + 2 * count).astype(np.int64)
    return Block(versions, ends, stored[4 + 6 * count :])


def texts_of(block: Block) -> Sequence[tuple[int, bytes]]:
    """The texts of a block with their versions, as `pack` takes them; too long ones stay such."""
    ends = block.ends.tolist()
    begins = [1, *(end + 1 for end in ends)][: len(ends)]
    held = (block.content[begin:end] for begin, end in zip(begins, ends, strict=True))
    return list(zip(block.versions.tolist(), held, strict=True))


class Search:
    """Finds the versions with a text that contains, or is, a folded text, which is not empty."""

    def __init__(self, text: str, *, whole: bool) -> None:
        wanted = encoded(text)
        # The rest of a text is passed over: it is found once.
        before, after = (_BETWEEN, b"(?=\xff)") if whole else (b"", rb"[^\xff]*")
        self._pattern = re.compile(before + re.escape(wanted) + after)
        self._shift = len(before)
        self._may_be_long = not whole or len(wanted) > LONGEST

    def within(self, block: Block) -> Matches:
        """The versions of a block."""
        import numpy as np

        content = block.content
        places = [found.start() for found in self._pattern.finditer(content)]
        nothing = np.empty(0, np.int64)
        sure = unsure = nothing
        if places:
            sure = block.versions[np.searchsorted(block.ends, np.array(places) + self._shift)]
        if self._may_be_long and _LONG in content:
            starts = np.concatenate([[1], block.ends[:-1] + 1])
            unsure = block.versions[np.frombuffer(content, np.uint8)[starts] == _LONG[0]]
        return Matches(sure, unsure)
