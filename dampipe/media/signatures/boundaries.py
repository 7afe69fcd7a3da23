"""Boundaries of runs: where one ends and the next one begins, to the frame, or which frames may be of either.

A frame is given to a run only if that is sure. Between two runs are the frames that are gone, and those for which the
pictures do not say on which side of the cut they are: these are gone, too, rather than in a wrong place. The frames of
a cut within a still are of no place of their own, so that there the most likely one does.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import Comparison, Line
from dampipe.media.signatures.lines import MIN_FRAMES, LineFinder
from dampipe.media.signatures.path import (
    FREE,
    GONE,
    LEAST_NOISE,
    MOST_NOISE,
    REACH,
    STEEP,
    WORST,
    OffsetGrid,
    Run,
)
from dampipe.media.signatures.steps import Cut, Refiner

BRIDGE = 1.0
"""Seconds without agreement that are bridged between two runs at one offset: a flash, a caption, a repaired frame."""
LIKE = 0.5
"""Least mean agreement of a longer gap that is bridged: a dark fade, whose signatures are mostly noise."""
SAME = 0.96
"""Least mean agreement, with its neighbours' offset, of a run that is taken for a part of them: a grade, a crop and a
coarse encode move pictures as time does."""
SURE = 3.0
"""Cost by which one place of a cut must be better than another."""
UNSURE = 1.0
"""Seconds of uncertainty about a cut from which it may be one within a still, of which no frame is another one."""
REFRAMED = 1000.0
"""Noise from which the picture is another section: a crop is to a zoom what an offset is, so that runs which agree with
their neighbour's offset are taken for a part of it, and a cut of a few frames is not seen."""
OTHER_SHOT = 70.0
"""Times the noise by which frames differ from which on they are of another shot: ten times what costs WORST."""
_EXTENDED = 0.8
"""Agreement from which frames before the first and after the last run belong to it."""
_NEAR = 40
"""Frames on each side of a cut whose noise and constant difference are measured."""
_CLEAR = 4
"""Frames next to a cut that are left out there."""
_FAR = 250
"""Frames on each side in which a cut is looked for."""
_LOCAL = 8
"""Frames on each side of a frame whose noise is measured together."""
_SAMPLE = 2000


