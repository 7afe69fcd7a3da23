"""Which of the sampled frames get a vector: cuts split them into shots, then the frames that show each shot are chosen.

Two frames are compared by the mean colours of an 8 × 8 grid of cells, so noise, compression and small motion
do not count. All limits are parts of the full range (0 to 1), from frames a second apart of a dozen real
clips: neighbours within a shot differ by 0.02 (half of them) to 0.10 (one in twenty, a car filling the
picture), frames of unrelated clips by more than 0.11 (19 in 20); noise and compression alone stay below 0.01.
Too many shots cost a vector more, too few lose a picture, so the limits lean to the first.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CUT = 0.10
"""Mean change of the cells between neighbours from which a new shot begins …"""
CUT_ALONE = 0.05
"""… and from which it does so in calm surroundings: five times the change just before and just after."""
SAME = 0.015
"""Mean change up to which two frames count as the same picture …"""
SAME_CELLS = 0.05
"""… where no part of it has changed either (mean of the four most changed cells)."""
APPEARS = 0.15
"""Mean change of the four most changed cells from which something came into a picture …"""
STILL = 0.03
"""… that stands still otherwise (median change of the cells)."""
EVERY = 10.0
"""Seconds of a shot that may pass without a frame, unless nothing changes."""
BLACK = 0.05
"""Brightness of the brightest cell up to which a frame is black."""

_CELLS = 8
_REVISION = 1
"""Raised when the code chooses otherwise with the same limits."""
POLICY = "-".join(
    f"{limit:g}"
    for limit in (_REVISION, CUT, CUT_ALONE, SAME, SAME_CELLS, APPEARS, STILL, EVERY, BLACK, _CELLS)
)
"""All that decides the choice: part of the frames' recipe, so that another policy makes other derivatives."""
_Grid = NDArray[np.float32]
"""Mean colours, 0 to 1, shape (count, 64, 3)."""


def choose(frames: NDArray[np.uint8], times: Sequence[float]) -> list[tuple[int, int]]:
    """The frames worth a vector, as (row, number of the shot), in their order.

    frames: shape (count, size, size, 3), in the order of time; times: seconds, one a frame. Of each shot
    the first frame is always kept, since a moment is where a thing appears; then its middle and last, one at
    least every ten seconds, and each in which something came into a still picture; but none that looks like
    the one kept before it. Black frames and mixtures (fades, dissolves) are left out. Where there are
    frames, at least one is kept. Raises ValueError when there are not as many times as frames.
    """
    if len(frames) != len(times):
        raise ValueError(f"{len(frames)} frames, but {len(times)} times")
    if not len(frames):
        return []
    grid = _grid(frames)
    cut = _cuts(_change(grid[1:], grid[:-1]).mean(axis=1))
    mixed = _mixtures(grid, cut)
    # A mixture belongs to what was before it; the shot begins at the first frame that is none.
    cut[mixed[1:]] = False
    cut |= mixed[:-1] & ~mixed[1:]
    dull = mixed | (grid.max(axis=(1, 2)) < BLACK)

    starts = [0, *(np.flatnonzero(cut) + 1).tolist(), len(frames)]
    chosen: list[tuple[int, int]] = []
    shot = 0
    for start, end in pairwise(starts):
        rows = [row for row in range(start, end) if not dull[row]]
        if rows:
            chosen += [(row, shot) for row in _of_shot(rows, grid, times)]
            shot += 1
    return chosen or [(0, 0)]


def _cuts(change: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Between which neighbours a shot ends, from their mean changes."""
    cut = change > CUT
    around = np.maximum(change[:-2], change[2:])
    cut[1:-1] |= (change[1:-1] > CUT_ALONE) & (change[1:-1] > 5 * around)
    return cut


def _of_shot(rows: list[int], grid: _Grid, times: Sequence[float]) -> list[int]:
    """The rows to keep of one shot."""
    half = (times[rows[0]] + times[rows[-1]]) / 2
    wanted = {min(rows, key=lambda row: abs(times[row] - half)), rows[-1]}
    kept = [rows[0]]
    for place, row in enumerate(rows[1:], start=1):
        last = kept[-1]
        change = np.sort(_change(grid[row], grid[last]))
        most, middle = change[-4:].mean(), change[len(change) // 2]
        if change.mean() < SAME and most < SAME_CELLS:
            continue
        after = times[rows[place + 1]] if place + 1 < len(rows) else times[row]
        due = after - times[last] > EVERY
        if row in wanted or due or (most > APPEARS and middle < STILL):
            kept.append(row)
    return kept


def _grid(frames: NDArray[np.uint8]) -> _Grid:
    """Mean colours of the cells, summed in integers: a float copy of all frames would take gigabytes."""
    size = frames.shape[1]
    cells = min(_CELLS, size)
    edges = np.linspace(0, size, cells + 1).astype(int)
    across = np.diff(edges)
    sums = np.add.reduceat(frames, edges[:-1], axis=1, dtype=np.uint32)
    sums = np.add.reduceat(sums, edges[:-1], axis=2)
    means = sums / (across[:, None] * across[None])[..., None] / 255
    return np.asarray(means.reshape(len(frames), cells * cells, 3), dtype=np.float32)


def _change(one: _Grid, other: _Grid) -> NDArray[np.float32]:
    """How much each cell differs: the mean over red, green and blue."""
    return np.asarray(np.abs(one - other).mean(axis=-1))


def _mixtures(grid: _Grid, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which frames at a cut are their two neighbours mixed, A + part × (B - A): fades and dissolves."""
    mixed = np.zeros(len(grid), dtype=bool)
    if len(grid) < 3:
        return mixed
    before, now, after = (g.reshape(len(grid) - 2, -1) for g in (grid[:-2], grid[1:-1], grid[2:]))
    way = after - before
    length = np.maximum((way**2).sum(axis=1), 1e-6)
    part = ((now - before) * way).sum(axis=1) / length
    rest = ((now - before - part[:, None] * way) ** 2).sum(axis=1) / length
    # From three quarters on the new picture is well seen, and the shot may begin.
    # Between two plain areas everything in between is a mixture; that proves nothing.
    structured = way.reshape(len(way), -1, 3).std(axis=1).max(axis=1) > 0.03
    mixed[1:-1] = (cut[:-1] | cut[1:]) & (part > 0.1) & (part < 0.75) & (rest < 0.02) & structured
    return mixed
