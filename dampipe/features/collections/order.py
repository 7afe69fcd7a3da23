"""Positions of things that people put in order: integers with gaps, so that to move one is to write one. No I/O.

Something new gets the middle of a gap. Where a gap is used up, only the neighbourhood is numbered anew: as many
neighbours as are needed until their gaps are wide again, which are some dozens, however long the list is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 1 << 32
"""Between neighbours that are appended."""
LEAST_GAP = 1 << 12
"""Between neighbours that are numbered anew, at least."""


@dataclass(frozen=True)
class Slot:
    """A place between two neighbours, by their positions; None: there is no neighbour on that side."""

    low: int | None
    high: int | None


def spread(slot: Slot, count: int, least: int = 1) -> list[int] | None:
    """Positions for `count` things in a slot, ascending, evenly apart; None if the gap is too small for that.

    least: how far apart they have to be, from each other and from the neighbours.

    >>> spread(Slot(0, 10), 1), spread(Slot(0, 8), 3), spread(Slot(4, 5), 1)
    ([5], [2, 4, 6], None)
    """
    if slot.low is None or slot.high is None:
        if slot.low is not None:
            return [slot.low + GAP * number for number in range(1, count + 1)]
        first = 0 if slot.high is None else slot.high - GAP * count
        return [first + GAP * number for number in range(count)]
    if (slot.high - slot.low) < least * (count + 1):
        return None
    width = slot.high - slot.low
    return [slot.low + width * number // (count + 1) for number in range(1, count + 1)]


def widened(before: Sequence[int], after: Sequence[int], count: int) -> tuple[int, int, list[int]] | None:
    """The smallest neighbourhood that is numbered anew so that `count` things fit in its middle.

    before: positions of those before the place, the nearest first; after: of those after it, the nearest first. Returns
    how many of `before` and of `after` get other positions, and the positions of them and of the new ones, ascending.
    None: more neighbours are needed than were given.
    """
    width = 8
    while True:
        left, right = min(width, len(before)), min(width, len(after))
        slot = Slot(
            before[left] if left < len(before) else None, after[right] if right < len(after) else None
        )
        found = spread(slot, left + count + right, LEAST_GAP)
        if found is not None:
            return left, right, found
        if left == len(before) and right == len(after):
            return None  # not reached: without a neighbour on one side there is always room
        width *= 2
