"""Aligns two tracks of signatures piecewise: which spans of one version are which spans of another.

A span that both versions have is a line in the plane of their times: a speed, the same for all, and an offset. Pairs of
frames that look alike (`seeds.py`) vote for lines; each line is moved until the frames on it agree best, and is followed
in both directions as long as they agree (`lines.py`). Of all lines those are chosen that are in the same order in both
versions and explain most (`chain.py`). For pictures, the cheapest path of all frames along these lines finds cuts of a
few frames (`path.py`), and where two spans meet, the cut is where the frames before it fit the one and those after it
the other; frames of which that is not sure are gone (`boundaries.py`).
"""

from fractions import Fraction

import numpy as np

from dampipe.media.frame_clock import FrameTimes
from dampipe.media.signatures.alignment import Alignment, Span
from dampipe.media.signatures.boundaries import Boundaries
from dampipe.media.signatures.chain import Chain
from dampipe.media.signatures.comparison import Comparison, Line
from dampipe.media.signatures.lines import SWITCH, LineFinder
from dampipe.media.signatures.path import JUMP, OffsetGrid, PathFinder
from dampipe.media.signatures.seeds import Seeds, find_seeds
from dampipe.media.signatures.steps import Refiner
from dampipe.media.signatures.track import SignatureKind, SignatureTrack

METHOD = "3"
"""Raised when alignments change: those that are stored are computed again when they are needed."""
SPEEDS = tuple(map(Fraction, ("1", "1001/1000", "1000/1001", "24/25", "25/24", "960/1001", "1001/960")))
"""Usual speeds, in seconds of the second version per second of the first: 23.976 played as 24 or 25, and back."""
_SAME = Fraction(1, 50_000)
BETTER = 1.01
"""How much more evidence a speed must have than one before it in the order: over a short clip speeds hardly differ."""
PROMISING = 1.3
"""Times the least noise at which a speed is not considered: its frames do not fit."""
PROMISING_WHOLE = 4.0
"""The same of a speed at which frames meet: the noise is that of a few lines, which may differ by chance."""
MOST_SPEEDS = 3
UNUSUAL = 8 * JUMP
"""By how much cheaper the path must be at a speed at which frames do not meet: over a minute speeds hardly differ."""
_COARSER = 0.98
"""Part of the frames of the other track from which a track has fewer."""


def align(first: SignatureTrack, second: SignatureTrack) -> Alignment:
    """Align two tracks of the same kind. Seconds of work and some hundred MB for three hours of footage."""
    times = _frame_times(first), _frame_times(second)
    continuous = first.kind is SignatureKind.SOUND
    if not len(first) or not len(second) or first.kind != second.kind:
        return Alignment(*times, (), continuous)
    if not continuous and first.mean_step < _COARSER * second.mean_step:
        # Each frame of the track with fewer frames has its counterpart in the other one, but not the other way round.
        return align(second, first).inverse
    speed, lines = (_sound_lines if continuous else _picture_lines)(first, second)
    return Alignment(*times, tuple(_span(first, line, speed) for line in lines), continuous)


def _sound_lines(first: SignatureTrack, second: SignatureTrack) -> tuple[Fraction, list[Line]]:
    """The speed and the lines with the most evidence."""
    seeds = find_seeds(first, second)
    best: tuple[float, Fraction, list[Line]] = (0.0, Fraction(1), [])
    for speed in _likely_speeds(first, second, seeds):
        comparison = Comparison(first, second, speed)
        finder = LineFinder(comparison)
        lines = Chain(comparison, finder).of(finder.candidates(seeds))
        evidence = sum(line.evidence for line in lines)
        if evidence > BETTER * best[0] + SWITCH:
            best = (evidence, speed, lines)
    return best[1:]


def _picture_lines(first: SignatureTrack, second: SignatureTrack) -> tuple[Fraction, list[Line]]:
    """The speed and the lines of the cheapest path."""
    seeds = find_seeds(first, second)
    paths = []
    for speed in _likely_speeds(first, second, seeds):
        comparison = Comparison(first, second, speed)
        finder = LineFinder(comparison)
        chained = Chain(comparison, finder).of(finder.candidates(seeds))
        if chained:
            grid = OffsetGrid(comparison)
            paths.append((PathFinder(grid, chained), grid, finder))
    least = min((path.noise for path, *_ in paths), default=0.0)
    best: tuple[float, Fraction, list[Line]] = (np.inf, Fraction(1), [])
    for path, grid, finder in paths:
        if path.noise > (PROMISING_WHOLE if grid.has_equal_rates else PROMISING) * least:
            continue
        runs, cost = path.find()
        if cost < best[0] - (JUMP if grid.has_equal_rates else UNUSUAL):
            refiner = Refiner(grid, path, runs) if runs and Refiner.suits(grid) else None
            runs = refiner.runs() if refiner is not None else runs
            best = (cost, grid.comparison.speed, Boundaries(grid, finder, path.noise, refiner).lines(runs))
    return best[1:]


def _span(first: SignatureTrack, line: Line, speed: Fraction) -> Span:
    """The span of a line."""
    ends = int(first.ticks[line.stop]) if line.stop < len(first) else first.end
    at = float(speed) * first.seconds[line.start] + line.offset
    return Span(
        start=int(first.ticks[line.start]) * first.time_base,
        end=ends * first.time_base,
        # To the microsecond: finer than any frame, and small in the file.
        other=Fraction(round(at * 1_000_000), 1_000_000),
        speed=speed,
    )


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
