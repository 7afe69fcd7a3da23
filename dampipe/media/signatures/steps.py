"""The path through two tracks whose pictures differ by more than time does: found again, by what does not change slowly.

A grade, a crop or a coarse encode changes the signature of a picture by more than a few frames of a slow pan do, but by
nearly as much in the next frame: the difference drifts. Where frames were cut, it jumps, by the motion of these frames.
So each path through the offsets carries its own estimate of the difference (a Kalman filter along each survivor, as in
Raheli, Polydoros, Tzou, Per-survivor processing, IEEE Trans. Commun. 1995), which goes on across a cut, and a frame costs
how much it differs from that. How large the difference is, how fast it drifts and how large the noise is, are measured
along the path of `path.py`, around each frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import Line
from dampipe.media.signatures.path import LEAST_NOISE, OffsetGrid, PathFinder, Piece, Run, moved, traced
from dampipe.media.signatures.track import WIDTH

REACH = 12
MARGIN = 150
JUMP = 30.0
STEEP = 8.0
CAP = 30.0
GONE = 10.0
_APART = 8
AROUND = 36
LOCAL = 6
KEEP = 0.7
PART = 0.7
SHOT = 8000.0
BLOCK = 6
EXCESS = 3.0
SHRINK = 0.7
FLOOR = 0.05
_CHANGED = 0.1
DRIFT = 1.0
SIDE = 100
SOFT = 2.0
SURE = 0.8
FADE = 2.5
WHITE = 1.0
BUMP = 1.0


@dataclass(frozen=True)
class Cut:
    """Frames of the first track: the run before ends at `end`, the run after begins at `begin`."""

    end: int
    begin: int
    sure_end: int
    """The same where only frames are given to a run that are sure to be of it."""
    sure_begin: int


@dataclass(frozen=True)
class Drift:
    """How the difference of the two tracks behaves around each frame of the first one; squares, over all coefficients."""

    scale: NDArray[np.float32]
    noise: NDArray[np.float64]
    drift: NDArray[np.float64]
    size: NDArray[np.float64]


def _around(
    values: NDArray[np.float64], shots: NDArray[np.int64], reach: int, every: int, default: float, part: float = 0.5
) -> NDArray[np.float64]:
    """A quantile of the values around each one, of the same shot; those that are NaN do not count."""
    count = len(values)
    at = np.arange(count)[:, None] + np.arange(-reach, reach + 1, every)
    inside = (at >= 0) & (at < count)
    at = at.clip(0, count - 1)
    found = np.where(inside & (shots[at] == shots[:, None]), values[at], np.nan)
    found.sort(axis=1)
    known = (~np.isnan(found)).sum(axis=1)
    chosen = found[np.arange(count), np.floor(part * np.maximum(known - 1, 0)).astype(int)]
    return np.where(known > 0, chosen, default)


def measured(grid: OffsetGrid, runs: Sequence[Run]) -> Drift:
    count = len(grid.comparison.first)
    rows = grid.comparison.first.rows.astype(np.float32)
    changed = np.zeros(count)
    changed[1:] = ((rows[1:] - rows[:-1]) ** 2).sum(axis=1)
    cuts = changed > SHOT
    shots = np.cumsum(cuts)
    residuals = np.full((count, WIDTH), np.nan, np.float32)
    number = np.full(count, np.nan)
    for run in runs:
        frames = np.arange(run.start, run.stop)
        residuals[frames] = grid.residuals(frames, run.number)
        number[frames] = run.number
    scale = _scale(residuals, number, shots)
    residuals *= scale

    def steps(apart: int) -> NDArray[np.float64]:
        found = np.full(count, np.nan)
        found[apart:] = ((residuals[apart:] - residuals[:-apart]) ** 2).sum(axis=1)
        same = (number[apart:] == number[:-apart]) & (shots[apart:] == shots[:-apart])
        found[apart:][~same] = np.nan
        return found

    near, far, size = steps(1), steps(_APART), (residuals**2).sum(axis=1).astype(np.float64)
    one = _around(near, shots, AROUND, 3, 2 * LEAST_NOISE)
    local = _around(near, shots, LOCAL, 1, 2 * LEAST_NOISE, PART)
    several = _around(far, shots, AROUND, 3, 2 * LEAST_NOISE)
    noise = np.maximum(LEAST_NOISE, np.maximum(KEEP * one, local) / 2)
    drift = np.maximum(0.0, (several - one) / (_APART - 1))
    total = np.maximum(_around(size, shots, 72, 4, 0.0) - noise, 0.0)
    usual = _around(changed, shots, AROUND, 3, 0.0)
    drift = np.minimum(DRIFT * drift, total)
    most = np.maximum(4 * total, 20 * noise)
    drift += np.minimum(most, _CHANGED * np.maximum(0, changed - 4 * usual))
    return Drift(scale, noise, drift + FLOOR * noise, total)


def _scale(
    residuals: NDArray[np.float32], number: NDArray[np.float64], shots: NDArray[np.int64]
) -> NDArray[np.float32]:
    """By what each coefficient is multiplied, so that the noise of all is about equal, without changing their sum."""
    count = len(residuals)
    squares = np.full((count, WIDTH), np.nan, np.float32)
    squares[1:] = (residuals[1:] - residuals[:-1]) ** 2
    squares[1:][(number[1:] != number[:-1]) | (shots[1:] != shots[:-1])] = np.nan
    marks = np.arange(0, count, BLOCK)
    at = (marks[:, None] + np.arange(-AROUND, AROUND + 1, 2)).clip(0, count - 1)
    own = np.searchsorted(marks, np.arange(count), "right") - 1
    part = np.where((shots[at] == shots[marks][:, None])[..., None], squares[at], np.nan)
    known = (~np.isnan(part)).sum(axis=1)
    clipped = np.minimum(np.nan_to_num(part), 1e4)
    mean = (clipped.sum(axis=1) + 6 * LEAST_NOISE / 8) / (known + 6)
    weight = (1 / np.maximum(mean, 0.25)) ** (WHITE / 2)
    weight /= np.sqrt((weight**2).mean(axis=1, keepdims=True))
    return np.asarray(weight[own].clip(0.4, 2.5), np.float32)


class Refiner:
    def __init__(self, grid: OffsetGrid, path: PathFinder) -> None:
        self._grid = grid
        self._path = path
        self._count = len(grid.comparison.first)
        self._stride = max(1, round(grid.comparison.speed_of(grid.comparison.first.mean_step) / grid.step))

    def refined(self, runs: Sequence[Run]) -> list[Run]:
        if not runs:
            return list(runs)
        self._drift = drift = measured(self._grid, runs)
        lines = [Line(run.start, run.stop, self._grid.offset(run.number)) for run in runs]
        found: list[Run] = []
        for group in self._path.groups(lines, 48, MARGIN):
            found += self._search(group, drift)
        return found

    def _search(self, group: Sequence[Line], drift: Drift) -> list[Run]:
        grid = self._grid
        windows = self._path.windows(group, REACH, MARGIN)
        first = int(windows[0][0][0])
        count = int(windows[-1][0][-1]) + 1 - first
        least = np.zeros(count)
        pieces: list[Piece] = []
        numbers = windows[0][1]
        size0 = drift.size[first]
        totals, before = np.full(len(numbers), np.inf), np.zeros(len(numbers))
        bias, bias_before = (np.zeros((len(numbers), WIDTH), np.float32) for _ in range(2))
        spread, spread_before = (np.full(len(numbers), size0) for _ in range(2))
        base = 0.0
        unsteady = self._path.unsteady
        for frames, band in windows:
            if band[0] != numbers[0] or band[-1] != numbers[-1]:
                nothing = GONE * (int(frames[0]) - first) - base
                totals = moved(totals, numbers, band, np.inf, np.inf)
                before = moved(before, numbers, band, nothing, float(before[-1]))
                bias, bias_before = _rows(bias, numbers, band, 0), _rows(bias_before, numbers, band, -1)
                size0 = drift.size[frames[0]]
                spread = moved(spread, numbers, band, size0, size0)
                spread_before = moved(spread_before, numbers, band, size0, float(spread_before[-1]))
                numbers = band
            ladder = np.arange(len(band))
            found, outside, fades = grid.all_residuals(frames, band)
            found *= drift.scale[frames][:, None]
            piece = Piece(frames, band, np.empty(outside.shape, np.float32), np.empty(outside.shape, np.bool_))
            for row, frame in enumerate(frames):
                noise = max(drift.noise[frame], unsteady[frame])
                change, size = drift.drift[frame], drift.size[frame]
                enter = before + JUMP
                stayed = totals <= enter
                piece.stayed[row] = stayed
                totals = np.minimum(totals, enter)
                bias = np.where(stayed[:, None], bias, bias_before)
                spread = np.where(stayed, spread, spread_before + BUMP * noise)
                # To this frame
                spread = np.minimum(spread + change, max(size + noise, change))
                large = np.einsum("ij,ij->i", bias, bias) > EXCESS * size + noise
                bias[large] *= SHRINK
                rest = found[row] - bias
                allowed = noise + spread
                unlike = np.einsum("ij,ij->i", rest, rest) / allowed
                cost = STEEP * np.log1p(np.minimum(unlike, CAP))
                cost[outside[row]] = STEEP * np.log1p(CAP)
                cost[fades[row]] = STEEP * np.log1p(FADE)
                totals += cost
                piece.totals[row] = totals
                gain = spread / allowed
                gain = np.where(unlike > 6, gain * 6 / np.maximum(unlike, 6), gain)
                gain[fades[row]] = 0
                bias = bias + gain[:, None].astype(np.float32) * rest
                spread = spread - gain * spread
                # One frame later, what was at this place is one offset lower.
                before[:-1] = before[1:]
                bias_before[:-1] = bias_before[1:]
                spread_before[:-1] = spread_before[1:]
                before += GONE
                spread_before = np.minimum(spread_before + change, max(size + noise, change))
                less = totals < before
                before = np.where(less, totals, before)
                bias_before = np.where(less[:, None], bias, bias_before)
                spread_before = np.where(less, spread, spread_before)
                lowest = np.minimum.accumulate(before)
                source = np.maximum.accumulate(np.where(before <= lowest, ladder, 0))
                before, bias_before, spread_before = lowest, bias_before[source], spread_before[source]
            smallest = piece.totals.min(axis=1)
            piece.totals -= smallest[:, None]
            least[frames - first] = base + smallest
            base += float(smallest[-1])
            totals -= smallest[-1]
            before -= smallest[-1]
            pieces.append(piece)
        return traced(pieces, first, least, GONE)[0]


    def cut(self, before: Run, after: Run) -> Cut:
        """The cut between two runs, by what each place of it would cost, and the frames that are surely of each."""
        grid, drift = self._grid, self._drift
        low = max(before.start, min(before.stop, after.start) - SIDE)
        high = min(after.stop, max(before.stop, after.start) + SIDE)
        warm = max(before.start, low - AROUND)
        frames = np.arange(warm, high)
        own, own_outside, own_fades = grid.all_residuals(frames, np.array([before.number]))
        other, other_outside, other_fades = grid.all_residuals(frames, np.array([after.number]))
        own *= drift.scale[frames][:, None]
        other *= drift.scale[frames][:, None]
        noise = np.maximum(drift.noise[frames], self._path.unsteady[frames])
        size, change = drift.size[frames], drift.drift[frames]
        count = high - low
        # The filter along the run before, as it is before each frame that the run could end at.
        bias, spread = np.zeros((count + 1, WIDTH), np.float32), np.zeros(count + 1)
        upto = np.zeros(count + 1)
        state = Filter(np.zeros((1, WIDTH), np.float32), np.full(1, size[0]))
        for at in range(len(frames)):
            if at >= low - warm:
                row = at - (low - warm)
                bias[row], spread[row] = state.bias[0], state.spread[0]
            cost = state.step(own[at], own_outside[at], own_fades[at], noise[at], size[at], change[at])
            if at >= low - warm:
                upto[at - (low - warm) + 1] = upto[at - (low - warm)] + cost[0]
        bias[count], spread[count] = state.bias[0], state.spread[0]
        # If the run before ends at frame x, the one after begins at y: not before x, and later in the second track.
        xs = np.arange(count + 1)
        ys = np.clip(xs + max(0, before.number - after.number) // self._stride, xs, None)
        some = ys <= count
        xs, ys = xs[some], ys[some]
        total = upto[xs] + GONE * (ys - xs)
        drifted = np.append(0, np.cumsum(change[low - warm :]))
        state = Filter(bias[xs], spread[xs] + drifted[ys] - drifted[xs])
        for row in range(int(ys[0]), count):
            at = row + low - warm
            # Those that have begun, the first of which may begin here.
            begun = int(np.searchsorted(ys, row, "right"))
            part = Filter(state.bias[:begun], state.spread[:begun])
            part.spread[ys[:begun] == row] += BUMP * noise[at]
            total[:begun] += part.step(other[at], other_outside[at], other_fades[at], noise[at], size[at], change[at])
            state.bias[:begun], state.spread[:begun] = part.bias, part.spread
        best = int(np.flatnonzero(total <= total.min() + 1e-6)[-1])
        likely = np.exp(-(total - total.min()) / SOFT)
        likely /= likely.sum()
        ends = np.bincount(xs, likely, count + 2)
        begins = np.bincount(ys, likely, count + 2)
        of_before = 1 - np.cumsum(ends)  # after its value at frame t: that the run ends later than t
        of_after = np.cumsum(begins)
        sure_end = int(np.argmax(of_before < SURE))
        sure_begin = int(np.argmax(of_after >= SURE))
        return Cut(low + int(xs[best]), low + int(ys[best]), low + sure_end, low + max(sure_end, sure_begin))


@dataclass
class Filter:
    """What paths know of the difference of the two tracks: its mean, and the square of how far it may be from that."""

    bias: NDArray[np.float32]
    spread: NDArray[np.float64]

    def step(
        self,
        found: NDArray[np.float32],
        outside: NDArray[np.bool_],
        fades: NDArray[np.bool_],
        noise: float,
        size: float,
        change: float,
    ) -> NDArray[np.float64]:
        """Take a frame into account, and return what it costs."""
        spread = np.minimum(self.spread + change, max(size + noise, change))
        large = np.einsum("ij,ij->i", self.bias, self.bias) > EXCESS * size + noise
        if large.any():
            self.bias = np.where(large[:, None], np.float32(SHRINK) * self.bias, self.bias)
        rest = found - self.bias
        allowed = noise + spread
        unlike = np.einsum("ij,ij->i", rest, rest) / allowed
        cost = STEEP * np.log1p(np.minimum(unlike, CAP))
        gain = spread / allowed * (6 / np.maximum(unlike, 6))
        if outside[0]:
            cost[:] = STEEP * np.log1p(CAP)
        if fades[0]:
            cost[:] = STEEP * np.log1p(FADE)
            gain[:] = 0
        self.bias = self.bias + gain[:, None].astype(np.float32) * rest
        self.spread = spread - gain * spread
        return np.asarray(cost)


def _rows(
    values: NDArray[np.float32], numbers: NDArray[np.int64], band: NDArray[np.int64], above: int
) -> NDArray[np.float32]:
    out = np.zeros((len(band), WIDTH), np.float32)
    if above:
        out[band > numbers[-1]] = values[-1]
    low, high = max(numbers[0], band[0]), min(numbers[-1], band[-1]) + 1
    if low < high:
        out[low - band[0] : high - band[0]] = values[low - numbers[0] : high - numbers[0]]
    return out