class Boundaries:
    """Turns the runs of a path into the lines of an alignment."""

    def __init__(
        self, grid: OffsetGrid, finder: LineFinder, noise: float, refiner: Refiner | None = None
    ) -> None:
        self._refiner = refiner
        self._grid = grid
        self._noise = noise
        self._is_reframed = noise >= REFRAMED
        self._finder = finder
        self._comparison: Comparison = grid.comparison
        self._first = self._comparison.first

    def lines(self, runs: Sequence[Run]) -> list[Line]:
        """The lines, in order, of which no two share a frame of either track."""
        united = self._united(list(runs) if self._refiner else [self._settled(run) for run in runs])
        cut = self._extended(self._cut(united))
        lines = [self._line(run) for run in cut if len(run) >= MIN_FRAMES[self._first.kind]]
        weighed = [self._finder.weighed(line) for line in lines]
        return [line for line in weighed if line is not None and self._finder.moves_alike(line)]

    def _settled(self, run: Run) -> Run:
        """The run at the offset at which its frames differ least, of those near its own."""
        frames = self._sample(run)
        numbers = np.arange(run.number - 2, run.number + 3)
        squares = self._grid.distances(frames, numbers)
        noise = np.maximum(LEAST_NOISE, squares.min(axis=1, keepdims=True))
        costs = np.minimum(squares / noise, 30).sum(axis=0)
        return replace(run, number=int(numbers[costs.argmin()]))

    def _sample(self, run: Run) -> NDArray[np.int64]:
        count = min(len(run), _SAMPLE)
        return np.linspace(run.start, run.stop - 1, count).round().astype(np.int64)

    def _line(self, run: Run) -> Line:
        """The line of a run, at an offset that is finer than the grid where frames do not begin together."""
        if self._grid.has_equal_rates:
            return Line(run.start, run.stop, self._grid.offset(run.number))
        frames = self._sample(run)
        numbers = run.number + np.arange(-8, 9) / 8
        squares = self._grid.distances(frames, numbers)
        noise = np.maximum(LEAST_NOISE, np.median(squares.min(axis=1)))
        costs = np.minimum(squares / noise, 30).sum(axis=0)
        best = np.flatnonzero(costs <= costs.min() + max(1.0, 0.02 * float(costs.min())))
        best = best[: int(np.argmax(np.append(np.diff(best) > 1, True))) + 1]
        return Line(run.start, run.stop, self._grid.offset(float(numbers[best].mean())))

    def _united(self, runs: Sequence[Run]) -> list[Run]:
        """The runs, those at one offset joined over what is between them if that may well be at it, too."""
        done: list[Run] = []
        for run in self._refiner.with_ends(runs) if self._refiner else runs:
            earlier = next((at for at, one in enumerate(done) if one.number == run.number), None)
            if earlier is not None and self._is_one(done[earlier:], run):
                run = Run(done[earlier].start, run.stop, run.number)
                del done[earlier:]
            elif done and self._is_reframed and self._agrees(done[-1], run):
                longer = max(done[-1], run, key=len)
                run = Run(done[-1].start, run.stop, longer.number)
                done.pop()
            done.append(run)
        return [run for run in done if len(run)]

    def _agrees(self, before: Run, run: Run) -> bool:
        """Whether the shorter of two consecutive runs agrees with the offset of the longer one."""
        shorter, longer = sorted((before, run), key=len)
        if not len(shorter) or abs(before.number - run.number) > REACH:
            return False
        frames = np.arange(shorter.start, shorter.stop)
        return float(self._comparison.agreement(frames, self._grid.offset(longer.number)).mean()) >= SAME

    def _is_one(self, before: Sequence[Run], run: Run) -> bool:
        frames = np.arange(before[0].stop, run.start)
        if not len(frames):
            return True
        agreement = self._comparison.agreement(frames, self._grid.offset(run.number))
        at_end = not len(run) or not len(before[0])
        if len(before) > 1:
            other = sum(len(one) for one in before[1:])
            return float(agreement.mean()) >= SAME and (at_end or other <= len(run) + len(before[0]))
        if at_end:
            return False
        seconds = float(self._first.seconds[run.start] - self._first.seconds[frames[0]])
        return seconds <= BRIDGE or float(agreement.mean()) >= LIKE

    def _cut(self, runs: Sequence[Run]) -> list[Run]:
        done: list[Run] = []
        for run in runs:
            # Of two groups of lines that are far apart, one may have a run within that of the other.
            while done and (done[-1].start >= run.start or done[-1].start >= run.stop):
                done.pop()
            if done:
                cut = (self._refiner.cut if self._refiner else self._between)(done[-1], run)
                wide = self._seconds(cut.sure_end, cut.end) + self._seconds(cut.begin, cut.sure_begin)
                near = abs(run.number - done[-1].number) * self._grid.step <= 1.01 * self._comparison.longest
                is_still = wide > UNSURE and self._is_still(cut.sure_end, cut.sure_begin)
                sure = not near and not is_still
                done[-1] = replace(done[-1], stop=cut.sure_end if sure else cut.end)
                run = replace(run, start=cut.sure_begin if sure else cut.begin)
                if len(done[-1]) <= 0:
                    done.pop()
            if len(run) > 0:
                done.append(run)
        return done

    def _seconds(self, start: int, stop: int) -> float:
        return max(0, stop - start) * self._first.step

    def _between(self, before: Run, after: Run) -> Cut:
        """The cut between two runs, by all frames near it."""
        low = max(before.start, min(before.stop, after.start) - _FAR)
        high = min(after.stop, max(before.stop, after.start) + _FAR)
        frames = np.arange(low, high)
        stop = min(before.stop, high)
        last = np.arange(max(low, stop - _NEAR), max(low + 1, stop - _CLEAR))
        start = max(after.start, low)
        next_ = np.arange(min(high - 1, start + _CLEAR), min(high, start + _NEAR))
        pairs = [self._squares(frames, *one) for one in ((before.number, last), (after.number, next_))]
        noise = self._local_noise(np.minimum(*pairs))
        unlike = [squares / noise for squares in pairs]
        gains = [GONE - _costs(own, other) for own, other in (unlike, unlike[::-1])]
        # If the run before ends at frame x, the one after begins at y: not before x, and later in the second track.
        seconds = self._first.seconds
        xs = np.arange(len(frames) + 1)
        ends = np.append(seconds, seconds[-1] + self._first.step)[low + xs]
        apart = (before.number - after.number) * self._grid.step / float(self._comparison.speed)
        ys = np.searchsorted(seconds, ends + apart - 0.25 * self._first.step) - low
        ys = np.maximum(xs, ys).clip(0, len(frames))
        upto = np.append(0, np.cumsum(gains[0]))
        rest = np.append(np.cumsum(gains[1][::-1])[::-1], 0)
        total = upto[xs] + rest[ys]
        best = int(np.flatnonzero(total >= total.max() - 1e-6)[-1])
        likely = np.flatnonzero(total >= total.max() - SURE)
        end, begin = int(xs[best]), int(ys[best])
        return Cut(low + end, low + begin, low + int(xs[likely[0]]), low + int(ys[likely[-1]]))

    def _local_noise(self, squares: NDArray[np.float64]) -> NDArray[np.float64]:
        """The noise around each frame, of how much it differs where it differs least."""
        around = np.lib.stride_tricks.sliding_window_view(
            np.pad(squares, _LOCAL, mode="edge"), 2 * _LOCAL + 1
        )
        least, most = max(LEAST_NOISE, 0.5 * self._noise), max(4 * self._noise, MOST_NOISE)
        return np.asarray(np.median(around, axis=1).clip(least, most))

    def _is_still(self, start: int, stop: int) -> bool:
        """Whether the picture is the same at both ends of some frames, but for noise."""
        rows = self._first.rows[start:stop].astype(np.float32)
        few = min(_CLEAR, len(rows))
        moved = float(((rows[:few].mean(axis=0) - rows[-few:].mean(axis=0)) ** 2).sum())
        return moved < FREE * max(LEAST_NOISE, 0.5 * self._noise)

    def _squares(
        self, frames: NDArray[np.int64], number: int, near: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """How much frames differ at an offset, without what those near it all differ by, as by a grade."""
        raw = self._grid.distances(frames, np.array([number]))[:, 0]
        constant = np.median(self._grid.residuals(near, number), axis=0)
        without = ((self._grid.residuals(frames, number) - constant) ** 2).sum(axis=1)
        return np.where(raw < 1e8, np.minimum(raw, without), raw).astype(np.float64)

    def _extended(self, runs: Sequence[Run]) -> list[Run]:
        """The runs, the first and the last one of which go on as long as frames agree: fades at both ends."""
        runs = list(runs)
        if not runs:
            return runs
        start = self._follow(runs[0].start - 1, -1, runs[0].number) + 1
        runs[0] = replace(runs[0], start=start)
        stop = self._follow(runs[-1].stop, 1, runs[-1].number)
        runs[-1] = replace(runs[-1], stop=stop)
        return runs

    def _follow(self, frame: int, direction: int, number: int) -> int:
        """The first frame in a direction that does not belong to the run that ends beside `frame`."""
        last = len(self._first) if direction > 0 else -1
        frames = np.arange(frame, last, direction)[:_FAR]
        if not len(frames):
            return frame
        agreement = self._comparison.agreement(frames, self._grid.offset(number)).astype(np.float64)
        both_blank = agreement == np.float32(0.5)
        sums = np.cumsum(np.where(both_blank, 0, agreement - _EXTENDED))
        top = float(sums.max())
        if top < 0:
            return frame
        return int(frames[np.flatnonzero(sums >= top - 1e-9)[-1]]) + direction


def _costs(unlike: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Costs of frames that differ by so many times the noise, and from those of another run by so many in `other`.

    They are those of a path; beside frames that fit the other run, frames of another shot cost more, so that the last
    frames of a shot, which a coarse encode may change much, are not taken for those of the next one.
    """
    capped = np.clip(STEEP * (unlike - FREE), 0, WORST)
    more = np.log(np.maximum(unlike / OTHER_SHOT, 1))
    return np.asarray(capped + np.where(_is_beside_fitting(other), more, 0))


def _is_beside_fitting(unlike: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether most of the frames just before, or just after, each frame fit."""
    fits = np.pad(unlike < FREE + WORST / STEEP, _LOCAL, mode="edge")
    share = np.lib.stride_tricks.sliding_window_view(fits, _LOCAL).mean(axis=1)
    return np.asarray(np.maximum(share[: len(unlike)], share[_LOCAL + 1 :]) > 0.5)
