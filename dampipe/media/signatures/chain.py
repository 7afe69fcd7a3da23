"""Chains of lines: those, in the same order in both tracks, that explain most (as in the alignment of genomes)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import Comparison, Line
from dampipe.media.signatures.lines import SWITCH, LineFinder

SWITCH_NEAR = 6.0
"""The same for a jump of about one frame, which matters little and is rarely real."""
BRIDGE = 1.0
"""Seconds of disagreement on one line that are bridged: a flash, a caption, a repaired frame."""
_SMOOTHED = 13
"""Frames over which evidence is averaged to see which line explains a frame best."""


class Chain:
    """Chains the lines of two tracks at one speed."""

    def __init__(self, comparison: Comparison, finder: LineFinder) -> None:
        self._comparison = comparison
        self._finder = finder
        self._first = comparison.first
        self._speed = float(comparison.speed)

    def of(self, lines: Sequence[Line]) -> list[Line]:
        """The lines, in the same order in both tracks, that explain most; cut where two of them meet."""
        ordered = self._in_order(lines)
        if not ordered:
            return []
        score = [line.evidence for line in ordered]
        before = [-1] * len(ordered)
        for j, line in enumerate(ordered):
            for i in range(j):
                near = abs(ordered[i].offset - line.offset) < 1.5 * self._comparison.longest
                least = score[i] + line.evidence - (SWITCH_NEAR if near else SWITCH)
                if least <= score[j]:
                    continue
                reached = least - self._lost(ordered[i], line)
                if reached > score[j]:
                    score[j], before[j] = reached, i
        at, chosen = int(np.argmax(score)), list[Line]()
        while at >= 0:
            chosen.insert(0, ordered[at])
            at = before[at]
        lines = [line for line in self._cut(chosen) if self._finder.moves_alike(line)]
        return [
            line
            for line in self._cut([self._finder.polished(line) for line in lines])
            if self._finder.moves_alike(line)
        ]

    def _in_order(self, lines: Sequence[Line]) -> list[Line]:
        """The lines that explain some frames best, in the order of these frames."""
        top = np.zeros(len(self._first), np.float32)
        winner = np.full(len(self._first), -1)
        window = np.ones(_SMOOTHED, np.float32) / _SMOOTHED
        for number, line in enumerate(lines):
            smooth = np.convolve(self._comparison.weights(line), window, "same")[: line.stop - line.start]
            part = slice(line.start, line.stop)
            better = smooth > top[part]
            top[part][better] = smooth[better]
            winner[part][better] = number
        middles = [
            np.median(won) if len(won := np.flatnonzero(winner == n)) else -1 for n in range(len(lines))
        ]
        order = sorted((middle, number) for number, middle in enumerate(middles) if middle >= 0)
        return [lines[number] for _, number in order]

    def _lost(self, before: Line, after: Line) -> float:
        """The evidence that two lines lose if the one follows the other in both tracks."""
        if self._meet(before, after):
            return 0.0
        xs, ys = self._cuts(before, after)
        ours = np.append(0, np.cumsum(self._comparison.weights(before)))
        theirs = np.append(0, np.cumsum(self._comparison.weights(after)))
        total = ours[xs - before.start] + theirs[-1] - theirs[ys - after.start]
        return float(before.evidence + after.evidence - total.max())

    def _meet(self, before: Line, after: Line) -> bool:
        """Whether the one line ends before the other one begins, in both tracks."""
        seconds = self._first.seconds
        end = seconds[before.stop - 1] + 0.5 * self._first.step
        apart = (before.offset - after.offset) / self._speed
        return before.stop <= after.start and end + apart <= seconds[after.start]

    def _cuts(self, before: Line, after: Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All ways to cut two lines: if `before` ends before frame x, `after` begins at frame y(x).

        That is not before x in either track.
        """
        seconds = self._first.seconds
        apart = (before.offset - after.offset) / self._speed
        xs = np.arange(before.start, before.stop + 1)
        ends = np.append(seconds, seconds[-1] + self._first.step)[xs]
        ys = np.maximum(xs, np.searchsorted(seconds, ends + apart - 0.25 * self._first.step))
        return xs, np.clip(ys, after.start, after.stop)

    def _cut(self, lines: Sequence[Line]) -> list[Line]:
        """The lines without what two of them share, in either track."""
        done: list[Line] = []
        for line in lines:
            current: Line | None = line
            while done and current is not None:
                last, current = self._split(done[-1], current)
                if last is not None:
                    done[-1] = last
                    break
                done.pop()
            if current is not None:
                done.append(current)
        return self._bridged(done)

    def _split(self, before: Line, after: Line) -> tuple[Line | None, Line | None]:
        """Two consecutive lines cut at the frame at which the sum of their evidence is largest."""
        if self._meet(before, after):
            return before, after
        xs, ys = self._cuts(before, after)
        ours = np.append(
            0, np.cumsum(self._comparison.evidence(np.arange(before.start, before.stop), before.offset))
        )
        theirs = self._comparison.evidence(np.arange(after.start, after.stop), after.offset)
        rest = np.append(np.cumsum(theirs[::-1])[::-1], 0)
        total = ours[xs - before.start] + rest[ys - after.start]
        best = np.flatnonzero(total >= total.max() - 1e-6)
        at = int(best[-1])
        return (
            self._finder.weighed(replace(before, stop=int(xs[at]))),
            self._finder.weighed(replace(after, start=int(ys[at]))),
        )

    def _bridged(self, lines: Sequence[Line]) -> list[Line]:
        """The lines, with two on the same offset joined where they are at most BRIDGE apart."""
        done: list[Line] = []
        for line in lines:
            if done and abs(done[-1].offset - line.offset) < 0.5 * self._comparison.step:
                gap = self._first.seconds[line.start] - self._first.seconds[done[-1].stop - 1]
                if gap <= BRIDGE:
                    done[-1] = replace(done[-1], stop=line.stop, evidence=done[-1].evidence + line.evidence)
                    continue
            done.append(line)
        return done
