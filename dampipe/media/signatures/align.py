"""Aligns two tracks of signatures piecewise: which spans of one version are which spans of another.

A span that both versions have is a line in the plane of their times: a speed, the same for all, and an offset. Pairs of
frames that look alike (`seeds.py`) vote for lines; each line is moved until the frames on it agree best, and is followed
in both directions as long as they agree. Of all spans those are chosen that are in the same order in both versions
and explain most (a weighted chain, as in the alignment of genomes), and where two of them meet, the cut is where
the frames before it fit the one and those after it the other.

Frames that do not change say nothing: they count little when lines compete, and belong to the span that surrounds them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dampipe.media.frame_clock import FrameTimes
from dampipe.media.signatures.alignment import Alignment, Span
from dampipe.media.signatures.seeds import Seeds, find_seeds
from dampipe.media.signatures.track import SignatureKind, SignatureTrack

METHOD = "1"
"""Raised when alignments change: those that are stored are computed again when they are needed."""
SPEEDS = tuple(map(Fraction, ("1", "1001/1000", "1000/1001", "24/25", "25/24", "960/1001", "1001/960")))
"""Usual speeds, in seconds of the second version per second of the first: 23.976 played as 24 or 25, and back."""
_SAME = Fraction(1, 50_000)
BETTER = 1.01
"""How much more evidence a speed must have than one before it in the order: over a short clip speeds hardly differ."""
MOST_SPEEDS = 3
SIMILAR = 0.5
"""Cosine of two signatures from which a frame speaks for a line, not against it."""
MIN_FRAMES = {SignatureKind.PICTURE: 6, SignatureKind.SOUND: 50}
"""Least frames of a span. A second of sound: one note resembles another."""
MIN_EVIDENCE = {SignatureKind.PICTURE: 1.5, SignatureKind.SOUND: 8.0}
"""Least sum, over the frames of a span, of how much a frame that changes agrees. All sound resembles other sound."""
MIN_MEAN = 0.1
"""Least mean of that: the frames of a chance resemblance agree just so."""
SWITCH = 1.0
"""Evidence that each further span has to bring, so that a chain does not jump for noise."""
SWITCH_NEAR = 6.0
"""The same for a jump of about one frame, which matters little and is rarely real."""
DROP = 1.0
"""Seconds of frames that do not agree at all, after which a line is no longer followed."""
BRIDGE = 1.0
"""Seconds of disagreement on one line that are bridged: a flash, a caption, a repaired frame."""
BLANK = -0.5
"""Agreement of a blank frame with one that is not blank; two blank frames neither agree nor disagree."""
MOVED = 0.5
"""Seconds within which a frame of full evidence has to change."""
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
_SMOOTHED = 13
"""Frames over which evidence is averaged to see which line explains a frame best."""
_SAMPLE = 40
"""Seeds by which a line is moved to where it fits best."""
GAIN = 0.005
"""Evidence per frame that a group of seeds must promise beyond that of the lines found before."""


@dataclass(frozen=True)
class _Line:
    """A candidate span: frames `start` to `stop` of the first track, whose time in the second is speed * t + offset."""

    start: int
    stop: int
    offset: float
    evidence: float = 0.0


def align(first: SignatureTrack, second: SignatureTrack) -> Alignment:
    """Align two tracks of the same kind. Seconds of work and some hundred MB for three hours of footage."""
    times = _frame_times(first), _frame_times(second)
    continuous = first.kind is SignatureKind.SOUND
    if not len(first) or not len(second) or first.kind != second.kind:
        return Alignment(*times, (), continuous)
    seeds = find_seeds(first, second)
    best: tuple[float, Fraction, list[_Line]] = (0.0, Fraction(1), [])
    for speed in _likely_speeds(first, second, seeds):
        aligner = _Aligner(first, second, speed)
        lines = aligner.chain(aligner.candidates(seeds))
        evidence = sum(line.evidence for line in lines)
        if evidence > BETTER * best[0] + SWITCH:
            best = (evidence, speed, lines)
    _, speed, lines = best
    aligner = _Aligner(first, second, speed)
    return Alignment(*times, tuple(aligner.span(line) for line in lines), continuous)


def _frame_times(track: SignatureTrack) -> FrameTimes:
    return FrameTimes.of_ticks(track.ticks, track.end, track.time_base)


def _kept_speed(first: SignatureTrack, second: SignatureTrack) -> Fraction:
    """The speed at which all frames are kept, and played at another rate."""
    kept = _rate_fraction(second) / _rate_fraction(first)
    return (
        min(SPEEDS, key=lambda one: abs(one - kept))
        if any(abs(one / kept - 1) < _SAME for one in SPEEDS)
        else kept
    )


def _rate_fraction(track: SignatureTrack) -> Fraction:
    """Seconds per frame, exactly if the rate is constant."""
    if len(track) < 2:
        return Fraction(1)
    ticks = Fraction(int(track.ticks[-1] - track.ticks[0]), len(track) - 1)
    return ticks * track.time_base


def _likely_speeds(first: SignatureTrack, second: SignatureTrack, seeds: Seeds) -> list[Fraction]:
    """The speeds at which the seeds lie on few lines, first the two that need no explanation."""
    if not len(seeds.weight):
        return []
    # Of each frame only the pair that is most alike: the others are its neighbours, where little moves.
    _, best = np.unique(seeds.first, return_index=True)
    ours, theirs = first.seconds[seeds.first[best]], second.seconds[seeds.second[best]]
    width = 2 * max(first.step, second.step)
    usual = (Fraction(1), _kept_speed(first, second))
    scores = []
    for speed in dict.fromkeys((*usual, *SPEEDS)):
        offsets = theirs - float(speed) * ours
        score = 0.0
        for phase in (0.0, 0.5):
            bins = np.floor((offsets - offsets.min()) / width + phase).astype(np.int64)
            votes = np.bincount(bins, seeds.weight[best])
            score += float((votes**2).sum())
        scores.append((score, speed))
    least = max(score for score, _ in scores) / 2
    likely = [speed for score, speed in scores if score >= least]
    likely.sort(key=lambda speed: (speed not in usual, abs(speed - 1)))
    return likely[:MOST_SPEEDS]


class _Aligner:
    """Two tracks at one speed."""

    def __init__(self, first: SignatureTrack, second: SignatureTrack, speed: Fraction) -> None:
        self.first = first
        self.second = second
        self.speed = speed
        self._speed = float(speed)
        self._step = min(first.step * self._speed, second.step)
        self._longest = max(first.step * self._speed, second.step)
        self._change = _change(first)
        self._drop = SIMILAR * DROP / first.step

    def candidates(self, seeds: Seeds) -> list[_Line]:
        """Lines that groups of seeds vote for, each moved to where it fits best and followed in both directions.

        Only lines are kept that explain some frames better than those before them, so that footage that hardly moves
        does not give a line for every offset. What is left of a group, where its line was no longer followed, is
        looked at again.
        """
        found: list[_Line] = []
        envelope = np.zeros(len(self.first), np.float32)
        waiting = self._groups(seeds)[::-1]
        looked_at = 0
        while waiting and looked_at < GROUPS:
            frames, offset, fit = waiting.pop()
            if (fit - SIMILAR) * self._change[frames].mean() - envelope[frames].mean() < GAIN:
                continue
            looked_at += 1
            best = self._fitted(frames, offset)
            if best is None:
                continue
            line = self._followed(int(frames[len(frames) // 2]), best)
            start, stop = (line.start, line.stop) if line is not None else (frames[len(frames) // 2],) * 2
            for rest in (frames[frames < start], frames[frames > stop]):
                if len(rest) >= 2:
                    waiting.append((rest, best, fit))
            if line is None or not self._moves_alike(line, frames):
                continue
            evidence = self._weights(line)
            part = envelope[line.start : line.stop]
            if _largest_sum(evidence - part) >= SWITCH:
                found.append(line)
                np.maximum(part, evidence, out=part)
        return found

    def _weights(self, line: _Line) -> NDArray[np.float32]:
        """The evidence of each frame of a line, weighted by how much it says about times."""
        frames = np.arange(line.start, line.stop)
        return (self._evidence(frames, line.offset) * self._change[frames]).astype(np.float32)

    def _groups(self, seeds: Seeds) -> list[tuple[NDArray[np.int64], float, float]]:
        """Groups of seeds that are near each other on one line, the heaviest first: frames, offset and mean cosine."""
        ours = self.first.seconds[seeds.first]
        offsets = self.second.seconds[seeds.second] - self._speed * ours
        width = 2 * self._longest
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
        frames = frames[(frames >= 0) & (frames < len(self.first))]
        frames = frames[~self.first.blank[frames]]
        if not len(frames):
            return None
        found, fit = self._climbed(frames, offset)
        return found if fit >= SIMILAR else None

    def _climbed(self, frames: NDArray[np.int64], offset: float) -> tuple[float, float]:
        """The offset at which these frames agree best, and their mean cosine there.

        Where little moves, agreement falls off slowly on both sides of it, so that it is found from many frames away.
        """
        delta = self._step / 2
        reach = int(np.ceil(2.5 * self._longest / delta))
        moves = np.arange(-reach, reach + 1) * delta
        for _ in range(_CLIMBS):
            fits = self._agreement(frames, offset + moves[:, None]).mean(axis=1)
            best = np.flatnonzero(fits >= fits.max() - 1e-6)
            middle = moves[best].mean() if np.ptp(best) + 1 == len(best) else moves[best[len(best) // 2]]
            offset += float(middle)
            if best[0] > 0 and best[-1] < 2 * reach:
                break
            if len(best) == 2 * reach + 1:  # nothing moves at all
                break
        if self.first.kind is SignatureKind.SOUND:
            return self._between(frames, offset), float(fits.max())
        return self._snapped(frames, offset), float(fits.max())

    def _between(self, frames: NDArray[np.int64], offset: float) -> float:
        """The offset of sound, finer than its signatures: the top of the parabola through three of them."""
        offset = self._snapped(frames, offset)
        moves = np.array([-1.0, 0.0, 1.0]) * self._step
        before, here, after = self._agreement(frames, offset + moves[:, None]).mean(axis=1).tolist()
        curve = before + after - 2 * here
        move = 0.5 * (before - after) / curve if curve < 0 else 0.0
        return offset + min(0.5, max(-0.5, move)) * self._step

    def _snapped(self, frames: NDArray[np.int64], offset: float) -> float:
        """The offset at which frames begin together, where the rates agree; else that of the least mean distance."""
        ours = self._speed * self.first.seconds[frames] + offset
        return offset + float(np.median(self.second.seconds[self._nearest(ours)] - ours))

    def _nearest(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The frames of the second track that begin nearest to these times."""
        times = self.second.seconds
        if len(times) == 1:
            return np.zeros(seconds.shape, np.int64)
        after = np.searchsorted(times, seconds).clip(1, len(times) - 1)
        return np.asarray(after - (seconds - times[after - 1] <= times[after] - seconds))

    def _agreement(
        self, frames: NDArray[np.int64], offset: float | NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """The cosine of each frame with that of the second track at its time on a line; -1 where there is none.

        offset: one, or shape (count, 1) for a result of shape (count, frames).
        """
        at = self._speed * self.first.seconds[frames] + offset
        others = self._nearest(at)
        cosines = np.einsum("...j,...j->...", self.first.units[frames], self.second.units[others])
        blank, other_blank = self.first.blank[frames], self.second.blank[others]
        cosines[blank != other_blank] = SIMILAR + BLANK
        cosines[blank & other_blank] = SIMILAR
        half = 0.75 * self._longest
        outside = (at < self.second.seconds[0] - half) | (at > self.second.seconds[-1] + half)
        cosines[outside] = -1
        return np.asarray(cosines, np.float32)

    def _evidence(self, frames: NDArray[np.int64], offset: float) -> NDArray[np.float32]:
        """How much each frame speaks for a line (positive) or against it (negative)."""
        return np.asarray(self._agreement(frames, offset) - np.float32(SIMILAR))

    def _followed(self, frame: int, offset: float) -> _Line | None:
        """The line through a frame, as far as frames agree with it."""
        last = self._follow(frame, 1, offset)
        first = self._follow(frame - 1, -1, offset)
        line = _Line(first, last, offset)
        return self._weighed(line)

    def _follow(self, frame: int, direction: int, offset: float) -> int:
        """The end of a line in one direction: the number of the last frame + 1, or of the first frame."""
        total, best, end = 0.0, 0.0, frame if direction > 0 else frame + 1
        while 0 <= frame < len(self.first):
            limit = min(_BLOCK, len(self.first) - frame if direction > 0 else frame + 1)
            frames = frame + direction * np.arange(limit)
            sums = total + np.cumsum(self._evidence(frames, offset))
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

    def _weighed(self, line: _Line) -> _Line | None:
        """The line with its evidence; None if that is too little."""
        if line.stop - line.start < MIN_FRAMES[self.first.kind]:
            return None
        frames = np.arange(line.start, line.stop)
        evidence = float(self._weights(line).sum())
        least = max(MIN_EVIDENCE[self.first.kind], MIN_MEAN * float(self._change[frames].sum()))
        return replace(line, evidence=evidence) if evidence >= least else None

    def _moves_alike(self, line: _Line, members: NDArray[np.int64] | None = None) -> bool:
        """Whether what changes in the one track changes in the other: two takes of one scene look alike, too.

        members: the seeds of the line, around which this is looked at; None: all of the line. True if nothing moves.
        """
        apart = max(1, round(MOTION / self.first.step))
        frames = np.arange(line.start, line.stop)
        others = self._nearest(self._speed * self.first.seconds[frames] + line.offset)
        seen = ~(self.first.blank[frames] | self.second.blank[others])
        if members is not None:
            after = np.searchsorted(members, frames).clip(0, len(members) - 1)
            distance = np.minimum(abs(members[after] - frames), abs(members[after - 1] - frames))
            seen &= distance <= 2 * apart
        both = seen[apart:] & seen[:-apart]
        if both.sum() < MIN_FRAMES[self.first.kind]:
            return True
        ours, theirs = self.first.units[frames], self.second.units[others]
        ours, theirs = (ours[apart:] - ours[:-apart])[both], (theirs[apart:] - theirs[:-apart])[both]
        power, other_power = float((ours**2).sum()), float((theirs**2).sum())
        if power < STILL * len(ours):
            return True
        together = float((ours * theirs).sum())
        return together >= ALIKE * math.sqrt(power * other_power)

    def chain(self, lines: Sequence[_Line]) -> list[_Line]:
        """The lines, in the same order in both tracks, that explain most; cut where two of them meet."""
        ordered = self._in_order(lines)
        if not ordered:
            return []
        score = [line.evidence for line in ordered]
        before = [-1] * len(ordered)
        for j, line in enumerate(ordered):
            for i in range(j):
                near = abs(ordered[i].offset - line.offset) < 1.5 * self._longest
                least = score[i] + line.evidence - (SWITCH_NEAR if near else SWITCH)
                if least <= score[j]:
                    continue
                reached = least - self._lost(ordered[i], line)
                if reached > score[j]:
                    score[j], before[j] = reached, i
        at, chosen = int(np.argmax(score)), list[_Line]()
        while at >= 0:
            chosen.insert(0, ordered[at])
            at = before[at]
        lines = [line for line in self._cut(chosen) if self._moves_alike(line)]
        return [
            line for line in self._cut([self._polished(line) for line in lines]) if self._moves_alike(line)
        ]

    def _polished(self, line: _Line) -> _Line:
        """The line at the offset that fits the frames best that are left to it, and as long as it fits."""
        frames = np.arange(line.start, line.stop)
        frames = frames[~self.first.blank[frames]]
        if not len(frames):
            return line
        parts = np.array_split(frames, min(len(frames), 5 * _SAMPLE))
        changing = np.array([part[np.argmax(self._change[part])] for part in parts])
        offset, _ = self._climbed(changing, line.offset)
        return self._followed(int(changing[len(changing) // 2]), offset) or line

    def _in_order(self, lines: Sequence[_Line]) -> list[_Line]:
        """The lines that explain some frames best, in the order of these frames."""
        top = np.zeros(len(self.first), np.float32)
        winner = np.full(len(self.first), -1)
        window = np.ones(_SMOOTHED, np.float32) / _SMOOTHED
        for number, line in enumerate(lines):
            smooth = np.convolve(self._weights(line), window, "same")[: line.stop - line.start]
            part = slice(line.start, line.stop)
            better = smooth > top[part]
            top[part][better] = smooth[better]
            winner[part][better] = number
        middles = [
            np.median(won) if len(won := np.flatnonzero(winner == n)) else -1 for n in range(len(lines))
        ]
        order = sorted((middle, number) for number, middle in enumerate(middles) if middle >= 0)
        return [lines[number] for _, number in order]

    def _lost(self, before: _Line, after: _Line) -> float:
        """The evidence that two lines lose if the one follows the other in both tracks."""
        if self._meet(before, after):
            return 0.0
        xs, ys = self._cuts(before, after)
        ours = np.append(0, np.cumsum(self._weights(before)))
        theirs = np.append(0, np.cumsum(self._weights(after)))
        total = ours[xs - before.start] + theirs[-1] - theirs[ys - after.start]
        return float(before.evidence + after.evidence - total.max())

    def _meet(self, before: _Line, after: _Line) -> bool:
        """Whether the one line ends before the other one begins, in both tracks."""
        seconds = self.first.seconds
        end = seconds[before.stop - 1] + 0.5 * self.first.step
        apart = (before.offset - after.offset) / self._speed
        return before.stop <= after.start and end + apart <= seconds[after.start]

    def _cuts(self, before: _Line, after: _Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All ways to cut two lines: if `before` ends before frame x, `after` begins at frame y(x).

        That is not before x in either track.
        """
        seconds = self.first.seconds
        apart = (before.offset - after.offset) / self._speed
        xs = np.arange(before.start, before.stop + 1)
        ends = np.append(seconds, seconds[-1] + self.first.step)[xs]
        ys = np.maximum(xs, np.searchsorted(seconds, ends + apart - 0.25 * self.first.step))
        return xs, np.clip(ys, after.start, after.stop)

    def _cut(self, lines: Sequence[_Line]) -> list[_Line]:
        """The lines without what two of them share, in either track."""
        done: list[_Line] = []
        for line in lines:
            current: _Line | None = line
            while done and current is not None:
                last, current = self._split(done[-1], current)
                if last is not None:
                    done[-1] = last
                    break
                done.pop()
            if current is not None:
                done.append(current)
        return self._bridged(done)

    def _split(self, before: _Line, after: _Line) -> tuple[_Line | None, _Line | None]:
        """Two consecutive lines cut at the frame at which the sum of their evidence is largest."""
        if self._meet(before, after):
            return before, after
        xs, ys = self._cuts(before, after)
        ours = np.append(0, np.cumsum(self._evidence(np.arange(before.start, before.stop), before.offset)))
        theirs = self._evidence(np.arange(after.start, after.stop), after.offset)
        rest = np.append(np.cumsum(theirs[::-1])[::-1], 0)
        total = ours[xs - before.start] + rest[ys - after.start]
        best = np.flatnonzero(total >= total.max() - 1e-6)
        at = int(best[-1])
        return (
            self._weighed(replace(before, stop=int(xs[at]))),
            self._weighed(replace(after, start=int(ys[at]))),
        )

    def _bridged(self, lines: Sequence[_Line]) -> list[_Line]:
        """The lines, with two on the same offset joined where they are at most BRIDGE apart."""
        done: list[_Line] = []
        for line in lines:
            if done and abs(done[-1].offset - line.offset) < 0.5 * self._step:
                gap = self.first.seconds[line.start] - self.first.seconds[done[-1].stop - 1]
                if gap <= BRIDGE:
                    done[-1] = replace(done[-1], stop=line.stop, evidence=done[-1].evidence + line.evidence)
                    continue
            done.append(line)
        return done

    def span(self, line: _Line) -> Span:
        """The span of a line."""
        first = self.first
        ends = int(first.ticks[line.stop]) if line.stop < len(first) else first.end
        at = self._speed * first.seconds[line.start] + line.offset
        return Span(
            start=int(first.ticks[line.start]) * first.time_base,
            end=ends * first.time_base,
            # To the microsecond: finer than any frame, and small in the file.
            other=Fraction(round(at * 1_000_000), 1_000_000),
            speed=self.speed,
        )


def _change(track: SignatureTrack) -> NDArray[np.float64]:
    """How much the picture changes around each frame, from 0 (not at all) to 1: what it says about times."""
    apart = max(1, round(MOVED / track.step))
    units = track.units
    if len(units) <= apart:
        return np.full(len(units), 0.05)
    differ = 1 - np.einsum("ij,ij->i", units[apart:], units[:-apart])
    differ[track.blank[apart:] & track.blank[:-apart]] = 0
    change = np.zeros(len(units))
    change[apart:] = differ
    change[:-apart] = np.maximum(change[:-apart], differ)
    return np.asarray(np.clip(change / 0.05, 0.02, 1))


def _largest_sum(values: NDArray[np.float32]) -> float:
    """The largest sum of consecutive values."""
    sums = np.append(0, np.cumsum(values, dtype=np.float64))
    return float((sums - np.minimum.accumulate(sums)).max())
