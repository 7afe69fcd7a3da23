"""Lines: spans that both tracks may have, found from pairs of frames that look alike."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.comparison import SIMILAR, Comparison, Line
from dampipe.media.signatures.seeds import Seeds
from dampipe.media.signatures.track import SignatureKind

MIN_FRAMES = {SignatureKind.PICTURE: 6, SignatureKind.SOUND: 50}
"""Least frames of a span. A second of sound: one note resembles another."""
MIN_EVIDENCE = {SignatureKind.PICTURE: 1.5, SignatureKind.SOUND: 8.0}
"""Least sum, over the frames of a span, of how much a frame that changes agrees. All sound resembles other sound."""
MIN_MEAN = 0.1
"""Least mean of that: the frames of a chance resemblance agree just so."""
DROP = 1.0
"""Seconds of frames that do not agree at all, after which a line is no longer followed."""
MOTION = 0.25
"""Seconds between two frames whose difference is compared with that in the other track."""
ALIKE = 0.3
"""Least correlation of these differences over a span: of versions 0.6 (cropped by a sixth) to 1, of two takes 0.1."""
STILL = 0.0005
"""Mean square of the differences below which nothing moves but the noise of the encoder."""
GROUPS = 3000
"""Groups of seeds that are looked at, the heaviest first."""
GAP = 15.0
"""Seconds between two seeds of one group."""
_BLOCK = 512
"""Frames by which a line is followed at a time."""
_AROUND = np.array([-6, -3, 0, 3, 6])
"""Frames around a seed that are compared to find its offset exactly."""
_CLIMBS = 12
"""Times that the range is moved in which the best offset is looked for."""
_SAMPLE = 40
"""Seeds by which a line is moved to where it fits best."""
GAIN = 0.005
"""Evidence per frame that a group of seeds must promise beyond that of the lines found before."""
SWITCH = 1.0
"""Evidence that each further line has to bring."""


class LineFinder:
    """Finds lines of two tracks at one speed."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._first, self._second = comparison.first, comparison.second
        self._speed = float(comparison.speed)
        self._drop = SIMILAR * DROP / self._first.step

    def candidates(self, seeds: Seeds) -> list[Line]:
        """Lines that groups of seeds vote for, each moved to where it fits best and followed in both directions.

        Only lines are kept that explain some frames better than those before them, so that footage that hardly moves
        does not give a line for every offset. What is left of a group, where its line was no longer followed, is
        looked at again.
        """
        found: list[Line] = []
        envelope = np.zeros(len(self._first), np.float32)
        waiting = self._groups(seeds)[::-1]
        looked_at = 0
        while waiting and looked_at < GROUPS:
            frames, offset, fit = waiting.pop()
            if (fit - SIMILAR) * self._comparison.change[frames].mean() - envelope[frames].mean() < GAIN:
                continue
            looked_at += 1
            best = self._fitted(frames, offset)
            if best is None:
                continue
            line = self.followed(int(frames[len(frames) // 2]), best)
            start, stop = (line.start, line.stop) if line is not None else (frames[len(frames) // 2],) * 2
            for rest in (frames[frames < start], frames[frames > stop]):
                if len(rest) >= 2:
                    waiting.append((rest, best, fit))
            if line is None or not self.moves_alike(line, frames):
                continue
            evidence = self._comparison.weights(line)
            part = envelope[line.start : line.stop]
            if largest_sum(evidence - part) >= SWITCH:
                found.append(line)
                np.maximum(part, evidence, out=part)
        return found

    def _groups(self, seeds: Seeds) -> list[tuple[NDArray[np.int64], float, float]]:
        """Groups of seeds that are near each other on one line, the heaviest first: frames, offset and mean cosine."""
        ours = self._first.seconds[seeds.first]
        offsets = self._second.seconds[seeds.second] - self._speed * ours
        width = 2 * self._comparison.longest
        groups: list[tuple[float, NDArray[np.int64], float, float]] = []
        for phase in (0.0, 0.5):
            bins = np.floor(offsets / width + phase).astype(np.int64)
            order = np.lexsort((ours, bins))
            cut = np.flatnonzero((np.diff(bins[order]) != 0) | (np.diff(ours[order]) > GAP))
            starts = np.concatenate([[0], cut + 1])
            stops = np.concatenate([cut + 1, [len(order)]])
            weights = np.add.reduceat(seeds.weight[order], starts)
            sums = np.add.reduceat(seeds.weight[order] * offsets[order], starts)
            heavy = np.flatnonzero((weights >= 1.0) & (stops - starts >= 2))
            for group in heavy[np.argsort(-weights[heavy], kind="stable")][:GROUPS]:
                members = order[starts[group] : stops[group]]
                frames = np.unique(seeds.first[members])
                cosine = float(seeds.cosine[members].mean())
                groups.append((float(weights[group]), frames, float(sums[group] / weights[group]), cosine))
        groups.sort(key=lambda group: -group[0])
        return [group[1:] for group in groups[:GROUPS]]

    def _fitted(self, members: NDArray[np.int64], offset: float) -> float | None:
        """The offset near `offset` at which the frames around these agree best; None if they do not."""
        chosen = members[np.linspace(0, len(members) - 1, min(len(members), _SAMPLE)).astype(int)]
        frames = np.unique(chosen[:, None] + _AROUND)
        frames = frames[(frames >= 0) & (frames < len(self._first))]
        frames = frames[~self._first.blank[frames]]
        if not len(frames):
            return None
        found, fit = self._climbed(frames, offset)
        return found if fit >= SIMILAR else None

    def _climbed(self, frames: NDArray[np.int64], offset: float) -> tuple[float, float]:
        """The offset at which these frames agree best, and their mean cosine there.

        Where little moves, agreement falls off slowly on both sides of it, so that it is found from many frames away.
        """
        delta = self._comparison.step / 2
        reach = int(np.ceil(2.5 * self._comparison.longest / delta))
        moves = np.arange(-reach, reach + 1) * delta
        for _ in range(_CLIMBS):
            fits = self._comparison.agreement(frames, offset + moves[:, None]).mean(axis=1)
            best = np.flatnonzero(fits >= fits.max() - 1e-6)
            middle = moves[best].mean() if np.ptp(best) + 1 == len(best) else moves[best[len(best) // 2]]
            offset += float(middle)
            if best[0] > 0 and best[-1] < 2 * reach:
                break
            if len(best) == 2 * reach + 1:  # nothing moves at all
                break
        if self._first.kind is SignatureKind.SOUND:
            return self._between(frames, offset), float(fits.max())
        return self._snapped(frames, offset), float(fits.max())

    def _between(self, frames: NDArray[np.int64], offset: float) -> float:
        """The offset of sound, finer than its signatures: the top of the parabola through three of them."""
        offset = self._snapped(frames, offset)
        moves = np.array([-1.0, 0.0, 1.0]) * self._comparison.step
        before, here, after = (
            self._comparison.agreement(frames, offset + moves[:, None]).mean(axis=1).tolist()
        )
        curve = before + after - 2 * here
        move = 0.5 * (before - after) / curve if curve < 0 else 0.0
        return offset + min(0.5, max(-0.5, move)) * self._comparison.step

    def _snapped(self, frames: NDArray[np.int64], offset: float) -> float:
        """The offset at which frames begin together, where the rates agree; else that of the least mean distance."""
        ours = self._speed * self._first.seconds[frames] + offset
        return offset + float(np.median(self._second.seconds[self._comparison.nearest(ours)] - ours))

    def followed(self, frame: int, offset: float) -> Line | None:
        """The line through a frame, as far as frames agree with it."""
        last = self._follow(frame, 1, offset)
        first = self._follow(frame - 1, -1, offset)
        line = Line(first, last, offset)
        return self.weighed(line)

    def _follow(self, frame: int, direction: int, offset: float) -> int:
        """The end of a line in one direction: the number of the last frame + 1, or of the first frame."""
        total, best, end = 0.0, 0.0, frame if direction > 0 else frame + 1
        while 0 <= frame < len(self._first):
            limit = min(_BLOCK, len(self._first) - frame if direction > 0 else frame + 1)
            frames = frame + direction * np.arange(limit)
            sums = total + np.cumsum(self._comparison.evidence(frames, offset))
            highest = np.maximum.accumulate(np.maximum(sums, best))
            dropped = np.flatnonzero(highest - sums > self._drop)
            upto = int(dropped[0]) if len(dropped) else limit
            if upto:
                part = sums[:upto]
                top = float(part.max())
                if top >= best:
                    at = int(np.flatnonzero(part >= top - 1e-9)[-1])
                    best, end = top, int(frames[at]) + (1 if direction > 0 else 0)
                total = float(part[-1])
            if len(dropped):
                break
            frame += direction * limit
        return end

    def weighed(self, line: Line) -> Line | None:
        """The line with its evidence; None if that is too little."""
        if line.stop - line.start < MIN_FRAMES[self._first.kind]:
            return None
        frames = np.arange(line.start, line.stop)
        evidence = float(self._comparison.weights(line).sum())
        least = max(MIN_EVIDENCE[self._first.kind], MIN_MEAN * float(self._comparison.change[frames].sum()))
        return replace(line, evidence=evidence) if evidence >= least else None

    def moves_alike(self, line: Line, members: NDArray[np.int64] | None = None) -> bool:
        """Whether what changes in the one track changes in the other: two takes of one scene look alike, too.

        members: the seeds of the line, around which this is looked at; None: all of the line. True if nothing moves.
        """
        apart = max(1, round(MOTION / self._first.step))
        frames = np.arange(line.start, line.stop)
        others = self._comparison.nearest(self._speed * self._first.seconds[frames] + line.offset)
        seen = ~(self._first.blank[frames] | self._second.blank[others])
        if members is not None:
            after = np.searchsorted(members, frames).clip(0, len(members) - 1)
            distance = np.minimum(abs(members[after] - frames), abs(members[after - 1] - frames))
            seen &= distance <= 2 * apart
        both = seen[apart:] & seen[:-apart]
        if both.sum() < MIN_FRAMES[self._first.kind]:
            return True
        ours, theirs = self._first.units[frames], self._second.units[others]
        ours, theirs = (ours[apart:] - ours[:-apart])[both], (theirs[apart:] - theirs[:-apart])[both]
        power, other_power = float((ours**2).sum()), float((theirs**2).sum())
        if power < STILL * len(ours):
            return True
        together = float((ours * theirs).sum())
        return together >= ALIKE * math.sqrt(power * other_power)

    def polished(self, line: Line) -> Line:
        """The line at the offset that fits the frames best that are left to it, and as long as it fits."""
        frames = np.arange(line.start, line.stop)
        frames = frames[~self._first.blank[frames]]
        if not len(frames):
            return line
        parts = np.array_split(frames, min(len(frames), 5 * _SAMPLE))
        changing = np.array([part[np.argmax(self._comparison.change[part])] for part in parts])
        offset, _ = self._climbed(changing, line.offset)
        return self.followed(int(changing[len(changing) // 2]), offset) or line


def largest_sum(values: NDArray[np.float32]) -> float:
    """The largest sum of consecutive values."""
    sums = np.append(0, np.cumsum(values, dtype=np.float64))
    return float((sums - np.minimum.accumulate(sums)).max())
