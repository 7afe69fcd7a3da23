"""The path of one track through another: the offset of every frame, found from all frames by dynamic programming.

The lines of `chain.py` say about where the frames of the first track are in the second. Around them every offset within
REACH steps is compared for every frame, and the cheapest path is searched that goes forward in both tracks, in which
a frame costs how unlike the two frames are, a frame that is gone costs GONE, and another offset costs JUMP. That is
dynamic time warping (Sakoe and Chiba, Dynamic programming algorithm optimization for spoken word recognition, IEEE
TASSP 1978) with affine gaps, as in alignments of sequences (Gotoh, J. Mol. Biol. 1982): footage is cut, not stretched.

Frames cost nothing as long as they differ by no more than their surroundings do: a still, a pan that is slower than the
noise and a grade give no reason to jump, whereas a cut of three frames in a pan costs more with every frame after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import Comparison, Line

REACH = 48
"""Steps of the grid on both sides of a line that are searched."""
MARGIN = 150
"""Frames before and after a line in which its offsets are searched; more than twice REACH."""
JUMP = 25.0
"""Cost of another offset."""
GONE = 6.0
"""Cost of a frame that is not in the second track."""
WORST = 10.0
"""Largest cost of a frame that is: one flash or caption must not end a span."""
STEEP = 2.0
"""Cost of each mean square of noise by which two frames differ, above FREE."""
FREE = 2.0
"""Mean squares of noise that cost nothing."""
_BLOCK = 24
"""Frames whose noise is estimated together."""
_CHUNK = 10 * _BLOCK
_AT_ONCE = _BLOCK
LEAST_NOISE = 4.0
"""Square of the distance of two signatures of one picture: they are rounded to integers."""
MOST_NOISE = 60.0
_FAR = 1e9
_EQUAL = 3e-4
"""Relative difference of two rates below which frames begin together."""


@dataclass(frozen=True)
class Run:
    """Consecutive frames of the first track, `start` to `stop` (not included), at one offset of the grid."""

    start: int
    stop: int
    number: int

    def __len__(self) -> int:
        return self.stop - self.start


class OffsetGrid:
    """Numbers the offsets of two tracks at one speed, and measures how unlike their frames are at each.

    The steps are frames of the second track, or halves of them where its rate is another one, so that at some offset
    each frame has its counterpart. The second track has at least as many frames a second as the first one.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        first, second = comparison.first, comparison.second
        ratio = comparison.speed_of(first.mean_step) / second.mean_step
        whole = max(1, round(ratio))
        self.has_equal_rates = abs(ratio / whole - 1) < _EQUAL and second.is_regular
        self.step = second.step if self.has_equal_rates else second.step / 2
        self._base = 0.0
        if self.has_equal_rates:
            self._base = (second.seconds[0] - comparison.speed_of(first.seconds[0])) % self.step
        self._ours, self._theirs = first.rows.astype(np.float32), second.rows.astype(np.float32)
        self._doubled = 2 * self._theirs
        self._squares = (self._ours**2).sum(axis=1)
        self._other_squares = (self._theirs**2).sum(axis=1)

    def number(self, offset: float) -> int:
        """The offset of the grid nearest to one in seconds."""
        return round((offset - self._base) / self.step)

    def offset(self, number: float) -> float:
        """Seconds."""
        return float(self._base + number * self.step)

    def _places(
        self, frames: NDArray[np.int64], numbers: NDArray[np.int64] | NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The frames of the second track at these offsets, shape (frames, numbers), and which there are none."""
        comparison = self.comparison
        times = comparison.second.seconds
        at = comparison.speed_of(comparison.first.seconds[frames])[:, None] + self.offset(0)
        at = at + numbers * self.step
        if comparison.second.is_regular:
            places = np.rint((at - times[0]) / comparison.second.mean_step).astype(np.int64)
        else:
            places = comparison.nearest(at)
        half = 0.75 * comparison.longest
        outside = (at < times[0] - half) | (at > times[-1] + half)
        return places.clip(0, len(times) - 1), outside

    def distances(
        self, frames: NDArray[np.int64], numbers: NDArray[np.int64] | NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Squares of the distances of signatures, shape (frames, numbers); very large where there is no frame."""
        places, outside = self._places(frames, numbers)
        squares = self._other_squares[places] + self._squares[frames][:, None]
        # Some at a time: threads of the linear algebra would cost more than such small products.
        for at in range(0, len(frames), _AT_ONCE):
            some = slice(at, at + _AT_ONCE)
            low, high = int(places[some].min()), int(places[some].max()) + 1
            if high - low <= 4 * (_AT_ONCE + len(numbers)):
                products = self._ours[frames[some]] @ self._doubled[low:high].T
                squares[some] -= np.take_along_axis(products, places[some] - low, axis=1)
            else:
                squares[some] -= np.einsum(
                    "ij,ikj->ik", self._ours[frames[some]], self._doubled[places[some]]
                )
        squares[outside] = _FAR
        return np.asarray(np.maximum(squares, 0, out=squares), np.float32)

    def residuals(self, frames: NDArray[np.int64], number: int) -> NDArray[np.float32]:
        """The differences of signatures at one offset, shape (frames, WIDTH)."""
        places, _ = self._places(frames, np.array([number]))
        return np.asarray(self._theirs[places[:, 0]] - self._ours[frames], np.float32)

    def all_residuals(
        self, frames: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """The differences of signatures, shape (frames, numbers, WIDTH), where there is no frame, where one is blank."""
        places, outside = self._places(frames, numbers)
        blank = self.comparison.first.blank[frames][:, None] != self.comparison.second.blank[places]
        return self._theirs[places] - self._ours[frames][:, None], outside, blank & ~outside

    def noise(self, lines: Sequence[Line]) -> float:
        """The square of the distance of two frames that show the same, over most of these lines."""
        found = []
        for line in lines:
            near = np.arange(-2, 3) + self.number(line.offset)
            for start in range(line.start, line.stop, _BLOCK):
                frames = np.arange(start, min(start + _BLOCK, line.stop))
                found.append(float(np.median(self.distances(frames, near), axis=0).min()))
        return float(np.percentile(found, 75)) if found else LEAST_NOISE

    def unsteady(self) -> NDArray[np.float64]:
        """The noise of each frame of the first track, by how unsteadily it changes: fades amplify noise."""
        second = np.zeros(len(self._ours))
        bends = self._ours[2:] - 2 * self._ours[1:-1] + self._ours[:-2]
        second[1:-1] = (bends**2).sum(axis=1) / 3
        around = np.lib.stride_tricks.sliding_window_view(np.pad(second, 3, mode="edge"), 7)
        return np.asarray(np.median(around, axis=1))


@dataclass
class Piece:
    """Frames for which the same offsets are searched, with what their dynamic programming leaves."""

    frames: NDArray[np.int64]
    numbers: NDArray[np.int64]
    totals: NDArray[np.float32]
    """Shape (frames, numbers): cost of the cheapest path to each, above `least` of the frame."""
    stayed: NDArray[np.bool_]
    """Whether that path had the same offset at the frame before."""


class PathFinder:
    """Searches paths along lines."""

    def __init__(self, grid: OffsetGrid, lines: Sequence[Line]) -> None:
        self._grid = grid
        self._lines = lines
        self._count = len(grid.comparison.first)
        self.noise = grid.noise(lines)
        """The square of the distance of two signatures of one picture, over most of the lines."""
        self.unsteady = grid.unsteady()

    def find(self) -> tuple[list[Run], float]:
        """The runs of the cheapest path, in order, and its cost."""
        runs: list[Run] = []
        cost = 0.0
        done = 0
        for group in self.groups(self._lines):
            found, of_group = self._search(group)
            runs += found
            cost += of_group
            done += min(self._count, group[-1].stop + MARGIN) - max(0, group[0].start - MARGIN)
        return runs, cost + GONE * max(0, self._count - done)

    def groups(self, lines: Sequence[Line]) -> list[list[Line]]:
        """Consecutive lines whose offsets are near each other: others are too far apart for one band."""
        groups: list[list[Line]] = []
        for line in lines:
            near = groups and (
                abs(self._grid.number(groups[-1][-1].offset) - self._grid.number(line.offset)) <= 2 * REACH
                and line.start - groups[-1][-1].stop <= 2 * MARGIN
            )
            if near:
                groups[-1].append(line)
            else:
                groups.append([line])
        return groups

    def windows(self, group: Sequence[Line], reach: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Frames, some at a time, and the offsets that are searched for them, without gaps."""
        active = [
            (
                max(0, line.start - MARGIN),
                min(self._count, line.stop + MARGIN),
                self._grid.number(line.offset),
            )
            for line in group
        ]
        marks = sorted({mark for start, stop, _ in active for mark in (start, stop)})
        windows = []
        for low, high in pairwise(marks):
            numbers = [number for start, stop, number in active if start <= low and high <= stop]
            band = np.arange(min(numbers) - reach, max(numbers) + reach + 1)
            windows += [(np.arange(at, min(at + _CHUNK, high)), band) for at in range(low, high, _CHUNK)]
        return windows

    def costs(self, frames: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """What each frame costs at each offset, shape (frames, numbers)."""
        costs = self._grid.distances(frames, numbers)
        for start in range(0, len(frames), _BLOCK):
            part = costs[start : start + _BLOCK]
            local = float(np.median(part, axis=0).min())
            least = max(LEAST_NOISE, 0.5 * self.noise)
            noise = min(max(least, local), max(4 * self.noise, MOST_NOISE))
            each = np.maximum(noise, self.unsteady[frames[start : start + _BLOCK]])
            part /= each[:, None].astype(np.float32)
        costs -= FREE
        costs *= STEEP
        return np.asarray(np.clip(costs, 0, WORST, out=costs), np.float32)

    def _search(self, group: Sequence[Line]) -> tuple[list[Run], float]:
        windows = self.windows(group, REACH)
        first = int(windows[0][0][0])
        count = int(windows[-1][0][-1]) + 1 - first
        least = np.zeros(count)  # of the totals of each frame
        pieces: list[Piece] = []
        numbers = windows[0][1]
        # totals: of paths that end here. before: the least of all that end here or earlier, at or before this place.
        totals, before = np.full(len(numbers), np.inf), np.zeros(len(numbers))
        base = 0.0
        for frames, band in windows:
            if band[0] != numbers[0] or band[-1] != numbers[-1]:
                nothing = GONE * (int(frames[0]) - first) - base
                totals = moved(totals, numbers, band, np.inf, np.inf)
                before = moved(before, numbers, band, nothing, float(before[-1]))
                numbers = band
            costs = self.costs(frames, band).astype(np.float64)
            piece = Piece(frames, band, np.empty(costs.shape, np.float32), np.empty(costs.shape, np.bool_))
            enter = np.empty(len(band))
            for row, cost in enumerate(costs):
                np.add(before, JUMP, out=enter)
                np.less_equal(totals, enter, out=piece.stayed[row])
                np.minimum(totals, enter, out=totals)
                totals += cost
                piece.totals[row] = totals
                # One frame later, what was at this place is one offset lower.
                before[:-1] = before[1:]
                before += GONE
                np.minimum(before, totals, out=before)
                np.minimum.accumulate(before, out=before)
            smallest = piece.totals.min(axis=1)
            piece.totals -= smallest[:, None]
            least[frames - first] = base + smallest
            # Differences stay small, so that they stay exact.
            base += float(smallest[-1])
            totals -= smallest[-1]
            before -= smallest[-1]
            pieces.append(piece)
        return traced(pieces, first, least, GONE)


def traced(
    pieces: Sequence[Piece], first: int, least: NDArray[np.float64], per_gone: float
) -> tuple[list[Run], float]:
    """The runs of the cheapest path, from its end to its beginning."""
    starts = np.array([int(piece.frames[0]) - first for piece in pieces])

    def at(frame: int) -> tuple[Piece, int]:
        piece = pieces[int(np.searchsorted(starts, frame, "right")) - 1]
        return piece, frame - int(piece.frames[0]) + first

    def cheapest(before: int, place: float) -> tuple[float, int, int] | None:
        """The cell from which a path enters: before a frame, and before a place (frame + offset)."""
        gone = per_gone * (before - 1 - np.arange(before))
        bounds = least[:before] + gone
        best: tuple[float, int, int] | None = None
        for frame in np.argsort(bounds):
            if best is not None and bounds[frame] >= best[0]:
                break
            piece, row = at(int(frame))
            allowed = int(np.searchsorted(piece.numbers, place - frame, "right"))
            if allowed:
                column = int(piece.totals[row, :allowed].argmin())
                total = float(bounds[frame] + piece.totals[row, column])
                if best is None or total < best[0]:
                    best = total, int(frame), int(piece.numbers[column])
        return best

    count = len(least)
    nothing = per_gone * count
    found = cheapest(count, np.inf)
    if found is None or found[0] >= nothing:
        return [], nothing
    cost, frame, number = found
    runs: list[Run] = []
    stop = frame + 1
    while True:
        piece, row = at(frame)
        column = number - int(piece.numbers[0])
        if frame and piece.stayed[row, column]:
            frame -= 1
            continue
        runs.append(Run(frame + first, stop + first, number))
        entered = cheapest(frame, frame - 1 + number) if frame else None
        if entered is None or entered[0] >= per_gone * frame:
            return runs[::-1], cost
        _, frame, number = entered
        stop = frame + 1


def moved(
    values: NDArray[np.float64],
    numbers: NDArray[np.int64],
    band: NDArray[np.int64],
    below: float,
    above: float,
) -> NDArray[np.float64]:
    """Values of offsets for another band of them; below and above: for those that are new."""
    moved = np.where(band < numbers[0], below, above)
    low, high = max(numbers[0], band[0]), min(numbers[-1], band[-1]) + 1
    if low < high:
        moved[low - band[0] : high - band[0]] = values[low - numbers[0] : high - numbers[0]]
    return moved
