"""Texts of a field, kept together so that all of them are searched at once. No I/O.

A block holds the folded texts of up to 1,024 versions: the number of texts (32 bits), for each the last ten bits of its
version's number (16 bits) and the place where it ends (32 bits), all little-endian, and then the texts in UTF-8. Before
each text, and after the last one, stands a byte that UTF-8 never has, so that nothing is found across two of them.

To find a part of a text in a million titles is to find some bytes in 25 MB. An index of words, or of sequences of three
characters, would have to be followed by a check of each text that it proposes, which takes longer.
"""

import math
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
_AT_ALL_PLACES = 2
"""Bytes besides the first one that are compared at all places of a block."""


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
    """Finds the versions with a text that contains, or is, a folded text, which is not empty.

    The bytes of a block are compared with three of those that are wanted, the rarest ones side by side, for all places
    at once, and the rest only where these are: half the time of a regular expression where many texts match.
    """

    def __init__(self, text: str, *, whole: bool) -> None:
        wanted = encoded(text)
        self._wanted = _BETWEEN + wanted + _BETWEEN if whole else wanted
        self._shift = len(_BETWEEN) if whole else 0
        self._may_be_long = not whole or len(wanted) > LONGEST
        self._order: list[int] | None = None
        """The places in what is wanted, as they are compared: those that occur least in the first block come first."""

    def within(self, block: Block) -> Matches:
        """The versions of a block."""
        import numpy as np

        content = np.frombuffer(block.content, np.uint8)
        sure = unsure = np.empty(0, np.int64)
        if len(content) >= len(self._wanted):
            sure = block.versions[self._texts(content, block.ends)]
        if self._may_be_long and _LONG in block.content:
            starts = np.concatenate([[1], block.ends[:-1] + 1])
            unsure = block.versions[content[starts] == _LONG[0]]
        return Matches(sure, unsure)

    def _texts(self, content: "NDArray[np.uint8]", ends: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The places of the texts in their block, ascending; one may occur repeatedly."""
        import numpy as np

        first, *others = self._order or self._ordered(content)
        until = len(content) - len(self._wanted) + 1
        matches = content[first : until + first] == self._wanted[first]
        for at in others[:_AT_ALL_PLACES]:
            matches &= content[at : until + at] == self._wanted[at]
        places = np.flatnonzero(matches)
        for at in others[_AT_ALL_PLACES:]:
            if not places.size:
                break
            places = places[content[places + at] == self._wanted[at]]
        return np.searchsorted(ends, places + self._shift)

    def _ordered(self, content: "NDArray[np.uint8]") -> list[int]:
        import numpy as np

        often = np.bincount(content, minlength=256)[np.frombuffer(self._wanted, np.uint8)].tolist()
        side_by_side = range(max(1, len(often) - _AT_ALL_PLACES))
        begin = min(side_by_side, key=lambda at: math.prod(often[at : at + _AT_ALL_PLACES + 1]))
        compared = range(begin, min(begin + _AT_ALL_PLACES + 1, len(often)))
        rest = [at for at in range(len(often)) if at not in compared]
        self._order = [*compared, *sorted(rest, key=lambda at: often[at])]
        return self._order
