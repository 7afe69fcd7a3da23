"""The path through two tracks whose pictures differ by more than time does, and the places of its cuts.

A grade, a crop or a coarse encode changes the signature of a picture by more than a few frames of a slow pan do, but by
nearly as much in the next frame: the difference drifts. Where frames were cut, it steps, by the motion of these frames.
So each path through the offsets carries its own estimate of the difference: a Kalman filter along each survivor of the
dynamic programming (Raheli, Polydoros and Tzou, Per-survivor processing, IEEE Trans. Commun. 1995), which continues
across a cut. A frame costs how much it differs from that. `drift.py` measures how large the difference is and how it
drifts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import Line
from dampipe.media.signatures.drift import AROUND, Drift, measured
from dampipe.media.signatures.path import OffsetGrid, PathFinder, Piece, Run, moved, traced
from dampipe.media.signatures.track import WIDTH

REACH = 12
"""Steps of the grid on both sides of each run that are searched."""
JUMP = 40.0
"""Cost of another offset."""
GONE = 10.0
"""Cost of a frame that is not in the second track."""
STEEP = 8.0
"""Cost of a frame: times the logarithm of 1 + how many times the expected square it differs. One that is as expected
costs 5.5. The logarithm, since an encode has frames that differ by far more than others do."""
WORST = 12.0
"""Times the expected square above which a frame costs no more."""
FADE = 2.5
"""The same of a frame that is blank in one version only: a grade decides which frame of a fade is the first one."""
OUTLIER = 6.0
"""Times the expected square above which a frame changes the estimate less."""
LARGE = 8.0
"""Times the noise by which versions differ, at most frames, from which on the path is searched again."""
LASTING = 2.0
"""The same from which on an offset may be but another look: a coarse encode differs by less."""
SHORT = 2.5
"""Seconds of a first or last run that is taken for a fade."""
SIDE = 100
"""Frames on both sides of a cut in which its place is looked for."""
SOFT = 2.0
"""Cost by which a place is e times less likely: neighbouring frames are not independent."""
SURE = 0.8
"""Probability from which a frame is given to a run."""
_STEP = 1.0
"""Part of the noise by which the difference may be another one after a cut, since it is encoded anew."""
_ROOM = 0.2
"""The same of one that hardly differs: so much is always allowed."""
_TOO_LARGE = 3.0
"""Times its usual square above which an estimate is not believed."""
_SHRINKS = np.float32(0.7)


@dataclass(frozen=True)
class Cut:
    """Frames of the first track: the run before ends at `end`, the run after begins at `begin`."""

    end: int
    begin: int
    sure_end: int
    """The same where only frames are given to a run that are sure to be of it."""
    sure_begin: int


class _Frame:
    """What all filters need to know of one frame."""

    def __init__(self, drift: Drift, unsteady: NDArray[np.float64], frame: int) -> None:
        self.noise = max(float(drift.noise[frame]), float(unsteady[frame]))
        self.size, self.change = float(drift.size[frame]), float(drift.change[frame])
        self.most = max(self.size + _ROOM * self.noise, self.change)
        self.keep = 1 - min(0.5, self.change / (2 * (self.size + _ROOM * self.noise)))

    def predicted(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far an estimate may be off that was so far off at the frame before."""
        return np.minimum(spread + self.change, self.most)


@dataclass
class _Filters:
    """What some paths know of the difference of the two tracks."""

    mean: NDArray[np.float32]
    """Shape (paths, WIDTH)."""
    spread: NDArray[np.float64]
    """Shape (paths,): the square by which the difference may be another one."""

    def step(
        self,
        frame: _Frame,
        found: NDArray[np.float32],
        outside: NDArray[np.bool_],
        fades: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Take a frame's differences into account, and return what it costs."""
        large = np.einsum("ij,ij->i", self.mean, self.mean) > _TOO_LARGE * frame.size + frame.noise
        shrinks = np.where(large, _SHRINKS, np.float32(1)) * np.float32(frame.keep)
        mean = self.mean * shrinks[:, None]
        spread = np.minimum(frame.keep**2 * self.spread + frame.change, frame.most)
        rest = found - mean
        allowed = frame.noise + spread
        unlike = np.einsum("ij,ij->i", rest, rest) / allowed
        gain = np.where(fades, 0.0, spread / allowed * (OUTLIER / np.maximum(unlike, OUTLIER)))
        self.mean = mean + gain[:, None].astype(np.float32) * rest
        self.spread = spread - gain * spread
        unlike = np.where(outside, WORST, np.where(fades, FADE, np.minimum(unlike, WORST)))
        return np.asarray(STEEP * np.log1p(unlike))


class Refiner:
    """Searches the path again around runs that were found without regard to how the versions differ all the time."""

    def __init__(self, grid: OffsetGrid, path: PathFinder, runs: Sequence[Run]) -> None:
        self._grid, self._path, self._first_runs = grid, path, list(runs)
        self._drift = measured(grid, runs)
        self._by_noise = float(np.median(self._drift.size / self._drift.noise))

    @staticmethod
    def suits(grid: OffsetGrid) -> bool:
        """Whether each frame has its counterpart: between frames differences jump to and fro."""
        step = grid.comparison.speed_of(grid.comparison.first.mean_step)
        return grid.has_equal_rates and round(step / grid.step) == 1

    def runs(self) -> list[Run]:
        """The runs of the cheapest path, in order; those that were given if the versions differ by little but noise."""
        if self._by_noise < LARGE:
            return self._first_runs
        lines = [Line(run.start, run.stop, self._grid.offset(run.number)) for run in self._first_runs]
        found: list[Run] = []
        for group in self._path.groups(lines):
            found += self._search(group)
        return self._without_detours(found)

    def with_ends(self, runs: Sequence[Run]) -> list[Run]:
        """The runs and, if the versions differ by more than noise, empty ones where both begin and where both end.

        A crop is to a zoom what an offset is, and nothing within a shot tells them apart; but a version that begins
        where the other one begins, and returns to that offset, has hardly had another one in between.
        """
        if self._by_noise < LASTING or not runs:
            return list(runs)
        comparison = self._grid.comparison
        ours, theirs = comparison.first.seconds, comparison.second.seconds
        begin, end = (self._grid.number(theirs[at] - comparison.speed_of(ours[at])) for at in (0, -1))
        before = [Run(0, 0, begin)] if runs[0].number != begin else []
        after = [Run(len(ours), len(ours), end)] if runs[-1].number != end else []
        return [*before, *runs, *after]

    def _without_detours(self, found: Sequence[Run]) -> list[Run]:
        """The runs without those after which footage returns to the offset before, unless it did so before, too.

        A fade, of which a grade may show more or less, looks like that; an edit hardly ever does.
        """
        done: list[Run] = []
        for run in self.with_ends(found):
            earlier = next((at for at, one in enumerate(done) if one.number == run.number), None)
            if earlier is not None and any(
                one.number == run.number and one.start <= done[earlier].stop and run.start <= one.stop
                for one in self._first_runs
            ):
                run = Run(done[earlier].start, run.stop, run.number)
                del done[earlier:]
            done.append(run)
        done = [run for run in done if len(run)]
        for outer, inner in ((0, 1), (-1, -2)):
            if len(done) > 1 and self._is_fade(done[outer], done[inner]):
                both = done[outer], done[inner]
                start, stop = min(run.start for run in both), max(run.stop for run in both)
                done[inner] = Run(start, stop, done[inner].number)
                del done[outer]
        return done

    def _is_fade(self, outer: Run, inner: Run) -> bool:
        """Whether the first or last run is short, and was at the offset of the one beside it."""
        return len(outer) * self._grid.comparison.first.step <= SHORT and any(
            one.number == inner.number
            and one.start < outer.stop
            and outer.start < one.stop
            and one.start < inner.stop
            and inner.start < one.stop
            for one in self._first_runs
        )

    def _frame(self, frame: int) -> _Frame:
        return _Frame(self._drift, self._path.unsteady, frame)

    def _differences(
        self, frames: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        found, outside, fades = self._grid.all_residuals(frames, numbers)
        found *= self._drift.scale[frames][:, None]
        return found, outside, fades

    def _search(self, group: Sequence[Line]) -> list[Run]:
        """The runs of one group. As in `path.py`, but what ends here is found with what it knows of the difference."""
        windows = self._path.windows(group, REACH)
        first = int(windows[0][0][0])
        least = np.zeros(int(windows[-1][0][-1]) + 1 - first)
        pieces: list[Piece] = []
        numbers = windows[0][1]
        totals, before = np.full(len(numbers), np.inf), np.zeros(len(numbers))
        size = float(self._drift.size[first])
        here, ended = (
            _Filters(np.zeros((len(numbers), WIDTH), np.float32), np.full(len(numbers), size))
            for _ in range(2)
        )
        base = 0.0
        for frames, band in windows:
            if band[0] != numbers[0] or band[-1] != numbers[-1]:
                nothing = GONE * (int(frames[0]) - first) - base
                size = float(self._drift.size[frames[0]])
                totals = moved(totals, numbers, band, np.inf, np.inf)
                before = moved(before, numbers, band, nothing, float(before[-1]))
                here = _moved(here, numbers, band, size, None)
                ended = _moved(ended, numbers, band, size, ended.mean[-1])
                numbers = band
            ladder = np.arange(len(band))
            found, outside, fades = self._differences(frames, band)
            piece = Piece(
                frames, band, np.empty(outside.shape, np.float32), np.empty(outside.shape, np.bool_)
            )
            for row, number in enumerate(frames):
                frame = self._frame(int(number))
                enter = before + JUMP
                stayed = piece.stayed[row] = totals <= enter
                here.mean = np.where(stayed[:, None], here.mean, ended.mean)
                here.spread = np.where(stayed, here.spread, ended.spread + _STEP * frame.noise)
                totals = np.minimum(totals, enter)
                totals += here.step(frame, found[row], outside[row], fades[row])
                piece.totals[row] = totals
                # One frame later, what was at this place is one offset lower.
                for values in (before, ended.mean, ended.spread):
                    values[:-1] = values[1:]
                before += GONE
                less = totals < before
                before = np.where(less, totals, before)
                lowest = np.minimum.accumulate(before)
                source = np.maximum.accumulate(np.where(before <= lowest, ladder, 0))
                before = lowest
                ended.mean = np.where(less[:, None], here.mean, ended.mean)[source]
                ended.spread = np.where(less, here.spread, frame.predicted(ended.spread))[source]
            smallest = piece.totals.min(axis=1)
            piece.totals -= smallest[:, None]
            least[frames - first] = base + smallest
            base += float(smallest[-1])
            totals -= smallest[-1]
            before -= smallest[-1]
            pieces.append(piece)
        return traced(pieces, first, least, GONE)[0]

    def cut(self, before: Run, after: Run) -> Cut:
        """The cut between two runs: what each place of it would cost, and so which frames are surely of which run."""
        low = max(before.start, min(before.stop, after.start) - SIDE)
        high = min(after.stop, max(before.stop, after.start) + SIDE)
        warm = max(before.start, low - AROUND)
        frames = np.arange(warm, high)
        count, early = high - low, low - warm
        of_before = self._differences(frames, np.array([before.number]))
        of_after = self._differences(frames, np.array([after.number]))
        each = [self._frame(int(frame)) for frame in frames]
        # What is known of the difference before each frame at which the run before could end, and the costs up to it.
        mean, spread = np.zeros((count + 1, WIDTH), np.float32), np.zeros(count + 1)
        upto = np.zeros(count + 1)
        state = _Filters(np.zeros((1, WIDTH), np.float32), np.full(1, each[0].size))
        for at, frame in enumerate(each):
            if at >= early:
                mean[at - early], spread[at - early] = state.mean[0], state.spread[0]
            cost = state.step(frame, *(part[at] for part in of_before))
            if at >= early:
                upto[at - early + 1] = upto[at - early] + cost[0]
        mean[count], spread[count] = state.mean[0], state.spread[0]
        # If the run before ends at frame x, the one after begins at y: not before x, and later in the second track.
        xs = np.arange(count + 1)
        ys = xs + max(0, before.number - after.number)
        xs, ys = xs[ys <= count], ys[ys <= count]
        if not len(xs):
            return Cut(before.stop, after.start, before.stop, after.start)
        total = upto[xs] + GONE * (ys - xs)
        drifted = np.append(0, np.cumsum([frame.change for frame in each[early:]]))
        state = _Filters(mean[xs], spread[xs] + drifted[ys] - drifted[xs])
        for row in range(int(ys[0]), count):
            frame = each[row + early]
            begun = int(np.searchsorted(ys, row, "right"))
            part = _Filters(state.mean[:begun], state.spread[:begun])
            part.spread[ys[:begun] == row] += _STEP * frame.noise
            total[:begun] += part.step(frame, *(one[row + early] for one in of_after))
            state.mean[:begun], state.spread[:begun] = part.mean, part.spread
        best = int(np.flatnonzero(total <= total.min() + 1e-6)[-1])
        likely = np.exp((total.min() - total) / SOFT)
        likely /= likely.sum()
        ends_later = 1 - np.cumsum(np.bincount(xs, likely, count + 2))
        has_begun = np.cumsum(np.bincount(ys, likely, count + 2))
        sure_end = int(np.argmax(ends_later < SURE))
        sure_begin = max(sure_end, int(np.argmax(has_begun >= SURE)))
        return Cut(low + int(xs[best]), low + int(ys[best]), low + sure_end, low + sure_begin)


def _moved(
    filters: _Filters,
    numbers: NDArray[np.int64],
    band: NDArray[np.int64],
    size: float,
    above: NDArray[np.float32] | None,
) -> _Filters:
    """The filters of offsets for another band of them; above: the mean of those that are higher than all before."""
    mean = np.zeros((len(band), WIDTH), np.float32)
    if above is not None:
        mean[band > numbers[-1]] = above
    low, high = max(numbers[0], band[0]), min(numbers[-1], band[-1]) + 1
    if low < high:
        mean[low - band[0] : high - band[0]] = filters.mean[low - numbers[0] : high - numbers[0]]
    return _Filters(mean, moved(filters.spread, numbers, band, size, size))
